//! Refreshes read little, and the page is right all the same. Accounts change at random between
//! refreshes and within them, with summaries that are ahead of the details that explain them. All
//! of it runs over the real SDK.
//!
//! Refreshes are started by hand here, so that "after the next one" means exactly that.

pub(crate) mod changes;

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::Value;
use ssm_compliance_exporter::app::{Fleet, FleetRefresher};
use ssm_compliance_exporter::metrics::{Body, Encoding, Format as Exposed};
use ssm_simulator::{Fault, FaultKind, Options, ResourceTruth};
use tokio::time::{Duration, Instant, sleep};

use crate::support::{Aws, Format, Page, Settings, TARGETS};
use crate::truth::{Reading, differences, fleet};
use changes::{Change, Generator};

/// Each seed gives other changes, in another order.
const SEEDS: [u64; 3] = [1, 2, 3];
const ROUNDS: usize = 5;

/// An exporter whose refreshes begin when a test says so.
pub(crate) struct Bench {
    pub(crate) aws: Aws,
    fleet: Fleet,
    refreshers: Vec<Arc<FleetRefresher>>,
    /// The setting `exposition.max_patch_info_series`, if single patches are asked for.
    patch_series: Option<usize>,
}

impl Bench {
    /// A bench after a first refresh, which has read everything.
    async fn new(options: Options, full_every: &'static str) -> Self {
        Self::with(
            options,
            Settings {
                interval: "50ms",
                full_every,
                ..Settings::default()
            },
        )
        .await
    }

    pub(crate) async fn with(options: Options, settings: Settings) -> Self {
        Self::start(options, settings, None).await
    }

    /// A bench that reads single patches, too.
    async fn with_patches(options: Options) -> Self {
        let settings = Settings {
            interval: "50ms",
            more: "exposition:\n  max_patch_info_series: 1000\n",
            ..Settings::default()
        };
        Self::start(options, settings, Some(1000)).await
    }

    async fn start(options: Options, settings: Settings, patch_series: Option<usize>) -> Self {
        let aws = Aws::start(options).await;
        let credentials = ("AKIAEXAMPLE".to_owned(), "secret".to_owned());
        let mut fleet = Fleet::new(&settings.config(&aws), Some(credentials))
            .await
            .unwrap();
        let refreshers = fleet.take_refreshers();
        join_all(refreshers.iter().map(|refresher| refresher.refresh(true))).await;
        let bench = Self {
            aws,
            fleet,
            refreshers,
            patch_series,
        };
        bench.assert_true("the first refresh", |_| true);
        bench
    }

    pub(crate) async fn refresh(&self) {
        join_all(
            self.refreshers
                .iter()
                .map(|refresher| refresher.refresh(false)),
        )
        .await;
    }

    pub(crate) fn page(&self) -> Page {
        let body = Body::new(&self.fleet.page(), Exposed::Text, Encoding::Identity, "");
        let text = String::from_utf8(body.into_bytes()).unwrap();
        Page::read(&text, Format::Text).unwrap()
    }

    /// Fails unless the page is what the simulator has now. Lines of the comparison that do not
    /// `count` are left out.
    pub(crate) fn assert_true(&self, when: &str, counts: impl Fn(&str) -> bool) {
        let expected = fleet(&self.aws, |reading| Reading {
            patch_series: self.patch_series,
            ..reading
        });
        let wrong = differences(&expected, &self.page());
        let wrong: Vec<String> = wrong.into_iter().filter(|line| counts(line)).collect();
        assert!(
            wrong.is_empty(),
            "{when}: {} series differ:\n{}",
            wrong.len(),
            wrong[..wrong.len().min(12)].join("\n")
        );
    }

    pub(crate) fn apply<'a>(
        &self,
        changes: impl IntoIterator<Item = &'a Change>,
        rows: impl Fn(&Change) -> &Option<ResourceTruth>,
    ) {
        for change in changes {
            let (account, region, _) = TARGETS[change.target];
            self.aws
                .replace(account, region, &change.id, rows(change).clone());
        }
    }

    /// How many resources calls of an operation named in each target, and how many calls that took.
    fn asked(&self, operation: &str) -> [(usize, usize); 3] {
        let requests = self.aws.requests();
        TARGETS.map(|(account, region, _)| {
            let of_operation = requests
                .iter()
                .filter(|request| request.operation == operation);
            let mine = of_operation
                .filter(|request| request.account == account && request.region == region);
            let ids: Vec<usize> = mine.map(|request| named(&request.body)).collect();
            (ids.iter().sum(), ids.len())
        })
    }
}

/// How many resources the body of a detail call names.
fn named(body: &str) -> usize {
    let body: Value = serde_json::from_str(body).unwrap();
    ["InstanceIds", "ResourceIds"]
        .iter()
        .filter_map(|member| body.get(member)?.as_array())
        .map(Vec::len)
        .sum()
}

fn options(instances: usize, seed: u64) -> Options {
    Options {
        instances,
        seed,
        noncompliant: 0.3,
        keep_requests: 100_000,
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_a_summary_or_the_listing_is_right_after_the_next_refresh() {
    for seed in SEEDS {
        let bench = Bench::new(options(24, seed), "6h").await;
        let mut generator = Generator::new(seed);
        for round in 0..ROUNDS {
            let changes = generator.visible(&bench.aws, 6);
            bench.apply(&changes, |change| &change.after);
            bench.aws.drift(0.1);
            bench.refresh().await;
            let when = format!("seed {seed}, round {round}, {changes:?}");
            // Drift may remove a summary of this type. The exporter believes that only after two
            // refreshes without it.
            bench.assert_true(&when, |line| !line.contains("Custom:Antivirus"));
            bench.refresh().await;
            bench.assert_true(&when, |_| true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_that_lag_behind_their_summaries_are_right_after_the_refresh_that_follows() {
    for seed in SEEDS {
        let bench = Bench::new(options(24, seed), "6h").await;
        let mut generator = Generator::new(seed);
        for round in 0..ROUNDS {
            let changes = generator.visible(&bench.aws, 6);
            bench.apply(&changes, |change| &change.halfway);
            bench.aws.drift(0.1);
            bench.aws.break_with([Fault::always(FaultKind::LagPatches)]);
            bench.refresh().await;
            bench.aws.heal();
            bench.apply(&changes, |change| &change.after);
            bench.refresh().await;
            bench.assert_true(&format!("seed {seed}, round {round}, {changes:?}"), |_| {
                true
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_a_refresh_reads_is_right_after_the_next() {
    for seed in SEEDS.into_iter().take(2) {
        let latency = Duration::from_millis(3);
        // Enough instances for more than one page of everything.
        let bench = Bench::new(
            Options {
                latency,
                ..options(52, seed)
            },
            "6h",
        )
        .await;
        let mut generator = Generator::new(seed);
        for round in 0..ROUNDS {
            let changes = generator.visible(&bench.aws, 6);
            let pauses: Vec<u64> = changes.iter().map(|_| generator.below(12)).collect();
            let changing = async {
                for (change, pause) in changes.iter().zip(pauses) {
                    sleep(Duration::from_millis(pause)).await;
                    bench.apply([change], |change| &change.after);
                }
            };
            tokio::join!(bench.refresh(), changing);
            bench.refresh().await;
            bench.assert_true(&format!("seed {seed}, round {round}, {changes:?}"), |_| {
                true
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_no_summary_is_right_within_the_time_for_a_full_reading() {
    const FULL_EVERY: Duration = Duration::from_secs(1);
    for seed in &SEEDS[..2] {
        let bench = Bench::new(options(24, *seed), "1s").await;
        let mut generator = Generator::new(*seed);
        for round in 0..2 {
            let when = format!("seed {seed}, round {round}");
            let silent = generator.silent(&bench.aws, 6);
            assert!(silent.len() > 6, "there is something to see: {silent:?}");
            let visible = generator.visible(&bench.aws, 4);
            bench.apply(silent.iter().chain(&visible), |change| &change.after);
            let start = Instant::now();
            bench.refresh().await;
            let others = |line: &str| {
                !line.contains("noncompliant_instances")
                    && !silent.iter().any(|change| line.contains(&change.id))
            };
            bench.assert_true(&when, others);
            while start.elapsed() < FULL_EVERY {
                sleep(Duration::from_millis(50)).await;
                bench.refresh().await;
            }
            bench.refresh().await;
            bench.assert_true(&format!("{when}, {silent:?}"), |_| true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_asks_about_what_has_changed_and_a_little_more() {
    const CHANGED: usize = 5;
    let bench = Bench::new(options(137, 7), "6h").await;
    let mut generator = Generator::new(7);
    // What a refresh reads again although nothing has changed: one patch state, and one instance's
    // items.
    let most_resources = 1;
    let most_calls = 1;
    bench.aws.clear();
    bench.refresh().await;
    for (ids, calls) in bench
        .asked("DescribeInstancePatchStates")
        .into_iter()
        .chain(bench.asked("ListComplianceItems"))
    {
        assert!(
            ids <= most_resources && calls <= most_calls,
            "{ids} in {calls} calls although nothing has changed"
        );
    }
    let changes = generator.rescans(&bench.aws, CHANGED);
    bench.apply(&changes, |change| &change.after);
    for refresh in ["with the change", "that reads once more", "after that"] {
        bench.aws.clear();
        bench.refresh().await;
        bench.assert_true(refresh, |_| true);
        let wanted = if refresh == "after that" { 0 } else { CHANGED };
        for (ids, calls) in bench.asked("DescribeInstancePatchStates") {
            assert!(
                (wanted..=wanted + most_resources).contains(&ids) && calls <= most_calls,
                "{refresh}: {ids} in {calls}"
            );
        }
        for (ids, _) in bench.asked("ListComplianceItems") {
            assert!(ids <= most_resources, "{refresh}: {ids}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn single_patches_are_asked_for_where_they_have_changed_and_are_right_afterwards() {
    let bench = Bench::with_patches(options(60, 7)).await;
    let mut generator = Generator::new(7);
    // One instance's items of each kind are read again although nothing has changed.
    let most_resources = 2;
    bench.aws.clear();
    bench.refresh().await;
    for (ids, _) in bench.asked("ListComplianceItems") {
        assert!(ids <= most_resources, "{ids} although nothing has changed");
    }
    let changes = generator.rescans(&bench.aws, 1);
    bench.apply(&changes, |change| &change.after);
    for refresh in ["with the change", "that reads once more", "after that"] {
        bench.aws.clear();
        bench.refresh().await;
        bench.assert_true(refresh, |_| true);
        for (ids, _) in bench.asked("ListComplianceItems") {
            assert!(ids <= 1 + most_resources, "{refresh}: {ids}");
        }
    }
    for round in 0..ROUNDS {
        let changes = generator.visible(&bench.aws, 6);
        bench.apply(&changes, |change| &change.after);
        bench.refresh().await;
        bench.refresh().await;
        bench.assert_true(&format!("round {round}, {changes:?}"), |_| true);
    }
}
