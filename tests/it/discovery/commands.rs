//! The commands with what is found, and reloads that change it.

use std::io::Write as _;

use tempfile::NamedTempFile;

use super::*;
use crate::support::{CREDENTIALS, Run, run_with};

fn file(settings: &Settings, aws: &Aws) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(settings.yaml(aws).as_bytes()).unwrap();
    file
}

async fn command(settings: &Settings, aws: &Aws, arguments: &[&str]) -> Run {
    let file = file(settings, aws);
    let path = file.path().to_str().unwrap();
    run_with(
        &CREDENTIALS,
        &[arguments, &["--config.file", path]].concat(),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn once_and_plan_discover_first_and_fail_if_they_cannot() {
    let aws = organization(3, &["eu-west-1"]).await;
    let settings = settings("  regions: [eu-west-1]\n");
    let once = command(&settings, &aws, &["once"]).await;
    assert_eq!(once.code, Some(0), "{}", once.err);
    assert_eq!(once.out.matches("\naws_ssm_up{").count(), 3);
    let plan = command(&settings, &aws, &["plan"]).await;
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    let counts = plan.out.matches("managed instances").count();
    assert_eq!(counts, 4, "one of each target and that of all");

    aws.break_with(faults(&["deny:ListAccounts".to_owned()]));
    let once = command(&settings, &aws, &["once"]).await;
    assert_eq!(once.code, Some(1));
    assert!(once.err.contains("could not be listed"), "{}", once.err);
    let plan = command(&settings, &aws, &["plan"]).await;
    assert_eq!(plan.code, Some(1));
    assert!(
        plan.out
            .contains("the accounts of the organization\n  cannot be listed: access_denied")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_looks_in_accounts_that_are_found_and_says_if_there_may_be_more() {
    let aws = organization(2, &["eu-west-1"]).await;
    let id = aws.outline(&account(1), "eu-west-1").instances[0]
        .instance_id
        .clone();
    let settings = settings("  regions: [eu-west-1]\n");
    let found = command(&settings, &aws, &["explain", &id]).await;
    assert!(matches!(found.code, Some(0 | 1)), "{}", found.err);
    assert!(found.out.contains(&id));
    aws.break_with(faults(&["deny:ListAccounts".to_owned()]));
    let lost = command(&settings, &aws, &["explain", &id]).await;
    assert_eq!(lost.code, Some(3));
    assert!(
        lost.err
            .contains("the accounts of the organization could not be asked"),
        "{}",
        lost.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_asks_no_other_account_for_its_regions() {
    let aws = organization(4, &["eu-west-1"]).await;
    let id = aws.outline(&account(2), "eu-west-1").instances[0]
        .instance_id
        .clone();
    let arguments = ["explain", &id, "--account-id", &account(2)];
    let found = command(&settings("  regions: [all]\n"), &aws, &arguments).await;
    assert!(matches!(found.code, Some(0 | 1)), "{}", found.err);
    assert!(found.out.contains(&id));
    let asked = (0..4).filter(|number| aws.calls(&account(*number), "ListRegions") > 0);
    assert_eq!(asked.collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn check_config_says_what_would_be_discovered_and_calls_nobody() {
    let aws = organization(1, &["eu-west-1"]).await;
    let settings = settings(
        "  regions: [all]\n  include_ous: [ou-sim1-databases]\n  exclude_accounts: ['111122223333']\n",
    );
    let checked = command(&settings, &aws, &["check-config"]).await;
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    for line in [
        ": 0 accounts, 0 targets, and those that are discovered\n",
        "accounts of the organization\n  listed with: the default AWS credential chain\n  listed every: 1s\n",
        "  which: active ones in ou-sim1-databases and in the units below, except 111122223333\n",
        "  role in each: ssm-compliance-exporter\n",
        "  targets in each: every region that is enabled for the account, as AWS lists them\n",
    ] {
        assert!(
            checked.out.contains(line),
            "{line} is not in {}",
            checked.out
        );
    }
    assert!(aws.counts().is_empty());
}
