//! The page in parts: each target at an address of its own, the exporter at another, and service
//! discovery that lists them all. Together they are the whole page, and no series is in two of
//! them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, sleep};

use crate::support::{
    Aws, Exporter, Format, OTHER, OWN, Page, Reply, Series, Settings, TARGETS, get, in_time, role,
};
use crate::truth::check_families;

/// An exporter that has read its targets once and does not read them again.
async fn settled(aws: &Aws, settings: &Settings) -> Exporter {
    let exporter = Exporter::start(aws, settings).await;
    exporter.ready().await;
    exporter
}

fn path_of(account: &str, region: &str) -> String {
    format!("/metrics?account_id={account}&region={region}")
}

/// The page at a path, read strictly.
async fn part(exporter: &Exporter, path: &str, format: Format, gzip: bool) -> Page {
    let encoding = if gzip {
        "Accept-Encoding: gzip\r\n"
    } else {
        ""
    };
    let reply = exporter
        .get(path, &format!("Accept: {}\r\n{encoding}", format.accept()))
        .await;
    assert_eq!(reply.code, 200, "{path}");
    assert_eq!(
        reply.header("content-encoding"),
        gzip.then_some("gzip"),
        "{path}"
    );
    assert!(
        reply
            .header("content-type")
            .unwrap_or_default()
            .starts_with(format.content_type()),
        "{path}"
    );
    Page::read(&reply.text(), format)
        .unwrap_or_else(|error| panic!("{path} is no {format:?}: {error}"))
}

/// Every format with every content coding.
const FORMS: [(Format, bool); 4] = [
    (Format::Text, false),
    (Format::Text, true),
    (Format::OpenMetrics, false),
    (Format::OpenMetrics, true),
];

fn is_own(name: &str) -> bool {
    name.starts_with("aws_ssm_exporter_") || name.starts_with("process_")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_are_the_whole_page_and_no_series_is_in_two_of_them() {
    let aws = Aws::of(137).await;
    let exporter = settled(&aws, &Settings::default()).await;
    for (format, gzip) in FORMS {
        let whole = exporter.page_as(format, gzip).await;
        let mut met = BTreeSet::new();
        for (account, region, _) in TARGETS {
            let page = part(&exporter, &path_of(account, region), format, gzip).await;
            check_families(&page, format);
            let mine = |series: &Series| {
                series.label("account_id") == account && series.label("region") == region
            };
            let of_whole: BTreeMap<&Series, f64> =
                whole.fleet().filter(|(series, _)| mine(series)).collect();
            let of_part: BTreeMap<&Series, f64> = page
                .samples
                .iter()
                .map(|(series, value)| (series, *value))
                .collect();
            assert!(
                of_whole == of_part && of_part.len() > 1000,
                "{account} {region} as {format:?}, {gzip}"
            );
            for (name, family) in &page.families {
                let of_whole = &whole.families[name];
                assert_eq!(
                    (&family.kind, &family.help),
                    (&of_whole.kind, &of_whole.help),
                    "{name}"
                );
            }
            met.extend(page.samples.into_keys());
        }
        let own = part(&exporter, "/metrics/exporter", format, gzip).await;
        assert!(
            own.samples.keys().all(|series| is_own(&series.name)),
            "only the exporter itself"
        );
        assert!(own.samples.keys().all(|series| met.insert(series.clone())));
        // The requests of this test have status codes and handlers that were not counted before.
        let kept = |series: &&Series| series.name != "aws_ssm_exporter_http_requests_total";
        let whole: BTreeSet<&Series> = whole.samples.keys().filter(kept).collect();
        assert!(
            whole == met.iter().filter(kept).collect(),
            "{format:?}, {gzip}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_there_is_not_is_not_found_and_half_a_name_is_a_mistake() {
    let aws = Aws::of(2).await;
    let exporter = settled(&aws, &Settings::default()).await;
    let unknown = [
        path_of("999988887777", "eu-west-1"),
        path_of(OTHER, "us-east-1"),
        path_of(OWN, "mars-north-1"),
        path_of(OWN, ""),
        path_of("", "eu-west-1"),
        path_of("production", "eu-west-1"),
        "/metrics/exporter/".to_owned(),
        "/metrics/exporter/more".to_owned(),
    ];
    let half = [
        "/metrics?account_id=111122223333",
        "/metrics?region=eu-west-1",
        "/metrics?region=",
    ]
    .map(str::to_owned);
    for (paths, code) in [(&unknown[..], 404), (&half[..], 400)] {
        for path in paths {
            let reply = exporter.get(path, "").await;
            assert_eq!(reply.code, code, "{path}");
            assert!(!reply.text().contains("aws_ssm_"), "{path}");
        }
    }
    for path in [
        "/metrics?account_id=111122223333&region=eu%2Dwest-1&more=1",
        "/metrics?region=eu-west-1&account_id=111122223333",
    ] {
        let page = part(&exporter, path, Format::Text, false).await;
        assert_eq!(page.count("aws_ssm_up", &[]), 1, "{path}");
    }
}

/// The entries of service discovery: labels by the address of the target.
fn entries(reply: &Reply) -> Vec<(String, BTreeMap<String, String>)> {
    assert_eq!(
        (reply.code, reply.header("content-type")),
        (200, Some("application/json"))
    );
    let Value::Array(groups) = serde_json::from_str(&reply.text()).unwrap() else {
        panic!("no list")
    };
    let entry = |group: &Value| {
        let [Value::String(target)] = group["targets"].as_array().unwrap().as_slice() else {
            panic!("{group}")
        };
        let labels = group["labels"].as_object().unwrap().iter();
        let labels = labels.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
        (target.clone(), labels.collect())
    };
    groups.iter().map(entry).collect()
}

/// The URL that a scraper makes of an entry's labels.
fn scraped_path(labels: &BTreeMap<String, String>) -> String {
    let parameter = |(key, value): (&String, &String)| {
        Some(format!("{}={value}", key.strip_prefix("__param_")?))
    };
    let parameters: Vec<String> = labels.iter().filter_map(parameter).collect();
    format!("{}?{}", labels["__metrics_path__"], parameters.join("&"))
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_names_every_part_once_under_the_name_it_was_asked_by() {
    let aws = Aws::of(20).await;
    let twice = format!(
        "  - account_name: again\n    regions: [eu-west-1]\n    role_arn: {}\n",
        role(OWN)
    );
    let settings = Settings {
        accounts: Settings::default().accounts + &twice,
        ..Settings::default()
    };
    let exporter = settled(&aws, &settings).await;
    let found = entries(&exporter.get("/sd", "").await);
    assert_eq!(
        found.len(),
        TARGETS.len() + 1,
        "one each, one for the exporter, none for a double: {found:?}"
    );
    let instances: BTreeSet<&str> = found
        .iter()
        .map(|(_, labels)| labels["instance"].as_str())
        .collect();
    assert_eq!(
        instances.len(),
        found.len(),
        "relabelling and `up` tell them apart"
    );
    let mut met = BTreeSet::new();
    for (target, labels) in &found {
        assert_eq!(*target, exporter.address.to_string());
        let page = part(&exporter, &scraped_path(labels), Format::Text, true).await;
        assert!(
            page.samples.into_keys().all(|series| met.insert(series)),
            "{labels:?} has what another has"
        );
    }
    let whole = exporter.page().await;
    let kept = |series: &&Series| series.name != "aws_ssm_exporter_http_requests_total";
    assert!(
        met.iter()
            .filter(kept)
            .eq(whole.samples.keys().filter(kept))
    );

    let reply = get_as(&exporter, "exporter.example:10068").await;
    let (target, labels) = &entries(&reply)[0];
    assert_eq!(target, "exporter.example:10068");
    assert_eq!(
        labels["instance"],
        format!("exporter.example:10068/{OWN}/eu-west-1")
    );
}

/// Asks for service discovery under another host name.
async fn get_as(exporter: &Exporter, host: &str) -> Reply {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(exporter.address)
            .await
            .unwrap();
        let request = format!("GET /sd HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    };
    Reply::read(in_time("/sd", exchange).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_waits_until_accounts_are_known() {
    let aws = Aws::start(Options {
        instances: 2,
        latency: Duration::from_secs(2),
        ..Options::default()
    })
    .await;
    let exporter = Exporter::start(&aws, &Settings::default()).await;
    let reply = exporter.get("/sd", "").await;
    assert_eq!(
        reply.code, 503,
        "a list without all targets would end the scrapes of the others"
    );
    assert!(!reply.text().contains("targets\":"));
    let found = async {
        loop {
            let reply = get(exporter.address, "/sd", "").await;
            if reply.code == 200 {
                break entries(&reply);
            }
            assert_eq!(reply.code, 503);
            sleep(Duration::from_millis(50)).await;
        }
    };
    assert_eq!(in_time("discovery", found).await.len(), TARGETS.len() + 1);
    assert_eq!(
        exporter.get("/-/ready", "").await.code,
        503,
        "accounts are known before anything is read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_known_holds_up_discovery_for_one_attempt_only() {
    let aws = Aws::of(2).await;
    aws.break_with([Fault::always(FaultKind::Deny).of("GetCallerIdentity")]);
    let exporter = settled(&aws, &Settings::quick()).await;
    assert_eq!(
        entries(&exporter.get("/sd", "").await).len(),
        TARGETS.len() + 1
    );
    aws.heal();
    let known = async {
        while entries(&exporter.get("/sd", "").await)
            .iter()
            .any(|(_, labels)| {
                labels
                    .get("__param_account_id")
                    .is_some_and(|id| id.len() != 12)
            })
        {
            sleep(Duration::from_millis(100)).await;
        }
    };
    in_time("the account in discovery", known).await;
}
