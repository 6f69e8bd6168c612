//! The pages for people over a simulated account: they say what the metrics say, and cost AWS
//! nothing.

use std::collections::BTreeSet;

use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, Instant, sleep};

use crate::support::{Aws, Exporter, OWN, Page, Program, Settings, get};

async fn settled(options: Options, settings: &Settings) -> (Aws, Exporter) {
    let aws = Aws::start(options).await;
    let exporter = Exporter::start(&aws, settings).await;
    exporter.ready().await;
    (aws, exporter)
}

fn noncompliant_fleet() -> Options {
    Options {
        instances: 120,
        noncompliant: 0.6,
        ..Options::default()
    }
}

/// The number of instances that a table says it has on all of its pages.
fn total(html: &str) -> f64 {
    if html.contains("is what you ask for") {
        return 0.0;
    }
    let caption = html.split("<caption id=\"shown\">").nth(1).unwrap();
    let words: Vec<&str> = caption.split_whitespace().take(5).collect();
    assert_eq!((words[1], words[3]), ("to", "of"), "{caption}");
    words[4].parse().unwrap()
}

async fn html(exporter: &Exporter, path: &str) -> String {
    let reply = exporter.get(path, "").await;
    assert_eq!(reply.code, 200, "{path}");
    reply.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_the_table_are_those_of_the_metrics() {
    let (_aws, exporter) = settled(noncompliant_fleet(), &Settings::default()).await;
    let page = exporter.page().await;
    let mut compared = 0;
    for (series, value) in page.fleet() {
        let parameter = match series.name.as_str() {
            "aws_ssm_noncompliant_instances" => "reason",
            "aws_ssm_compliance_instances" => "status",
            _ => continue,
        };
        let label = |key| series.label(key);
        let path = format!(
            "/instances?account_id={}&region={}&type={}&{parameter}={}",
            label("account_id"),
            label("region"),
            label("compliance_type"),
            label(parameter),
        );
        let shown = total(&html(&exporter, &path).await);
        assert!((shown - value).abs() < 0.5, "{series:?} {value}: {shown}");
        compared += usize::from(value > 0.0);
    }
    assert!(compared > 20, "only {compared} numbers are above zero");
    let listed: f64 = page
        .matching("aws_ssm_managed_instances", &[])
        .map(|(_, value)| value)
        .sum();
    assert!((total(&html(&exporter, "/instances").await) - listed).abs() < 0.5);
}

/// The reasons that the metrics give for an instance of the first target.
fn reasons<'a>(page: &'a Page, id: &str) -> BTreeSet<&'a str> {
    let of = [
        ("instance_id", id),
        ("account_id", OWN),
        ("region", "eu-west-1"),
    ];
    page.matching("aws_ssm_instance_noncompliance_reason", &of)
        .map(|(series, _)| series.label("reason"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_instance_has_a_finding_for_each_reason_of_the_metrics_and_calls_nobody() {
    let (aws, exporter) = settled(noncompliant_fleet(), &Settings::default()).await;
    let page = exporter.page().await;
    let requests = |aws: &Aws| aws.counts().iter().map(|it| it.count).sum::<u64>();
    let before = requests(&aws);
    let of = [("account_id", OWN), ("region", "eu-west-1")];
    let mut compared = 0;
    for (series, _) in page.matching("aws_ssm_instance_info", &of) {
        let id = series.label("instance_id");
        let path = format!("/instances/{id}?account_id={OWN}&region=eu-west-1");
        let html = html(&exporter, &path).await;
        let findings = html.split("<section class=\"finding\">").skip(1);
        let bad = findings.filter_map(|it| it.split("<span class=\"bad\">").nth(1));
        let found: BTreeSet<&str> = bad.map(|it| it.split('<').next().unwrap()).collect();
        assert_eq!(found, reasons(&page, id), "{id}");
        compared += found.len();
    }
    assert!(compared > 50, "only {compared} reasons");
    html(&exporter, "/instances").await;
    assert_eq!(requests(&aws), before, "a page has called AWS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_is_shown_with_its_last_data_and_the_reason() {
    let (aws, exporter) = settled(noncompliant_fleet(), &Settings::quick()).await;
    let all = total(&html(&exporter, "/instances").await);
    aws.break_with([Fault::always(FaultKind::Deny)]);
    exporter
        .until("all targets are down", |page| {
            page.matching("aws_ssm_up", &[])
                .all(|(_, value)| value == 0.0)
        })
        .await;
    let html = html(&exporter, "/instances").await;
    assert!(
        html.contains("is down (") && html.contains("instances: access_denied"),
        "{html}"
    );
    assert!((total(&html) - all).abs() < 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_there_without_series_of_instances_and_go_when_data_expires() {
    let settings = Settings {
        stale_after: "3s",
        more: "exposition:\n  instances: none\n",
        ..Settings::quick()
    };
    let (aws, exporter) = settled(noncompliant_fleet(), &settings).await;
    assert_eq!(exporter.page().await.count("aws_ssm_instance_info", &[]), 0);
    assert!(total(&html(&exporter, "/instances").await) > 300.0);
    aws.break_with([Fault::always(FaultKind::Deny)]);
    let start = Instant::now();
    while !html(&exporter, "/instances")
        .await
        .contains("No instance is known.")
    {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "the data does not expire"
        );
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn the_flags_of_the_pages_do_what_they_say() {
    let demo = ["demo", "--sim.instances=5", "--sim.latency=0"];
    let off = Program::start(&[], &[&demo[..], &["--web.disable-pages"]].concat()).await;
    assert_eq!(get(off.address, "/instances", "").await.code, 404);
    assert!(
        !get(off.address, "/", "")
            .await
            .text()
            .contains("/instances")
    );
    let url = ["--web.external-url", "https://tools.example.com/ssm"];
    let proxied = Program::start(&[], &[&demo[..], &url].concat()).await;
    let page = get(proxied.address, "/ssm/instances", "").await;
    assert!(
        page.text().contains("href=\"/ssm/metrics\""),
        "{}",
        page.text()
    );
}
