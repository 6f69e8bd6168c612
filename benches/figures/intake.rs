//! The processor time of a gzip scrape, against what Prometheus spends to take the page in.
//!
//! A real Prometheus scrapes the exporter's server every few seconds, as it does in production.
//! Between two scrapes the page leaves the processor's caches, which costs the server more than
//! scrapes in a row do.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::role::{get, value};
use crate::scrape::ServerProcess;
use crate::table::{Table, process_time};

const SCRAPE_INTERVAL: Duration = Duration::from_secs(5);
/// Scrapes before the first round. They create the series, which costs Prometheus several times
/// what later scrapes do.
const WARM_UP_SCRAPES: u64 = 3;
const ROUNDS: usize = 5;
const SCRAPES_PER_ROUND: u32 = 5;
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
        let page = ServerProcess::start("page", &instances.to_string());
        let prometheus = Prometheus::start(&page.address);
        while answered(&page) < WARM_UP_SCRAPES {
            sleep(SCRAPE_INTERVAL / 50);
        }
        let mut rounds: Vec<(Duration, Duration)> =
            (0..ROUNDS).map(|_| round(&page, &prometheus)).collect();
        rounds.sort_by(|a, b| share(*a).total_cmp(&share(*b)));
        let (ours, theirs) = rounds[ROUNDS / 2];
        let least = share(rounds[0]);
        let most = share(rounds[ROUNDS - 1]);
        let against = format!(
            "Prometheus, {} samples of {} bytes each {SCRAPE_INTERVAL:?}: {theirs:.0?} a scrape; rounds {least:.2} to {most:.2} %; \
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

/// What a scrape costs the server and what it costs Prometheus, as the mean of a round.
fn round(page: &ServerProcess, prometheus: &Prometheus) -> (Duration, Duration) {
    let first = between_scrapes(page);
    let before = (process_time(page.id()), process_time(prometheus.child.id()));
    sleep(SCRAPE_INTERVAL * SCRAPES_PER_ROUND);
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

/// Waits for the middle of an interval, so that no scrape is counted in part. Returns how many
/// scrapes there were.
fn between_scrapes(page: &ServerProcess) -> u64 {
    let before = answered(page);
    while answered(page) == before {
        sleep(SCRAPE_INTERVAL / 50);
    }
    sleep(SCRAPE_INTERVAL / 2);
    answered(page)
}

/// How many scrapes of the whole page were answered. Asking costs the server, so this is not asked
/// while its time is measured.
fn answered(page: &ServerProcess) -> u64 {
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

/// A Prometheus that scrapes one page. Its data is in a directory that is removed with it.
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
            "global: {{scrape_interval: {SCRAPE_INTERVAL:?}, scrape_timeout: {SCRAPE_INTERVAL:?}}}\n\
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

    /// How many samples the last scrape had, as Prometheus counts them.
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
