//! Several exporters that divide the targets of one configuration: none is lost, none is read twice,
//! and each says which it is.

use std::collections::BTreeSet;

use serde_json::Value;
use ssm_compliance_exporter::app;
use ssm_simulator::Options;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{
    Aws, CREDENTIALS, Format, OWN, PATIENCE, Page, Program, Settings, get, role, run, run_with,
};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const ACCOUNTS: u16 = 6;

type Target = (String, String);

/// One of several exporters over one configuration file.
struct Shard {
    program: Program,
}

impl Shard {
    async fn start(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Self {
        let environment = [&CREDENTIALS[..], environment].concat();
        let arguments = [&["--config.file", file][..], flags].concat();
        Self {
            program: Program::start(&environment, &arguments).await,
        }
    }

    async fn text(&self, path: &str) -> String {
        get(self.program.address, path, "").await.text()
    }

    async fn page(&self) -> Page {
        Page::read(&self.text("/metrics").await, Format::Text).unwrap()
    }

    /// The targets on the page once there are as many as discovery names, and all of them are up.
    async fn targets(&self, count: usize) -> BTreeSet<Target> {
        let start = Instant::now();
        loop {
            let page = self.page().await;
            let up = page
                .fleet()
                .filter(|(series, value)| series.name == "aws_ssm_up" && *value > 0.5);
            let targets: BTreeSet<Target> = up
                .map(|(series, _)| {
                    (
                        series.label("account_id").to_owned(),
                        series.label("region").to_owned(),
                    )
                })
                .collect();
            if targets.len() == count {
                return targets;
            }
            assert!(start.elapsed() < PATIENCE, "{count} never up: {targets:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// The targets that service discovery names, once it answers.
    async fn discovered(&self) -> BTreeSet<Target> {
        let start = Instant::now();
        loop {
            let reply = get(self.program.address, "/sd", "").await;
            if reply.code == 200 {
                let list: Vec<Value> = serde_json::from_str(&reply.text()).unwrap();
                return list.iter().filter_map(target).collect();
            }
            assert!(start.elapsed() < PATIENCE, "no discovery");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The target of an entry of service discovery; the exporter's own part has none.
fn target(entry: &Value) -> Option<Target> {
    let label = |name: &str| Some(entry["labels"].get(name)?.as_str()?.to_owned());
    Some((label("__param_account_id")?, label("__param_region")?))
}

fn accounts() -> Vec<String> {
    app::simulated_accounts(ACCOUNTS)
}

fn configuration(aws: &Aws, accounts: &[String]) -> String {
    let entries: String = accounts.iter().map(|account| entry(account)).collect();
    let settings = Settings {
        accounts: format!("accounts:\n{entries}"),
        ..Settings::default()
    };
    settings.yaml(aws)
}

fn entry(account: &str) -> String {
    let regions = REGIONS.join(", ");
    let identity = if account == OWN {
        format!("account_id: \"{account}\"")
    } else {
        format!("role_arn: {}", role(account))
    };
    format!("  - regions: [{regions}]\n    {identity}\n")
}

fn all_targets(accounts: &[String]) -> BTreeSet<Target> {
    let targets = accounts
        .iter()
        .flat_map(|account| REGIONS.map(|region| (account.clone(), region.to_owned())));
    targets.collect()
}

async fn simulated() -> Aws {
    Aws::start(Options {
        instances: 5,
        accounts: app::simulated_accounts(ACCOUNTS),
        ..Options::default()
    })
    .await
}

/// Checks that the shards have all targets between them, and none twice.
async fn check_division(shards: &[Shard], expected: &BTreeSet<Target>) {
    let mut met = BTreeSet::new();
    for shard in shards {
        let listed = shard.discovered().await;
        let shown = shard.targets(listed.len()).await;
        assert_eq!(listed, shown);
        for target in listed {
            assert!(met.insert(target.clone()), "{target:?} is read twice");
        }
    }
    assert_eq!(met, *expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_shards_have_every_target_once_also_after_a_reload() {
    let aws = simulated().await;
    let accounts = accounts();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("exporter.yaml");
    let (some, all) = (&accounts[..4], &accounts[..]);
    std::fs::write(&file, configuration(&aws, some)).unwrap();
    let path = file.to_str().unwrap();
    let pod = [("POD_NAME", "ssm-compliance-exporter-2")];
    let shards = [
        Shard::start(path, &[], &["--shard.index=0", "--shard.total=3"]).await,
        Shard::start(path, &pod, &["--shard.index=1", "--shard.total=3"]).await,
        // This one knows its number by the name of its pod.
        Shard::start(path, &pod, &["--shard.total=3"]).await,
    ];
    check_division(&shards, &all_targets(some)).await;
    for (shard, index) in shards.iter().zip([0.0, 1.0, 2.0]) {
        let page = shard.page().await;
        assert_eq!(page.value("aws_ssm_exporter_shard_index", &[]), Some(index));
        assert_eq!(page.value("aws_ssm_exporter_shard_total", &[]), Some(3.0));
    }
    assert!(shards[1].text("/").await.contains("This is shard 2 of 3"));

    std::fs::write(&file, configuration(&aws, all)).unwrap();
    for shard in &shards {
        let before = shard.discovered().await;
        shard.program.signal("HUP").await;
        let start = Instant::now();
        while !shard.program.log().contains("reloaded") {
            assert!(start.elapsed() < PATIENCE, "{}", shard.program.log());
            sleep(Duration::from_millis(50)).await;
        }
        assert!(shard.discovered().await.is_superset(&before));
    }
    check_division(&shards, &all_targets(all)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_without_targets_is_ready_and_one_exporter_alone_has_them_all() {
    let aws = simulated().await;
    let accounts = &accounts()[..1];
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("exporter.yaml");
    std::fs::write(&file, configuration(&aws, accounts)).unwrap();
    let path = file.to_str().unwrap();
    let alone = Shard::start(path, &[], &[]).await;
    let page = alone.page().await;
    assert_eq!(page.value("aws_ssm_exporter_shard_total", &[]), Some(1.0));
    assert!(!alone.text("/").await.contains("This is shard"));
    check_division(&[alone], &all_targets(accounts)).await;

    let mut idle = 0;
    // Four shards divide two targets, so at least two have none.
    for index in ["0", "1", "2", "3"] {
        let flags = ["--shard.index", index, "--shard.total", "4"];
        let shard = Shard::start(path, &[], &flags).await;
        if shard.discovered().await.is_empty() {
            idle += 1;
            assert_eq!(get(shard.program.address, "/-/ready", "").await.code, 200);
        }
    }
    assert!(idle >= 2, "{idle}");
}

#[tokio::test]
async fn a_shard_that_cannot_be_is_a_wrong_command_line() {
    for (environment, arguments, words) in [
        (
            &[][..],
            &["--shard.index=3", "--shard.total=3"][..],
            "no shard 3 of 3",
        ),
        (&[], &["serve", "--shard.index=0", "--shard.total=0"], "0"),
        (&[], &["--shard.index=0"], "--shard.total <COUNT>"),
        (&[], &["demo", "--shard.total=2"], "--shard.index"),
        (
            &[("POD_NAME", "web-7d9f8-x2z4q")],
            &["--shard.total=2"],
            "StatefulSet",
        ),
        (
            &[("HOSTNAME", "ip-10-0-0-1")],
            &["--shard.total=2"],
            "POD_NAME",
        ),
    ] {
        let run = run_with(environment, arguments).await;
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        assert!(run.err.contains(words), "{arguments:?}: {}", run.err);
    }
    let run = run(&["--shard.total=2", "--shard.index=0", "once"]).await;
    assert!(run.err.contains("'once' does not take it"), "{}", run.err);
}
