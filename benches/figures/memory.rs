//! Memory at its peak, over refreshes in which every row changes and some scrapes, above the same process with nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use ssm_compliance_exporter::app::{Fleet, ServeOptions, serve as serve_fleet};
use ssm_compliance_exporter::config::Config;
use ssm_compliance_exporter::sim::Simulator;

use crate::fleet::{ACCOUNT, REGION, Terms, options, runtime, serve};
use crate::table::{Table, status};

const REFRESHES: u32 = 3;
const GZIP_SCRAPES: u32 = 10;

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size >= 10_000) {
        let (empty, _) = peak(0);
        let (full, series) = peak(instances);
        let above = full.saturating_sub(empty);
        let against = format!("the same with no instances, {} MB; {series} series", empty / 1_000_000);
        let per = |count: u64| above / count.max(1);
        let bar = if instances > 10_000 { "≤ 60 B" } else { "≤ 100 B" };
        table.row("peak memory per series", instances, format!("{} B", per(series)), &against, bar);
        table.row("peak memory per instance", instances, format!("{} B", per(instances as u64)), &against, "≤ 3,000 B");
    }
}

/// The peak resident size of an exporter of its own process, and the series on its page.
fn peak(instances: usize) -> (u64, u64) {
    let runtime = runtime();
    let simulator = Simulator::new(options(&Terms::free(instances)));
    let endpoint = runtime.block_on(serve(&simulator));
    let mut exporter = Exporter::start(&endpoint);
    let mut series = 0;
    for refresh in 1..=REFRESHES {
        exporter.wait_for_refresh(refresh);
        series = exporter.series();
        simulator.drift(1.0);
        exporter.go_on();
    }
    for _ in 0..GZIP_SCRAPES {
        exporter.scrape("gzip");
    }
    exporter.scrape("identity");
    (status(exporter.child.id(), "VmHWM:"), series)
}

/// An exporter that refreshes when it is told to.
struct Exporter {
    child: Child,
    stdin: ChildStdin,
    address: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Exporter {
    fn start(endpoint: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.args(["child:exporter", endpoint]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        let mut address = String::new();
        lines.read_line(&mut address).expect("an address");
        let stdin = child.stdin.take().expect("piped");
        Self { child, stdin, address: address.trim().to_owned(), lines }
    }

    fn wait_for_refresh(&mut self, number: u32) {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a refresh");
        assert_eq!(line.trim(), format!("refreshed {number}"));
    }

    fn go_on(&mut self) {
        self.stdin.write_all(b"go\n").expect("it listens");
    }

    fn series(&self) -> u64 {
        let page = self.scrape("identity");
        let line = page.lines().find_map(|line| line.strip_prefix("aws_ssm_exporter_exposition_series "));
        line.expect("the number of series").parse().expect("a number")
    }

    fn scrape(&self, encoding: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request =
            format!("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exporter, whole, on a free port; refreshes on a line of stdin.
pub(crate) fn run_exporter(arguments: &[String]) {
    let text = format!(
        "refresh: {{interval: 1s, stale_after: 48h, full_every: 1s}}\napi: {{requests_per_second: 1000, endpoint_url: '{}'}}\n\
         accounts: [{{regions: [{REGION}], role_arn: 'arn:aws:iam::{ACCOUNT}:role/bench'}}]\n",
        arguments[0]
    );
    let config = Config::parse(&text, "bench", |_| None).expect("a configuration");
    runtime().block_on(async {
        let credentials = Some(("AKIAEXAMPLE".to_owned(), "secret".to_owned()));
        let mut fleet = Fleet::new(&config, credentials).await.expect("a fleet");
        let refreshers = std::mem::take(&mut fleet.refreshers);
        let web = ServeOptions {
            listen: vec!["127.0.0.1:0".parse().expect("an address")],
            telemetry_path: "/metrics".to_owned(),
        };
        let listening = |addresses: &[String]| println!("{}", addresses[0]);
        tokio::spawn(serve_fleet(fleet, web, std::future::pending(), listening));
        tokio::time::sleep(Duration::from_millis(200)).await;
        for number in 1.. {
            refreshers[0].refresh(number == 1).await;
            println!("refreshed {number}");
            let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await.expect("a thread");
            if line.is_none() {
                return std::future::pending().await;
            }
        }
    });
}
