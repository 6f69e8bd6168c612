//! The configuration read anew while the program runs, by a real signal and by HTTP.

mod changes;
mod failures;
mod storm;

use std::path::PathBuf;

use ssm_simulator::Simulator;
use tempfile::TempDir;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{
    Aws, CREDENTIALS, Format, OTHER, OWN, PATIENCE, Page, Program, Reply, Settings, ask, get, role,
};

/// An entry for the account of the program's own credentials.
fn own(regions: &str) -> String {
    format!("  - regions: [{regions}]\n")
}

/// An entry for the other account, which is read through a role.
fn other(regions: &str) -> String {
    let role = role(OTHER);
    format!("  - account_name: production\n    regions: [{regions}]\n    role_arn: {role}\n")
}

fn settings(entries: &[String]) -> Settings {
    Settings {
        accounts: format!("accounts:\n{}", entries.concat()),
        ..Settings::default()
    }
}

/// The program with a configuration file that changes.
struct Reloadable {
    program: Program,
    file: PathBuf,
    _directory: TempDir,
}

impl Reloadable {
    /// Starts the program, and waits until every target was read.
    async fn start(yaml: &str, flags: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("exporter.yaml");
        std::fs::write(&file, yaml).unwrap();
        let file_name = file.display().to_string();
        let arguments = [&["--config.file", file_name.as_str()], flags].concat();
        let started = Self {
            program: Program::start(&CREDENTIALS, &arguments).await,
            file,
            _directory: directory,
        };
        started.until_ready().await;
        started
    }

    async fn until_ready(&self) {
        let start = Instant::now();
        while self.get("/-/ready").await.code != 200 {
            assert!(start.elapsed() < PATIENCE, "never ready: {}", self.log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Replaces the file in one step, as editors and Kubernetes do.
    fn write(&self, yaml: &str) {
        let new = self.file.with_extension("new");
        std::fs::write(&new, yaml).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    /// Sends SIGHUP, and waits until the log has one more such line.
    async fn hang_up(&self, answer: &str) {
        let before = self.log().matches(answer).count();
        self.program.signal("HUP").await;
        let start = Instant::now();
        while self.log().matches(answer).count() == before {
            assert!(start.elapsed() < PATIENCE, "no {answer}: {}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Changes the file and has it read.
    async fn reload(&self, yaml: &str) {
        self.write(yaml);
        self.hang_up("configuration reloaded").await;
    }

    async fn post(&self) -> Reply {
        ask(self.program.address, "POST", "/-/reload", "").await
    }

    async fn get(&self, path: &str) -> Reply {
        get(self.program.address, path, "").await
    }

    async fn page(&self) -> Page {
        let reply = self.get("/metrics").await;
        assert_eq!(reply.code, 200);
        Page::read(&reply.text(), Format::Text).unwrap_or_else(|error| panic!("no page: {error}"))
    }

    /// Waits for the first page for which this `holds`.
    async fn until(&self, what: &str, holds: impl Fn(&Page) -> bool) -> Page {
        let start = Instant::now();
        loop {
            let page = self.page().await;
            if holds(&page) {
                return page;
            }
            assert!(start.elapsed() < PATIENCE, "never: {what}\n{}", self.log());
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn log(&self) -> String {
        self.program.log()
    }
}

fn is_up(page: &Page, account: &str, region: &str) -> bool {
    let up = page.value("aws_ssm_up", &[("account_id", account), ("region", region)]);
    up.is_some_and(|up| up > 0.5)
}

/// The series of one target, as text. Those of the exporter about it are among them only if
/// `with_own`.
fn series_of(page: &Page, account: &str, region: &str, with_own: bool) -> Vec<String> {
    let is_own = |name: &str| name.starts_with("aws_ssm_exporter_");
    let series = page.samples.iter().filter(|(series, _)| {
        series.label("account_id") == account
            && series.label("region") == region
            && (with_own || !is_own(&series.name))
    });
    series
        .map(|(series, value)| format!("{series:?} {value}"))
        .collect()
}

/// The accounts and regions that the page has.
fn targets(page: &Page) -> Vec<(String, String)> {
    page.matching("aws_ssm_target_info", &[])
        .map(|(series, _)| {
            let label = |key| series.label(key).to_owned();
            (label("account_id"), label("region"))
        })
        .collect()
}

/// How many calls of SSM an account has got.
fn calls(aws: &Simulator, account: &str) -> u64 {
    let counts = aws.counts();
    // The roles of other accounts are assumed by the first one.
    let is_of_ssm = |operation: &str| operation != "AssumeRole";
    let of_account = counts
        .iter()
        .filter(|count| count.account == account && is_of_ssm(&count.operation));
    of_account.map(|count| count.count).sum()
}
