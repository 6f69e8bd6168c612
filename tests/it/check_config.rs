//! What of a configuration is refused, all of it at once, and what is said of one that is accepted.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::{CREDENTIALS, Format, Page, Program, Run, get, run, run_with};

/// A temporary folder with the file `exporter.yaml` in it.
fn file(text: &str) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join("exporter.yaml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// What a command writes about a file of this text, with the path of the file as `FILE`.
async fn check(text: &str, environment: &[(&str, &str)], command: &[&str]) -> Run {
    let (_folder, path) = file(text);
    let run = run_with(environment, &[command, &[&path]].concat()).await;
    Run {
        out: run.out.replace(&path, "FILE"),
        err: run.err.replace(&path, "FILE"),
        ..run
    }
}

const FLEET: &str = "\
accounts:
  - account_name: production
  - account_name: production
    regions: [eu-west-1, eu-polar-1]
    role_arn: arn:aws:iam::111122223333:role/ssm-compliance-exporter
    external_id: ${SECRET}
  - role_arn: arn:aws:iam::444455556666:role/x
compliance_types: [Patch]
api: {endpoint_url: 'http://127.0.0.1:4566'}
";

const FLEET_ACCEPTED: &str = "\
FILE is valid: 3 accounts, 4 targets
account production (of the exporter's own credentials)
  credentials: the default AWS credential chain
  target: eu-central-1, from the environment variable AWS_DEFAULT_REGION
account production (111122223333)
  role: arn:aws:iam::111122223333:role/ssm-compliance-exporter, with an external id
  target: eu-west-1, from the file
  target: eu-polar-1, from the file
account 444455556666
  role: arn:aws:iam::444455556666:role/x
  target: eu-central-1, from the environment variable AWS_DEFAULT_REGION
collectors on: instances, compliance, compliance_totals, patches, baselines
collectors off by compliance_types: associations, items
collector off unless exposition.max_patch_info_series asks for it: patch_details
collector off unless instance_tags asks for it: tags
endpoint: http://127.0.0.1:4566 in the place of AWS
note: eu-polar-1 is not a region that this version knows; if it is not a new one, check its spelling
note: production is the name of account 111122223333 and of the exporter's own; if they are two accounts, give each a name of its own
";

#[tokio::test]
async fn what_was_accepted_is_told_with_accounts_targets_regions_and_collectors() {
    let environment = [
        ("AWS_REGION", ""),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("SECRET", "s3cret"),
    ];
    for command in [&["check-config"][..], &["check-config", "--config.file"]] {
        let run = check(FLEET, &environment, command).await;
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert_eq!(run.out, FLEET_ACCEPTED, "{command:?}");
    }
}

#[tokio::test]
async fn without_a_file_the_profile_that_gives_the_region_is_named() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("config");
    std::fs::write(&path, "[profile dev]\nregion = sa-east-1\n").unwrap();
    let path = path.to_str().unwrap();
    let environment = [("AWS_CONFIG_FILE", path), ("AWS_PROFILE", "dev")];
    let run = run_with(&environment, &["check-config"]).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let accepted = "\
the configuration without a file is valid: 1 account, 1 target
account of the exporter's own credentials
  credentials: the default AWS credential chain
  target: sa-east-1, from the profile \"dev\" in CONFIG
collectors on: instances, compliance, compliance_totals, patches, baselines, associations, items
collector off unless exposition.max_patch_info_series asks for it: patch_details
collector off unless instance_tags asks for it: tags
";
    assert_eq!(run.out, accepted.replace("CONFIG", path));
}

#[tokio::test]
async fn a_file_is_given_once() {
    let (_folder, path) = file("");
    let run = run(&["check-config", &path, "--config.file", &path]).await;
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("--config.file"), "{}", run.err);
}

const BAD: &str = "\
refresh: {interval: 5}
accounts:
  - regions: [eu-wset-1]
  - role_arn: arn:aws:iam::111122223333:role/x
compliance_types: [patch, Custom]
";

const BAD_REFUSED: &str = "\
FILE:1: refresh.interval: \"5\" has no unit
  hint: write 5s for seconds or 5m for minutes
FILE:3: accounts[0].regions[0]: \"eu-wset-1\" is not a region of any partition
  hint: did you mean eu-west-1?
FILE:5: compliance_types[0]: \"patch\" matches no compliance type
  hint: did you mean `Patch`?
FILE:5: compliance_types[1]: \"Custom\" matches no compliance type
  hint: did you mean `Custom:*`?
HTTPS_PROXY: the value (not shown) is not the address of an HTTP proxy
  hint: write it like http://proxy.example.com:3128; SOCKS proxies are not supported
no region is known
  hint: list regions under accounts in the configuration file, or set AWS_REGION
";

#[tokio::test]
async fn every_command_reports_the_problems_of_file_and_environment_in_one_run() {
    let environment = [("HTTPS_PROXY", "socks5://z"), ("AWS_REGION", "")];
    for command in [
        &["check-config"][..],
        &["serve", "--config.file"],
        &["once", "--config.file"],
        &["plan", "--config.file"],
    ] {
        let run = check(BAD, &environment, command).await;
        assert_eq!((run.code, run.out.as_str()), (Some(78), ""), "{command:?}");
        assert_eq!(run.err, BAD_REFUSED, "{command:?}");
    }
}

#[tokio::test]
async fn no_problem_is_reported_that_only_follows_from_another() {
    for (text, environment, expected) in [
        // The region of the environment is bad, and so it is not missing.
        ("", &[("AWS_REGION", "eu-wset-1")][..], 1),
        // The profile that may name a region is not there.
        ("", &[("AWS_PROFILE", "nobody")], 1),
        // Regions are given, if bad ones.
        ("accounts: [{regions: [eu-wset-1]}]", &[], 1),
        ("accounts: [{regions: []}]", &[], 1),
        ("accounts: []", &[], 1),
        ("accounts:", &[], 1),
        // Nobody knows what a broken file says of regions.
        ("accounts: [", &[], 1),
        // But what is there twice is told twice.
        ("refresh: {interval: 5}", &[], 2),
        ("accounts: [", &[("AWS_REGION", "eu-wset-1")], 2),
        ("refresh: {interval: 5}", &[("AWS_REGION", "eu-wset-1")], 2),
    ] {
        let run = check(text, environment, &["check-config"]).await;
        assert_eq!(run.code, Some(78), "{text}: {}", run.err);
        let told = run.err.matches("  hint: ").count();
        assert_eq!(told, expected, "{text} {environment:?}: {}", run.err);
    }
}

#[tokio::test]
async fn a_missing_region_is_told_with_everything_else() {
    let run = check(
        "accounts: [{}]\n",
        &[("AWS_CA_BUNDLE", "/nonexistent")],
        &["check-config"],
    )
    .await;
    assert_eq!(run.code, Some(78));
    for what in ["AWS_CA_BUNDLE: ", "no region is known"] {
        assert!(run.err.contains(what), "{what} is not in {}", run.err);
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_reported_beside_the_environment() {
    let run = run_with(
        &[CREDENTIALS[0], CREDENTIALS[1], ("AWS_REGION", "eu-wset-1")],
        &["check-config", "/nonexistent/exporter.yaml"],
    )
    .await;
    assert_eq!(run.code, Some(78));
    assert!(
        run.err.starts_with("/nonexistent/exporter.yaml: "),
        "{}",
        run.err
    );
    assert!(run.err.contains("\nAWS_REGION: "), "{}", run.err);
}

/// The page of a demo with a configuration file of this text, once all of its targets were read.
async fn demo(text: &str) -> Page {
    let (_folder, path) = file(text);
    let arguments = [
        "demo",
        "--sim.instances=20",
        "--sim.latency=0",
        "--config.file",
        &path,
    ];
    let program = Program::start(&[], &arguments).await;
    loop {
        let ready = get(program.address, "/-/ready", "").await;
        if ready.code == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let answer = get(program.address, "/metrics", "").await;
    Page::read(&answer.text(), Format::Text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_reads_its_own_accounts_where_the_file_lists_none() {
    let page = demo("exposition: {instances: none}\n").await;
    assert_eq!(
        page.count("aws_ssm_up", &[]),
        4,
        "two accounts, two regions"
    );
    assert_eq!(page.count("aws_ssm_instance_info", &[]), 0, "none is shown");
    // Its interval is its own as well.
    let interval = page.value("aws_ssm_exporter_refresh_interval_seconds", &[]);
    assert_eq!(interval, Some(30.0));
    let page = demo("accounts: [{regions: [eu-west-1]}]\nrefresh: {interval: 2m}\n").await;
    assert_eq!(page.count("aws_ssm_up", &[]), 1);
    let interval = page.value("aws_ssm_exporter_refresh_interval_seconds", &[]);
    assert_eq!(interval, Some(120.0));
}
