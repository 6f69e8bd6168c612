//! A thousand reloads, with targets that come and go, while a scraper scrapes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ssm_simulator::Options;

use super::*;
use crate::support::{held, turn};

const RELOADS: u32 = 1000;
/// Reloads before the first look at what the process holds.
const WARM_UP: u32 = 200;
/// How long a scrape may take while two busy cores are shared with other tests.
const MAX_SCRAPE: Duration = Duration::from_secs(2);
/// How much more the process may hold after the last reload. Freed memory stays with the allocator
/// for a while, and what grew with every reload would be far more.
const MAX_GROWTH_KILOBYTES: u64 = 24 * 1024;
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn account(number: u32) -> String {
    format!("5555{number:08}")
}

/// A configuration with one target that always stays, and a choice of six others.
struct Choice(u32);

impl Choice {
    fn yaml(&self, aws: &Aws) -> String {
        let chosen = (0..3).filter_map(|number| self.entry(number));
        let entries: Vec<String> = [own("eu-west-1")].into_iter().chain(chosen).collect();
        let settings = Settings {
            // What stays is read once, however long this takes.
            interval: "6h",
            stale_after: "24h",
            ..settings(&entries)
        };
        settings.yaml(aws)
    }

    fn entry(&self, number: u32) -> Option<String> {
        let regions: Vec<&str> = self.regions(number).collect();
        let regions = (!regions.is_empty()).then(|| regions.join(", "))?;
        let role = role(&account(number));
        Some(format!("  - regions: [{regions}]\n    role_arn: {role}\n"))
    }

    fn regions(&self, number: u32) -> impl Iterator<Item = &'static str> {
        let bits = self.0 >> (2 * number);
        (0..2)
            .filter(move |bit| bits & (1 << bit) != 0)
            .map(|bit| REGIONS[bit])
    }

    fn targets(&self) -> Vec<(String, String)> {
        let mut targets = vec![(OWN.to_owned(), "eu-west-1".to_owned())];
        for number in 0..3 {
            targets.extend(
                self.regions(number)
                    .map(|region| (account(number), region.to_owned())),
            );
        }
        targets.sort();
        targets
    }
}

/// Scrapes until it is told to stop. No scrape may fail, be late, have a series twice or lack the
/// target that stays. Returns how many there were.
async fn scrape(address: SocketAddr, stop: Arc<AtomicBool>, stays: Vec<String>) -> u32 {
    let mut scrapes = 0;
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        let reply = get(address, "/metrics", "Accept-Encoding: gzip\r\n").await;
        assert_eq!(reply.code, 200);
        assert!(start.elapsed() < MAX_SCRAPE, "{:?}", start.elapsed());
        let page =
            Page::read(&reply.text(), Format::Text).unwrap_or_else(|error| panic!("{error}"));
        // The lists are too long to be printed.
        let series = series_of(&page, OWN, "eu-west-1", false);
        let lost: Vec<_> = stays.iter().filter(|it| !series.contains(it)).collect();
        assert!(lost.is_empty() && series.len() == stays.len(), "{lost:?}");
        scrapes += 1;
        sleep(Duration::from_millis(10)).await;
    }
    scrapes
}

async fn reload_many(exporter: &Reloadable, aws: &Aws, numbers: std::ops::Range<u32>) {
    for number in numbers {
        // Multiplying by an odd number goes through all 64 choices in an order that looks random.
        let choice = Choice(number.wrapping_mul(37) % 64);
        exporter.write(&choice.yaml(aws));
        if number % 100 == 99 {
            exporter.hang_up("configuration reloaded").await;
        } else {
            assert_eq!(exporter.post().await.code, 200, "{}", exporter.log());
        }
        // To read every page would take longer than all else.
        if number % 5 == 0 {
            let page = exporter.page().await;
            assert_eq!(targets(&page), choice.targets(), "reload {number}");
            assert_only_own_metrics_of(&page, &choice);
        }
        // Some refreshes come to their end, and others are cancelled.
        if number % 10 == 0 {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn assert_only_own_metrics_of(page: &Page, choice: &Choice) {
    let targets = choice.targets();
    for series in page.samples.keys() {
        let label = |key| series.label(key).to_owned();
        let target = (label("account_id"), label("region"));
        let is_of_target = !target.0.is_empty();
        assert!(!is_of_target || targets.contains(&target), "{series:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_reloads_cost_no_scrape_and_leave_nothing_behind() {
    let _turn = turn().await;
    let accounts = [vec![OWN.to_owned()], (0..3).map(account).collect()].concat();
    let aws = Aws::start(Options {
        instances: 8,
        accounts,
        ..Options::default()
    })
    .await;
    let flags = ["--web.enable-lifecycle"];
    let exporter = Reloadable::start(&Choice(63).yaml(&aws), &flags).await;
    let stays = series_of(&exporter.page().await, OWN, "eu-west-1", false);
    let stop = Arc::new(AtomicBool::new(false));
    let address = exporter.program.address;
    let scraping = tokio::spawn(scrape(address, Arc::clone(&stop), stays));
    let start = Instant::now();

    reload_many(&exporter, &aws, 0..WARM_UP).await;
    let before = held(&exporter.program);
    reload_many(&exporter, &aws, WARM_UP..RELOADS).await;
    let after = held(&exporter.program);
    stop.store(true, Ordering::Relaxed);
    let scrapes = scraping.await.unwrap();

    println!(
        "{:?}, {scrapes} scrapes beside; held {before:?}, then {after:?}",
        start.elapsed()
    );
    assert!(scrapes > RELOADS / 10, "{scrapes} scrapes");
    assert!(after.files <= before.files + 20, "{before:?} {after:?}");
    assert!(after.threads <= before.threads + 4, "{before:?} {after:?}");
    let growth = after.kilobytes.saturating_sub(before.kilobytes);
    assert!(growth < MAX_GROWTH_KILOBYTES, "{before:?} {after:?}");
    let page = exporter.page().await;
    let panics = page.matching("aws_ssm_exporter_panics_total", &[]);
    assert!(panics.into_iter().all(|(_, count)| count < 0.5));
    assert!(
        !exporter.log().contains("level=error"),
        "{}",
        exporter.log()
    );
    exporter
        .until("every target is read", |page| {
            let targets = Choice((RELOADS - 1).wrapping_mul(37) % 64).targets();
            targets
                .iter()
                .all(|(account, region)| is_up(page, account, region))
        })
        .await;
}
