//! What a failing AWS costs: the target, the collector or the row that fails, and nothing else.
//!
//! Every fault must be named on the page, in `aws_ssm_collector_error_info` or as skipped rows.
//! Other targets stay fresh. What was last good stays, and is dropped at `stale_after`. One
//! interval after the fault, all is as it was. [`every`] asks all of this of every kind of fault
//! that takes seconds, over the real SDK. [`weather`] mixes faults with changes, also in the middle
//! of refreshes, and compares the page with what was true. Where else to look:
//!
//! | fault | tests |
//! |---|---|
//! | denied operation, each of them | [`every`]; from the very start: its newcomer |
//! | role not assumable, then assumable | [`every`], [`edges`] |
//! | token that expires, also in the middle of a refresh | [`every`], [`edges`], `src/aws/tests/credentials.rs` |
//! | throttle storm | [`every`]; of an hour, until data is too old: `src/aws/tests/storm.rs` |
//! | limit that shrinks in the middle of a refresh | [`throttles`] |
//! | 500s, HTML of a proxy (200 and 503), truncated JSON, connection reset | [`every`], `src/aws/tests/faults.rs` |
//! | an endpoint that accepts and says nothing | [`every`] (one operation), [`soak`](crate::soak) (all); until data is too old: `src/collect/tests/staleness.rs` |
//! | an answer without its list, in each of its forms | [`lists`], `src/collect/tests/odd_answers.rs`, `src/aws/tests/answers.rs` |
//! | an error body with status 200 | `src/aws/tests/answers.rs` |
//! | a listing that loses most of the fleet | [`lists`], `src/collect/tests/odd_answers.rs` |
//! | a token that AWS gave and refuses | [`lists`], `src/collect/tests/odd_answers.rs` |
//! | repeated token | [`tokens`] |
//! | a chain that never ends | [`tokens`]; to its bound: `src/collect/tests/chains.rs` |
//! | a row that does not parse | [`every`] (listings), [`rows`] (in a batch), [`weather`] (items) |
//! | rows that repeat or move | [`truth`](crate::truth), [`tokens`] |
//! | an instance that appears, stops, terminates, comes back | [`change`], [`weather`], [`incremental`](crate::incremental) |
//! | a wall clock that jumps | `src/collect/tests/staleness.rs`, `src/aws/tests/faults.rs` |
//! | tags that are denied, from the start and later | [`tags`] |
//! | a target with no instances, a region that does not exist | [`edges`] |
//! | 200 targets of which 50 are dead; hundreds of refreshes in bad weather | [`soak`](crate::soak) |

mod calls;
mod change;
mod coverage;
mod edges;
mod every;
mod identity;
mod lists;
mod rows;
mod tags;
mod throttles;
mod tokens;
mod weather;

use std::collections::BTreeSet;

use ssm_simulator::Options;

use crate::support::{Aws, Exporter, Page, Settings, TARGETS};

/// Every collector of the default configuration.
const COLLECTORS: [&str; 7] = [
    "instances",
    "compliance",
    "compliance_totals",
    "patches",
    "baselines",
    "associations",
    "items",
];

/// Every operation that a refresh calls, with its collector.
const OPERATIONS: [(&str, &str); 7] = [
    ("DescribeInstanceInformation", "instances"),
    ("ListResourceComplianceSummaries", "compliance"),
    ("ListComplianceSummaries", "compliance_totals"),
    ("DescribeInstancePatchStates", "patches"),
    ("DescribePatchBaselines", "baselines"),
    ("ListAssociations", "associations"),
    ("ListComplianceItems", "items"),
];

/// A small fleet, much of it non-compliant, so that every collector has something to do.
async fn small_fleet() -> Aws {
    Aws::start(Options {
        instances: 12,
        noncompliant: 0.8,
        ..Options::default()
    })
    .await
}

/// An exporter that refreshes often, once all its targets are up.
async fn healthy(aws: &Aws, settings: Settings) -> Exporter {
    let exporter = Exporter::start(aws, &settings).await;
    let all_up = |page: &Page| (0..TARGETS.len()).all(|number| is_well(page, number));
    exporter.until("all targets up", all_up).await;
    exporter
}

/// The labels of a target.
fn labels(number: usize) -> [(&'static str, &'static str); 2] {
    let (account, region, _) = TARGETS[number];
    [("account_id", account), ("region", region)]
}

fn is(value: Option<f64>, wanted: u8) -> bool {
    value.is_some_and(|value| (value - f64::from(wanted)).abs() < 0.5)
}

/// Whether a target is up, and every collector of it succeeded.
fn is_well(page: &Page, number: usize) -> bool {
    is(page.value("aws_ssm_up", &labels(number)), 1)
        && COLLECTORS
            .into_iter()
            .all(|name| succeeded(page, number, name))
}

fn succeeded(page: &Page, number: usize, collector: &str) -> bool {
    is(of_collector(page, "success", number, collector), 1)
}

fn failed(page: &Page, number: usize, collector: &str) -> bool {
    is(of_collector(page, "success", number, collector), 0)
}

/// The value of `aws_ssm_collector_NAME` for one collector of a target.
fn of_collector(page: &Page, name: &str, number: usize, collector: &str) -> Option<f64> {
    let [account, region] = labels(number);
    page.value(
        &format!("aws_ssm_collector_{name}"),
        &[account, region, ("collector", collector)],
    )
}

/// Why a collector failed. One that failed has exactly one reason, and one that succeeded has none.
fn reason<'a>(page: &'a Page, number: usize, collector: &'a str) -> Option<&'a str> {
    let [account, region] = labels(number);
    let labels = [account, region, ("collector", collector)];
    let mut reasons = page.matching("aws_ssm_collector_error_info", &labels);
    let reason = reasons.next().map(|(series, _)| series.label("reason"));
    assert!(reasons.next().is_none(), "{collector} has two reasons");
    reason
}

/// When the listing of a target was last read.
fn last_success(page: &Page, number: usize) -> f64 {
    of_collector(page, "last_success_timestamp_seconds", number, "instances").unwrap_or_default()
}

/// The series of a target's instances, as text with their values. The reason `unexplained` is left
/// out: it holds only while the details are at least as new as the summary, and a fault may begin
/// between the two.
fn instance_series(page: &Page, number: usize) -> BTreeSet<String> {
    let (account, region, _) = TARGETS[number];
    let mine = page.samples.iter().filter(|(series, _)| {
        series.name.starts_with("aws_ssm_instance_")
            && series.label("account_id") == account
            && series.label("region") == region
            && series.label("reason") != "unexplained"
    });
    mine.map(|(series, value)| format!("{series:?} {value}"))
        .collect()
}
