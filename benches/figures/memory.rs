//! Peak memory over some refreshes, in each of which every row changes, and some scrapes, above
//! that of the same process without any instance.

use std::time::Duration;

use ssm_compliance_exporter::app::{Fleet, ReloadOptions, ServeOptions, serve as serve_fleet};
use ssm_compliance_exporter::config::Config;
use ssm_compliance_exporter::http::RoutePrefix;
use ssm_simulator::Simulator;

use crate::fleet::{ACCOUNT, Conditions, REGION, options, runtime, serve};
use crate::role::{ChildProcess, get, told_to_go_on, value};
use crate::table::{Table, status};

const REFRESHES: u32 = 3;
const GZIP_SCRAPES: u32 = 10;
/// More than the fleet has, so that every patch has a series.
const MAX_PATCH_INFO_SERIES: usize = 1_000_000;

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size >= 10_000) {
        let (empty, _) = peak(0, 0);
        let (full, series) = peak(instances, 0);
        let above = full.saturating_sub(empty);
        let against = format!(
            "the same with no instances, {} MB; {series} series",
            empty / 1_000_000
        );
        let per = |count: u64| above / count.max(1);
        let bar = if instances > 10_000 {
            "≤ 60 B"
        } else {
            "≤ 100 B"
        };
        table.row(
            "peak memory per series",
            instances,
            format!("{} B", per(series)),
            &against,
            bar,
        );
        table.row(
            "peak memory per instance",
            instances,
            format!("{} B", per(instances as u64)),
            &against,
            "≤ 3,000 B",
        );
        let (with_patches, series) = peak(instances, MAX_PATCH_INFO_SERIES);
        let more = with_patches.saturating_sub(full);
        table.row(
            "peak memory per instance, more with single patches",
            instances,
            format!("{} B", more / instances as u64),
            &format!("the same without them; {series} series"),
            "-",
        );
    }
}

/// The peak resident size, in bytes, of an exporter in a process of its own, and the number of
/// series on its page. `patches` is the limit of series of single patches.
fn peak(instances: usize, patches: usize) -> (u64, u64) {
    let runtime = runtime();
    let simulator = Simulator::new(options(&Conditions::free(instances)));
    let endpoint = runtime.block_on(serve(&simulator));
    let mut exporter = ChildProcess::start("exporter", &[&endpoint, &patches.to_string()]);
    let address = exporter.line();
    let mut series = 0;
    for refresh in 1..=REFRESHES {
        assert_eq!(exporter.line(), format!("refreshed {refresh}"));
        let page = get(&address, "/metrics", "identity");
        series = value(&page, "aws_ssm_exporter_exposition_series").expect("the number of series");
        simulator.drift(1.0);
        exporter.go_on();
    }
    for _ in 0..GZIP_SCRAPES {
        get(&address, "/metrics", "gzip");
    }
    get(&address, "/metrics", "identity");
    (status(exporter.id(), "VmHWM:"), series)
}

/// Runs the whole exporter on a free port. It refreshes whenever it reads a line from stdin.
pub(crate) fn run_exporter(arguments: &[String]) {
    let text = format!(
        "refresh: {{interval: 1s, stale_after: 48h, full_every: 1s}}\napi: {{requests_per_second: 1000, endpoint_url: '{}'}}\n\
         accounts: [{{regions: [{REGION}], role_arn: 'arn:aws:iam::{ACCOUNT}:role/bench'}}]\n\
         exposition: {{max_patch_info_series: {}}}\n",
        arguments[0], arguments[1]
    );
    let config = Config::parse(&text, "bench", |_| None).expect("a configuration");
    runtime().block_on(async {
        let credentials = Some(("AKIAEXAMPLE".to_owned(), "secret".to_owned()));
        let mut fleet = Fleet::new(&config, credentials).await.expect("a fleet");
        let refreshers = fleet.take_refreshers();
        let web = ServeOptions {
            listen: vec!["127.0.0.1:0".parse().expect("an address")],
            telemetry_path: "/metrics".to_owned(),
            has_pages: true,
            external_url: None,
            max_scrapes: None,
            route_prefix: RoutePrefix::default(),
            inherited: Vec::new(),
            security: None,
            reload: ReloadOptions::default(),
        };
        let listening = |addresses: &[String]| println!("{}", addresses[0]);
        tokio::spawn(serve_fleet(fleet, web, std::future::pending(), listening));
        tokio::time::sleep(Duration::from_millis(200)).await;
        for number in 1.. {
            Box::pin(refreshers[0].refresh(number == 1)).await;
            println!("refreshed {number}");
            if !told_to_go_on().await {
                return std::future::pending().await;
            }
        }
    });
}
