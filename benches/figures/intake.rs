//! The processor time of a gzip scrape, against what Prometheus spends to take the page in.
//!
//! A real Prometheus scrapes the exporter's server in an interval of some seconds, as it does in
//! production: between two scrapes the page has left the processor's caches, which costs the server
//! more than scrapes in a row do.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::role::{get, value};
use crate::scrape::Served;
use crate::table::{Table, process_time};

const INTERVAL: Duration = Duration::from_secs(5);
/// The first ones make the series, which costs Prometheus several times what follows.
const WARM_UP: u64 = 3;
const ROUNDS: usize = 5;
const SCRAPES: u32 = 5;
const FIGURE: &str = "processor time of a gzip scrape, against taking it in";

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size == 10_000) {
        if Command::new("prometheus")
            .arg("--version")
            .output()
            .is_err()
        {
            table.row(
                FIGURE,
                instances,
                "skipped".to_owned(),
                "there is no `prometheus` to be found",
                "≤ 0.1 %",
            );
            continue;
        }
        let page = Served::start("page", &instances.to_string());
        let prometheus = Prometheus::start(&page.address);
        while answered(&page) < WARM_UP {
            sleep(INTERVAL / 50);
        }
        let mut rounds: Vec<(Duration, Duration)> =
            (0..ROUNDS).map(|_| round(&page, &prometheus)).collect();
        rounds.sort_by(|a, b| share(*a).total_cmp(&share(*b)));
        let (ours, theirs) = rounds[ROUNDS / 2];
        let (least, most) = (share(rounds[0]), share(rounds[ROUNDS - 1]));
        let against = format!(
            "Prometheus, {} samples of {} bytes each {INTERVAL:?}: {theirs:.0?} a scrape; rounds {least:.2} to {most:.2} %; \
             without refreshes, as the page stays as it is",
            prometheus.samples(),
            page.scrape().len(),
        );
        table.row(
            FIGURE,
            instances,
            format!("{:.2} % ({ours:.2?})", share((ours, theirs))),
            &against,
            "≤ 0.1 %",
        );
    }
}

/// What some scrapes cost the server and Prometheus, each.
fn round(page: &Served, prometheus: &Prometheus) -> (Duration, Duration) {
    let first = between_scrapes(page);
    let before = (process_time(page.id()), process_time(prometheus.child.id()));
    sleep(INTERVAL * SCRAPES);
    let after = (process_time(page.id()), process_time(prometheus.child.id()));
    let scrapes = u32::try_from(answered(page) - first).expect("few");
    let costs = (
        after.0.saturating_sub(before.0) / scrapes,
        after.1.saturating_sub(before.1) / scrapes,
    );
    eprintln!(
        "{scrapes} scrapes: {:.2?} and {:.0?} each, {:.2} %",
        costs.0,
        costs.1,
        share(costs)
    );
    costs
}

/// Waits for the middle of an interval, so that no scrape is counted in part; says how many there
/// were.
fn between_scrapes(page: &Served) -> u64 {
    let before = answered(page);
    while answered(page) == before {
        sleep(INTERVAL / 50);
    }
    sleep(INTERVAL / 2);
    answered(page)
}

/// Scrapes of the whole page. Asking costs the server, so not while it is measured.
fn answered(page: &Served) -> u64 {
    let own = get(&page.address, "/metrics/exporter", "identity");
    value(
        &own,
        r#"aws_ssm_exporter_http_requests_total{handler="metrics",code="200"}"#,
    )
    .unwrap_or_default()
}

fn share((ours, theirs): (Duration, Duration)) -> f64 {
    100.0 * ours.as_secs_f64() / theirs.as_secs_f64()
}

/// A Prometheus that scrapes one page into a directory that is removed with it.
struct Prometheus {
    child: Child,
    address: String,
    _directory: TempDir,
}

impl Prometheus {
    fn start(target: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("prometheus.yml");
        let config = format!(
            "global: {{scrape_interval: {INTERVAL:?}, scrape_timeout: {INTERVAL:?}}}\n\
             scrape_configs: [{{job_name: bench, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(&file, config).expect("a temporary file takes it");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .to_string();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                directory.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=warn")
            .stdout(Stdio::null())
            .spawn()
            .expect("prometheus starts");
        Self {
            child,
            address,
            _directory: directory,
        }
    }

    /// What the last scrape brought, as Prometheus counts it.
    fn samples(&self) -> u64 {
        let answer = get(
            &self.address,
            "/api/v1/query?query=scrape_samples_scraped",
            "identity",
        );
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        let count = answer["data"]["result"][0]["value"][1]
            .as_str()
            .expect("one target");
        count.parse().expect("a number")
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
