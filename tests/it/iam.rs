//! What `deploy/iam` allows: the templates say what the policy says, the commands call nothing that it
//! does not allow, and an action that is missing is named as exactly that.

mod enforced;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use ssm_compliance_exporter::app;
use ssm_compliance_exporter::model::Operation;
use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, Instant, sleep};

use crate::support::{
    Aws, CREDENTIALS, Format, OWN, PATIENCE, Page, Program, Settings, get, role, text,
};

const REGION: &str = "eu-west-1";
/// What turns everything on that a refresh can read.
const EVERYTHING: &str = "exposition: {max_patch_info_series: 100}\ninstance_tags: [Team]\n";

fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap()
}

fn template() -> Value {
    serde_saphyr::from_str(&text("deploy/iam/member-role.yaml")).unwrap()
}

/// One or several texts, as IAM takes them.
fn one_or_many(value: &Value) -> BTreeSet<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    let texts = values
        .iter()
        .map(|value| value.as_str().unwrap().to_owned());
    texts.collect()
}

fn actions(statement: &Value) -> BTreeSet<String> {
    one_or_many(&statement["Action"])
}

fn actions_of(file: &str) -> BTreeSet<String> {
    let policy = json(file);
    let statements = policy["Statement"].as_array().unwrap();
    statements.iter().flat_map(actions).collect()
}

/// A statement without its own way to write one action.
fn normal(statement: &Value) -> Value {
    let mut normal = statement.clone();
    normal["Action"] = actions(statement).into_iter().collect();
    normal
}

/// What a template says where the condition holds.
fn if_wanted(value: &Value) -> &Value {
    value.get("Fn::If").map_or(value, |branches| &branches[1])
}

#[test]
fn the_template_of_cloudformation_allows_what_the_policy_allows() {
    let template = template();
    let role = &template["Resources"]["Role"]["Properties"];
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        .as_array()
        .unwrap();
    let statements: Vec<Value> = statements.iter().map(|it| normal(if_wanted(it))).collect();
    let policy = json("deploy/iam/policy.json");
    let shipped: Vec<Value> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(normal)
        .collect();
    assert_eq!(statements, shipped);
    assert_eq!(role["Policies"].as_array().unwrap().len(), 1);
}

#[test]
fn the_template_of_cloudformation_trusts_as_the_trust_policy_does() {
    let template = template();
    let role = &template["Resources"]["Role"]["Properties"];
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    let shipped = &json("deploy/iam/trust-policy.json")["Statement"][0];
    for key in ["Sid", "Effect", "Action"] {
        assert_eq!(trust[key], shipped[key], "{key}");
    }
    let conditions = &if_wanted(&trust["Condition"])["StringEquals"];
    for (key, parameter) in [
        ("sts:ExternalId", "ExternalId"),
        ("aws:PrincipalOrgID", "OrganizationId"),
    ] {
        assert_eq!(if_wanted(&conditions[key])["Ref"], parameter, "{key}");
    }
    let parameters = &template["Parameters"];
    assert_eq!(parameters["ExternalId"]["NoEcho"], true);
    let name = parameters["RoleName"]["Default"].as_str().unwrap();
    let assumed = &json("deploy/iam/assume-role-policy.json")["Statement"][0]["Resource"];
    assert_eq!(assumed, &format!("arn:aws:iam::*:role/{name}"));
    let reference = text("docs/configuration.md");
    let mut rows = reference.lines();
    let key = rows
        .find(|row| row.starts_with("| `organization.role_name` "))
        .unwrap();
    assert!(key.contains(&format!("`{name}`")), "{key}");
}

#[test]
fn no_policy_allows_anything_that_writes() {
    let mut all = BTreeSet::new();
    for file in ["policy.json", "organization-policy.json"] {
        all.extend(actions_of(&format!("deploy/iam/{file}")));
    }
    for action in &all {
        let (_, operation) = action.split_once(':').unwrap();
        let reads = ["Describe", "Get", "List"]
            .iter()
            .any(|verb| operation.starts_with(verb));
        assert!(reads && !operation.contains('*'), "{action}");
    }
    let assume = actions_of("deploy/iam/assume-role-policy.json");
    assert_eq!(assume, BTreeSet::from(["sts:AssumeRole".to_owned()]));
}

/// A configuration with a role in each account.
fn configuration(aws: &Aws, accounts: &[String]) -> String {
    let mut entries = String::from("accounts:\n");
    for account in accounts {
        let _ = writeln!(
            entries,
            "  - regions: [{REGION}]\n    role_arn: {}",
            role(account)
        );
    }
    let settings = Settings {
        accounts: entries,
        more: EVERYTHING,
        ..Settings::default()
    };
    settings.yaml(aws)
}

async fn until_ready(program: &Program) {
    let start = Instant::now();
    while get(program.address, "/-/ready", "").await.code != 200 {
        assert!(start.elapsed() < PATIENCE, "never ready: {}", program.log());
        sleep(Duration::from_millis(50)).await;
    }
}

/// The collectors of an account that fail, with their reasons.
fn failed(page: &Page, account: &str) -> BTreeSet<(String, String)> {
    let errors = page.fleet().filter(|(series, _)| {
        series.name == "aws_ssm_collector_error_info" && series.label("account_id") == account
    });
    errors
        .map(|(series, _)| {
            (
                series.label("collector").to_owned(),
                series.label("reason").to_owned(),
            )
        })
        .collect()
}

/// The collectors that call an operation.
fn collectors_of(operation: Operation) -> &'static [&'static str] {
    match operation.as_str() {
        "DescribeInstanceInformation" => &["instances"],
        "ListResourceComplianceSummaries" => &["compliance"],
        "ListComplianceSummaries" => &["compliance_totals"],
        "DescribeInstancePatchStates" => &["patches"],
        "DescribePatchBaselines" => &["baselines"],
        "ListAssociations" => &["associations"],
        "ListComplianceItems" => &["items", "patch_details"],
        other => panic!("which collector calls {other}?"),
    }
}

/// Checks that what an operation reads has failed for that, and with it at most what depends on it.
fn check_failed(operation: Operation, failed: &BTreeSet<(String, String)>) {
    let collectors: BTreeSet<&str> = failed
        .iter()
        .map(|(collector, _)| collector.as_str())
        .collect();
    let own: BTreeSet<&str> = collectors_of(operation).iter().copied().collect();
    let others: BTreeSet<&str> = collectors.difference(&own).copied().collect();
    assert!(own.is_subset(&collectors), "{operation:?}: {failed:?}");
    // Details are read of instances that are listed, where a summary says so.
    let is_listing = matches!(
        operation,
        Operation::DescribeInstanceInformation | Operation::ListResourceComplianceSummaries
    );
    let details = BTreeSet::from(["items", "patches", "patch_details"]);
    assert!(
        others.is_empty() || is_listing && others.is_subset(&details),
        "{failed:?}"
    );
    assert!(
        failed.iter().all(|(_, reason)| reason == "access_denied"),
        "{failed:?}"
    );
}

/// The actions that the lines about an account say are denied.
fn denied_actions(log: &str, account: &str) -> BTreeSet<String> {
    let lines = log.lines().filter(|line| line.contains(account));
    let actions = lines.filter_map(|line| line.split_once("perform: "));
    actions
        .filter_map(|(_, rest)| rest.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_that_is_missing_is_named_on_the_page_and_in_the_log_as_exactly_that() {
    // Each account lacks another action of the refresh, and the last one may not be entered.
    let operations: Vec<Operation> = Operation::OF_REFRESH.into_iter().collect();
    let accounts = app::simulated_accounts(u16::try_from(operations.len()).unwrap() + 2);
    let (with_role, locked) = accounts[1..].split_at(operations.len());
    let denied = |operation: &str, account: &str| {
        Fault::always(FaultKind::Deny)
            .of(operation)
            .at(account, REGION)
    };
    let pairs: Vec<_> = operations.iter().zip(with_role).collect();
    let faults = pairs
        .iter()
        .map(|(operation, account)| denied(operation.as_str(), account));
    let aws = Aws::start(Options {
        instances: 60,
        accounts: accounts.clone(),
        faults: faults.chain([denied("AssumeRole", &locked[0])]).collect(),
        ..Options::default()
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("exporter.yaml");
    std::fs::write(&file, configuration(&aws, &accounts[1..])).unwrap();
    let program = Program::start(&CREDENTIALS, &["--config.file", file.to_str().unwrap()]).await;
    until_ready(&program).await;

    let page = get(program.address, "/metrics", "").await.text();
    let page = Page::read(&page, Format::Text).unwrap();
    let landing = get(program.address, "/", "").await.text();
    let log = program.log();
    for (operation, account) in pairs {
        let action = format!("ssm:{}", operation.as_str());
        let failed = failed(&page, account);
        check_failed(*operation, &failed);
        assert_eq!(
            denied_actions(&log, account),
            BTreeSet::from([action]),
            "{log}"
        );
        for (collector, reason) in failed {
            let words = format!("{collector}: {reason}");
            assert!(landing.contains(&words), "{words}: {landing}");
        }
    }
    let reasons: BTreeSet<String> = failed(&page, &locked[0])
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    assert_eq!(reasons, BTreeSet::from(["assume_role_failed".to_owned()]));
    let names_it = |line: &str| line.contains(&role(&locked[0])) && line.contains("sts:AssumeRole");
    assert!(log.lines().any(names_it), "{log}");
    assert!(!accounts[1..].contains(&OWN.to_owned()));
}
