//! Anything may fail at any time while everything changes. No series is lost that did not change,
//! none is shown that was never true, and one refresh after the last fault the page is the truth.
//!
//! Refreshes are started by hand. What goes wrong, and where, follows from a seed.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::{Fault, FaultKind, Options, Simulator};
use tokio::time::{Duration, sleep};

use super::OPERATIONS;
use crate::incremental::Bench;
use crate::incremental::changes::Generator;
use crate::support::{Page, Series, Settings, TARGETS};
use crate::truth::{Reading, Span, fleet};

const SEEDS: [u64; 3] = [1, 2, 3];
const ROUNDS: usize = 4;

/// What may go wrong. Throttling and silence are left out, because they take too much time.
const KINDS: [FaultKind; 14] = [
    FaultKind::Deny,
    FaultKind::ExpiredToken,
    FaultKind::InvalidCredentials,
    FaultKind::Error500,
    FaultKind::Html503,
    FaultKind::Html200,
    FaultKind::Truncate,
    FaultKind::Reset,
    FaultKind::RepeatToken,
    FaultKind::BadRow,
    FaultKind::EmptyPage,
    FaultKind::EmptyToken,
    FaultKind::DuplicateRows,
    FaultKind::LagPatches,
];

/// A fault of some kind, in one operation or in all, in one target or in all, and at some rate.
fn fault(generator: &mut Generator) -> Fault {
    let kind = generator.pick(&KINDS);
    let mut fault = Fault {
        rate: generator.pick(&[0.1, 0.3, 1.0]),
        ..Fault::always(kind)
    };
    if generator.below(3) > 0 {
        fault = fault.of(generator.pick(&OPERATIONS).0);
    }
    if generator.below(3) > 0 {
        let (account, region, _) = generator.pick(&TARGETS);
        fault = fault.at(account, region);
    }
    fault
}

fn faults(generator: &mut Generator) -> Vec<Fault> {
    (0..=1 + generator.below(4))
        .map(|_| fault(generator))
        .collect()
}

/// What was true at one moment.
struct Moment {
    /// The series of listed instances.
    page: BTreeMap<Series, Span>,
    /// All series, including those of resources that are not listed.
    all: BTreeMap<Series, Span>,
}

impl Moment {
    fn of(aws: &Simulator) -> Self {
        let all = fleet(aws, |reading| Reading {
            unlisted: true,
            ..reading
        });
        let listed: BTreeSet<String> = TARGETS
            .iter()
            .flat_map(|(account, region, _)| aws.outline(account, region).instances)
            .map(|row| row.instance_id)
            .collect();
        let shown = all
            .iter()
            .filter(|(series, _)| listed.contains(series.label("instance_id")));
        Self {
            page: shown
                .map(|(series, span)| (series.clone(), *span))
                .collect(),
            all,
        }
    }
}

/// Whether a series says of an instance what a single row says. Reasons that are concluded from two
/// listings of two moments are checked only when all is well again.
fn plain(series: &Series) -> bool {
    series.name.starts_with("aws_ssm_instance_")
        && !["unexplained", "security_updates_available"].contains(&series.label("reason"))
}

/// Whether a series calls an instance unreported that appeared while the summaries were being read:
/// that listing may already have passed its place when the listing of instances had not.
fn came_meanwhile(series: &Series, page: &Page, before: Option<&Moment>) -> bool {
    let of_target = |name| {
        [
            ("account_id", series.label("account_id")),
            ("region", series.label("region")),
            name,
        ]
    };
    let summaries = of_target(("collector", "compliance"));
    let was_listed = |moment: &Moment| {
        let of_instance =
            |known: &Series| known.label("instance_id") == series.label("instance_id");
        moment
            .page
            .keys()
            .any(|known| known.name == "aws_ssm_instance_info" && of_instance(known))
    };
    series.name == "aws_ssm_instance_unreported"
        && page
            .value("aws_ssm_collector_success", &summaries)
            .is_some_and(|success| success > 0.5)
        && !before.is_some_and(was_listed)
}

/// Series that are on the page and were never true.
fn invented(page: &Page, history: &[Moment]) -> Vec<String> {
    let was = |series: &Series, value: f64| {
        history
            .iter()
            .any(|moment| moment.all.get(series).is_some_and(|span| span.holds(value)))
    };
    let before = history.len().checked_sub(2).and_then(|at| history.get(at));
    let wrong = page
        .fleet()
        .filter(|(series, value)| plain(series) && !was(series, *value));
    let wrong = wrong.filter(|(series, _)| !came_meanwhile(series, page, before));
    wrong
        .map(|(series, value)| format!("invented: {series:?} {value}"))
        .collect()
}

/// Series that were true all the time and are not on the page.
fn lost(page: &Page, history: &[Moment]) -> Vec<String> {
    let (now, before) = history.split_last().unwrap();
    let always = now
        .page
        .iter()
        .filter(|(series, span)| before.iter().all(|it| it.page.get(*series) == Some(*span)));
    let missing = always.filter(|(series, span)| {
        plain(series)
            && !page
                .samples
                .get(*series)
                .is_some_and(|value| span.holds(*value))
    });
    missing
        .map(|(series, _)| format!("lost: {series:?}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_any_weather_nothing_is_lost_or_invented_and_one_refresh_later_the_page_is_the_truth() {
    for season in SEEDS.map(|seed| tokio::spawn(season(seed))) {
        season.await.unwrap();
    }
}

/// Rounds of changes in bad weather.
async fn season(seed: u64) {
    let latency = Duration::from_millis(2);
    let options = Options {
        instances: 52,
        seed,
        noncompliant: 0.2,
        latency,
        ..Options::default()
    };
    let settings = Settings {
        interval: "50ms",
        ..Settings::default()
    };
    let bench = Bench::with(options, settings).await;
    let mut generator = Generator::new(seed);
    let mut history = vec![Moment::of(&bench.aws)];
    for round in 0..ROUNDS {
        let weather = [faults(&mut generator), faults(&mut generator)];
        let changes = generator.visible(&bench.aws, 4);
        let pauses: Vec<u64> = changes.iter().map(|_| generator.below(8)).collect();
        let when = format!("seed {seed}, round {round}, {weather:?}, {changes:?}");
        let [first, second] = weather;
        bench.aws.break_with(first);
        let changing = async {
            for (change, pause) in changes.iter().zip(pauses) {
                sleep(Duration::from_millis(pause)).await;
                bench.apply([change], |change| &change.after);
            }
            // The weather changes while the refresh is under way.
            bench.aws.break_with(second);
        };
        tokio::join!(bench.refresh(), changing);
        history.push(Moment::of(&bench.aws));
        let page = bench.page();
        let wrong = [invented(&page, &history), lost(&page, &history)].concat();
        assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
        // In one round of three the bad weather lasts into the next.
        if generator.below(3) > 0 {
            bench.aws.heal();
            bench.refresh().await;
            bench.assert_true(&when, |_| true);
            history.drain(..history.len() - 1);
        }
    }
}
