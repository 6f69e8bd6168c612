//! What a reload means for accounts that are found.

use std::path::Path;

use tempfile::TempDir;
use tokio::time::{Duration, Instant, sleep};

use super::*;
use crate::support::{CREDENTIALS, Format, PATIENCE, Program, get};

async fn page(program: &Program) -> Page {
    let reply = get(program.address, "/metrics", "").await;
    Page::read(&reply.text(), Format::Text).unwrap_or_else(|error| panic!("no page: {error}"))
}

async fn until(program: &Program, what: &str, holds: impl Fn(&Page) -> bool) -> Page {
    let start = Instant::now();
    loop {
        let page = page(program).await;
        if holds(&page) {
            return page;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "never: {what}\n{}",
            program.log()
        );
        sleep(Duration::from_millis(50)).await;
    }
}

fn write(file: &Path, more: &str, aws: &Aws) {
    let settings = Settings {
        // Nothing is listed again by itself while the test runs.
        accounts: settings(more)
            .accounts
            .replace("refresh: 1s", "refresh: 1h"),
        ..settings("")
    };
    std::fs::write(file, settings.yaml(aws)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_discovers_at_once_and_what_is_no_longer_wanted_leaves() {
    let aws = organization(3, &["eu-west-1", "us-east-1"]).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("exporter.yaml");
    let excluded = format!("  exclude_accounts: ['{}']\n", account(2));
    write(&file, &format!("  regions: [eu-west-1]\n{excluded}"), &aws);
    let program = Program::start(&CREDENTIALS, &["--config.file", file.to_str().unwrap()]).await;
    until(&program, "two accounts", |page| fresh(page) == 2).await;
    let before = aws.calls(&account(1), "DescribeInstanceInformation");

    aws.create_account(&account(7), "new", ssm_simulator::Simulator::ROOT_ID);
    write(&file, "  regions: [eu-west-1]\n", &aws);
    program.signal("HUP").await;
    until(&program, "four accounts", |page| fresh(page) == 4).await;
    let after = aws.calls(&account(1), "DescribeInstanceInformation");
    assert_eq!(after, before, "what stays is not read anew");

    write(&file, "  regions: [all]\n", &aws);
    program.signal("HUP").await;
    until(&program, "all regions", |page| fresh(page) == 8).await;

    let entry = Settings {
        accounts: "accounts:\n  - regions: [eu-west-1]\n".to_owned(),
        ..Settings::default()
    };
    std::fs::write(&file, entry.yaml(&aws)).unwrap();
    program.signal("HUP").await;
    let alone = |page: &Page| targets(page).len() == 1 && fresh(page) == 1;
    let page = until(&program, "one entry", alone).await;
    assert_eq!(page.count("aws_ssm_exporter_discovery_success", &[]), 0);
    assert_eq!(page.count("aws_ssm_exporter_discovery_accounts", &[]), 0);
}

/// How often the instances of the first account were listed.
fn refreshes(aws: &Aws) -> u64 {
    aws.calls(&account(0), "DescribeInstanceInformation")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_goes_on_where_a_reload_leaves_it_to_a_discovery_that_fails() {
    let aws = organization(3, &["eu-west-1", "us-east-1"]).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("exporter.yaml");
    let role = format!("arn:aws:iam::{}:role/{ROLE}", account(1));
    let entries = |regions: &str| {
        let other = format!("  - role_arn: {role}\n    regions: {regions}\n");
        let settings = Settings {
            accounts: format!("accounts:\n  - regions: {regions}\n{other}"),
            ..settings("")
        };
        std::fs::write(&file, settings.yaml(&aws)).unwrap();
    };
    entries("[eu-west-1]");
    let program = Program::start(&CREDENTIALS, &["--config.file", file.to_str().unwrap()]).await;
    until(&program, "two targets", |page| fresh(page) == 2).await;
    let before = refreshes(&aws);

    let denied = ["deny:ListRegions", "deny:ListAccounts"].map(str::to_owned);
    aws.break_with(faults(&denied));
    entries("[all]");
    program.signal("HUP").await;
    let is_denied =
        |page: &Page, account: &str| reason(page, account).as_deref() == Some("access_denied");
    let other = account(1);
    let page = until(&program, "no regions", |page| is_denied(page, &other)).await;
    assert_eq!((targets(&page).len(), fresh(&page)), (2, 2));
    aws.heal();
    // A failed listing is tried again after a minute, and at once with a reload.
    program.signal("HUP").await;
    until(&program, "all regions", |page| fresh(page) == 4).await;

    aws.break_with(faults(&denied));
    let entry = "accounts:\n  - regions: [eu-west-1]\n";
    write(&file, &format!("  regions: [eu-west-1]\n{entry}"), &aws);
    program.signal("HUP").await;
    let page = until(&program, "no accounts", |page| is_denied(page, "")).await;
    assert_eq!((targets(&page).len(), fresh(&page)), (2, 2));
    assert_eq!(
        refreshes(&aws),
        before + 1,
        "that of the region that joined"
    );
    aws.heal();
    program.signal("HUP").await;
    until(&program, "all accounts", |page| fresh(page) == 3).await;
}
