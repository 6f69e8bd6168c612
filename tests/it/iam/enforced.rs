//! The shipped policies, enforced by the simulated IAM: they allow what the commands call and nothing
//! more, and what one of them lacks is named.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use ssm_simulator::{Options, Policy};

use super::{EVERYTHING, REGION};
use crate::support::{Aws, CREDENTIALS, OWN, Settings, run_with, text};

/// How many programs run at a time.
const PROGRAMS: usize = 3;
/// The accounts of the organization, or those of its units.
const SCOPES: [&str; 2] = [
    "",
    "  include_ous: [ou-sim1-databases, ou-sim1-production]\n",
];

/// What a principal may do that has all policies of the folder.
fn shipped() -> Policy {
    let files = [
        "policy.json",
        "organization-policy.json",
        "assume-role-policy.json",
    ];
    let policies = files.map(|file| text(&format!("deploy/iam/{file}")).parse().unwrap());
    policies.into_iter().reduce(Policy::and).unwrap()
}

async fn aws_with(policy: Policy) -> Aws {
    Aws::start(Options {
        instances: 80,
        regions: vec![REGION.to_owned()],
        policy: Some(policy),
        ..Options::default()
    })
    .await
}

/// A configuration that reads all that can be read, of the accounts in this scope.
fn everything(aws: &Aws, scope: &str) -> String {
    let organization = "organization:\n  role_name: ssm-compliance-exporter\n  regions: [all]\n";
    let settings = Settings {
        accounts: format!("{organization}{scope}accounts:\n  - regions: [{REGION}]\n"),
        more: EVERYTHING,
        ..Settings::default()
    };
    settings.yaml(aws)
}

/// What a command has written, to both of its outputs.
async fn run(aws: &Aws, scope: &str, command: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("exporter.yaml");
    std::fs::write(&file, everything(aws, scope)).unwrap();
    let file = ["--config.file", file.to_str().unwrap()];
    let ran = run_with(&CREDENTIALS, &[command, &file].concat()).await;
    ran.out + &ran.err
}

/// An instance that is no longer listed, and of which AWS has compliance data.
fn stopped(aws: &Aws) -> String {
    let instance = aws.victim(OWN, REGION).unwrap();
    aws.stop(OWN, REGION, &instance);
    instance
}

fn action(operation: &str) -> String {
    let service = match operation {
        "AssumeRole" => "sts",
        "GetResources" => "tag",
        "ListRegions" => "account",
        "ListAccounts" | "ListAccountsForParent" | "ListOrganizationalUnitsForParent" => {
            "organizations"
        }
        _ => "ssm",
    };
    format!("{service}:{operation}")
}

/// Every action that was called. Nobody needs a permission to ask who they are.
fn called(aws: &Aws) -> BTreeSet<String> {
    let counts = aws.counts();
    let operations = counts.iter().map(|count| count.operation.as_str());
    operations
        .filter(|operation| *operation != "GetCallerIdentity")
        .map(action)
        .collect()
}

fn denied(aws: &Aws) -> BTreeSet<String> {
    let counts = aws.counts();
    let denied = counts
        .iter()
        .filter(|count| count.outcome.starts_with("AccessDenied"));
    denied.map(|count| action(&count.operation)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policies_allow_every_call_of_the_commands_and_no_other() {
    let aws = aws_with(shipped()).await;
    for (scope, command) in [
        (SCOPES[0], &["once"][..]),
        (SCOPES[1], &["once"]),
        (SCOPES[0], &["plan"]),
        (SCOPES[0], &["explain", "--all-noncompliant"]),
        (SCOPES[0], &["explain", "--patch", "KB5034441"]),
        (SCOPES[0], &["explain", &stopped(&aws)]),
    ] {
        let said = run(&aws, scope, command).await;
        assert_eq!(denied(&aws), BTreeSet::new(), "{command:?}: {said}");
    }
    let policy = shipped();
    let allowed: BTreeSet<_> = policy.actions().into_iter().map(str::to_owned).collect();
    let idle: Vec<_> = allowed.difference(&called(&aws)).cloned().collect();
    assert!(idle.is_empty(), "nothing calls {idle:?}");
}

/// Whether the page says of what an action reads that access was denied. What discovery lacks, and an
/// account that cannot be entered to ask for its regions, is on the page of `serve` rather than here.
fn is_of_page(action: &str) -> bool {
    action.starts_with("ssm:") || action.starts_with("tag:")
}

/// Takes one action away, and looks at what that breaks.
async fn check_without(action: &str) {
    let aws = aws_with(shipped().without(action)).await;
    let mut said = String::new();
    for scope in SCOPES {
        said += &run(&aws, scope, &["once"]).await;
    }
    if denied(&aws).is_empty() {
        let stopped = stopped(&aws);
        for instances in ["--all-noncompliant", &stopped] {
            said += &run(&aws, SCOPES[0], &["explain", instances]).await;
        }
    } else if is_of_page(action) {
        let reason = "reason=\"access_denied\"} 1";
        assert!(said.contains(reason), "{action}: {said}");
    }
    assert_eq!(denied(&aws), BTreeSet::from([action.to_owned()]));
    assert!(said.contains(action), "{action} is not named: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_action_just_that_is_denied_and_named() {
    let policy = shipped();
    let checks = policy.actions().into_iter().map(check_without);
    stream::iter(checks)
        .buffer_unordered(PROGRAMS)
        .collect::<()>()
        .await;
}
