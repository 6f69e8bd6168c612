//! The wall time of a full refresh and the calls of a steady one, against what the fleet itself
//! demands.
//!
//! The bounds are computed from the fleet, never from the calls that were made: the pages of its
//! listings, a call for every fifty patch states, and a call for each instance that is
//! non-compliant for Association.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ssm_simulator::{Simulator, TargetTruth};

use crate::fleet::{ACCOUNT, Conditions, REGION, bench_target, runtime};
use crate::table::{Table, ratio};

const MAX_PAGE_ROWS: usize = 50;

/// How many calls a fleet demands.
struct Demand {
    /// Pages of the listing of instances, and of the summaries of each type. The pages of one
    /// listing must follow one another.
    chains: Vec<usize>,
    /// Pages of the totals, the baselines and the associations, of which there are few.
    single: usize,
    patches: usize,
    items: usize,
}

fn pages(rows: usize) -> usize {
    rows.div_ceil(MAX_PAGE_ROWS).max(1)
}

impl Demand {
    fn of(truth: &TargetTruth) -> Self {
        let listed: HashSet<&str> = truth
            .instances
            .iter()
            .map(|row| row.instance_id.as_str())
            .collect();
        let of_type = |kind: &str| {
            truth
                .summaries
                .iter()
                .filter(|row| row.compliance_type == kind)
                .count()
        };
        let others = truth.summaries.len() - of_type("Patch") - of_type("Association");
        let noncompliant = truth
            .summaries
            .iter()
            .filter(|row| row.compliance_type == "Association" && row.status == "NON_COMPLIANT");
        Self {
            chains: vec![
                pages(listed.len()),
                pages(of_type("Patch")),
                pages(of_type("Association")),
                pages(others),
            ],
            single: pages(truth.totals.len())
                + pages(truth.baselines.len())
                + pages(truth.associations.len()),
            patches: pages(listed.len()),
            items: noncompliant
                .filter(|row| listed.contains(row.resource_id.as_str()))
                .count(),
        }
    }

    fn listings(&self) -> usize {
        self.chains.iter().sum::<usize>() + self.single
    }

    fn full_refresh(&self) -> usize {
        self.listings() + self.patches + self.items
    }

    /// The least time of a full refresh where AWS allows so many requests per second.
    fn least_time(&self, per_second: f64, latency: Duration) -> Duration {
        Duration::from_secs_f64(self.full_refresh() as f64 / per_second)
            .max(self.longest_chain(latency))
    }

    /// The least time of a full refresh where AWS allows another rate from some moment on. What is
    /// asked before that moment is asked at the first rate, the rest at the second. With `burst`
    /// this includes what the simulator's token buckets hold at the start and at that moment, which
    /// is what they get in a second.
    fn least_time_with(
        &self,
        change: &RateChange,
        per_second: f64,
        burst: bool,
        latency: Duration,
    ) -> Duration {
        let burst = f64::from(u8::from(burst));
        let before = (change.at.as_secs_f64() + burst) * per_second;
        let rest = (self.full_refresh() as f64 - before) / change.to - burst;
        // A refresh that could be done before that moment has nothing to do with the second rate.
        let calls = if rest > 0.0 {
            change.at + Duration::from_secs_f64(rest)
        } else {
            change.at.mul_f64(self.full_refresh() as f64 / before)
        };
        calls.max(self.longest_chain(latency))
    }

    fn longest_chain(&self, latency: Duration) -> Duration {
        latency
            * u32::try_from(self.chains.iter().max().copied().unwrap_or_default()).expect("small")
    }
}

/// AWS allows another rate from some moment on.
struct RateChange {
    /// How long after the start of the refresh.
    at: Duration,
    /// Requests per second.
    to: f64,
}

fn calls(simulator: &Simulator) -> (u64, u64) {
    let counts = simulator.counts();
    let of_ssm = counts
        .iter()
        .filter(|count| !matches!(count.operation.as_str(), "AssumeRole" | "GetCallerIdentity"));
    (
        of_ssm.map(|count| count.count).sum(),
        simulator.throttled(ACCOUNT, REGION),
    )
}

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size == 10_000) {
        at_unknown_limit(instances, table);
        for (rate, latency) in [(40.0, 20), (40.0, 200), (20.0, 100), (5.0, 20)] {
            at_known_limit(instances, rate, Duration::from_millis(latency), table);
        }
    }
}

/// A full refresh with a ceiling that is what AWS allows.
fn at_known_limit(instances: usize, rate: f64, latency: Duration, table: &mut Table) {
    let conditions = Conditions {
        latency,
        limit: Some(rate),
        ceiling: rate,
        ..Conditions::free(instances)
    };
    let read = runtime().block_on(refresh_once(&conditions, None));
    let bound = read.demand.least_time(rate, latency);
    let against = format!("{} calls, {bound:.1?}; {read}", read.demand.full_refresh());
    let measured = read.measured(bound);
    table.row(
        &format!("full refresh, {rate}/s, {latency:?}"),
        instances,
        measured,
        &against,
        "≤ 1.05",
    );
}

/// A full refresh with a ceiling far above what AWS allows, which is halved in the middle of the
/// refresh.
fn at_unknown_limit(instances: usize, table: &mut Table) {
    const CEILING: f64 = 80.0;
    const ALLOWED: f64 = 40.0;
    const HALVED: f64 = 20.0;
    let latency = Duration::from_millis(100);
    let conditions = Conditions {
        latency,
        limit: Some(ALLOWED),
        ceiling: CEILING,
        ..Conditions::free(instances)
    };
    let read = runtime().block_on(refresh_once(&conditions, Some((ALLOWED, HALVED))));
    let change = RateChange {
        at: read.changed.expect("it was halved before the end"),
        to: HALVED,
    };
    let bound = read
        .demand
        .least_time_with(&change, ALLOWED, false, latency);
    let with_burst = read.demand.least_time_with(&change, ALLOWED, true, latency);
    let measured = read.measured(bound);
    let against = format!(
        "{} calls, {bound:.1?} with {ALLOWED}/s for {:.1?} and {HALVED}/s after; {} of it with the buckets' bursts; {read}",
        read.demand.full_refresh(),
        change.at,
        ratio(read.took, with_burst)
    );
    let name = format!(
        "full refresh, ceiling {CEILING}/s, AWS allows {ALLOWED}/s, then half, {latency:?}"
    );
    table.row(&name, instances, measured, &against, "≤ 1.2");
}

/// What a full refresh took.
struct MeasuredRefresh {
    took: Duration,
    demand: Demand,
    calls: u64,
    refused: u64,
    /// When AWS began to allow another rate.
    changed: Option<Duration>,
    /// What could not be read.
    failures: Vec<String>,
}

impl MeasuredRefresh {
    /// The time that it took as a ratio to the bound, or what it did not read.
    fn measured(&self, bound: Duration) -> String {
        let throttled = format!(
            "{:.1} % throttled",
            100.0 * self.refused as f64 / self.calls as f64
        );
        if self.failures.is_empty() {
            return format!("{}, {throttled}", ratio(self.took, bound));
        }
        format!("failed ({}), {throttled}", self.failures.join(", "))
    }
}

impl std::fmt::Display for MeasuredRefresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "made {} in {:.1?}", self.calls, self.took)
    }
}

/// Reads a fleet once. `halved` is what AWS allows at first, and what it allows from the middle of
/// the least time on.
async fn refresh_once(conditions: &Conditions, halved: Option<(f64, f64)>) -> MeasuredRefresh {
    let bench_target = bench_target(conditions).await;
    let demand = Demand::of(&bench_target.simulator.outline(ACCOUNT, REGION));
    let start = Instant::now();
    let halving = async {
        let (rate, halved) = halved?;
        tokio::time::sleep(demand.least_time(rate, conditions.latency) / 2).await;
        bench_target.simulator.set_requests_per_second(Some(halved));
        Some(start.elapsed())
    };
    let refreshing = async {
        bench_target.refresher.refresh(false).await;
        start.elapsed()
    };
    let (changed, took) = tokio::join!(halving, refreshing);
    let (calls, refused) = calls(&bench_target.simulator);
    MeasuredRefresh {
        took,
        demand,
        calls,
        refused,
        changed,
        failures: bench_target.shown.failures(),
    }
}

pub(crate) fn measure_calls(sizes: &[usize], table: &mut Table) {
    for &instances in sizes {
        steady(instances, table);
    }
}

/// The share of the fleet that changes between two refreshes: all of it once a day, at an interval
/// of five minutes.
const CHANGED_SHARE: f64 = 0.0035;

/// Calls of a steady refresh: one that reads only what has changed.
struct SteadyCalls {
    made: u64,
    /// As few as there can be.
    minimal: usize,
    /// One for each instance and compliance type, as without listings of summaries.
    naive: usize,
}

/// Compares the calls of a refresh before which a share of the fleet has changed.
fn steady(instances: usize, table: &mut Table) {
    let SteadyCalls {
        made,
        minimal,
        naive,
    } = runtime().block_on(steady_calls(instances));
    table.row(
        "calls of a steady refresh",
        instances,
        format!("{:.3}", made as f64 / minimal as f64),
        &format!("{minimal} minimal; made {made}"),
        "≤ 1.02",
    );
    table.row(
        "calls of a steady refresh",
        instances,
        format!("{:.0} x fewer", naive as f64 / made as f64),
        &format!("{naive}: one per instance and type"),
        "≥ 40 x",
    );
}

async fn steady_calls(instances: usize) -> SteadyCalls {
    let conditions = Conditions {
        full_every: Duration::from_hours(6),
        ..Conditions::free(instances)
    };
    let bench_target = bench_target(&conditions).await;
    bench_target.refresher.refresh(false).await;
    let before = bench_target.simulator.outline(ACCOUNT, REGION);
    bench_target.simulator.drift(CHANGED_SHARE);
    bench_target.simulator.clear();
    bench_target.refresher.refresh(false).await;
    let failures = bench_target.shown.failures();
    assert!(failures.is_empty(), "{failures:?}");
    let (made, _) = calls(&bench_target.simulator);
    let after = bench_target.simulator.outline(ACCOUNT, REGION);
    SteadyCalls {
        made,
        minimal: Demand::of(&after).listings() + changed_details(&before, &after),
        naive: instances * after.totals.len() + instances,
    }
}

/// How many calls for details the changed summaries make due.
fn changed_details(before: &TargetTruth, after: &TargetTruth) -> usize {
    let listed: HashSet<&str> = after
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let of_type = |kind: &'static str| {
        let old: HashSet<String> = before
            .summaries
            .iter()
            .filter(|row| row.compliance_type == kind)
            .map(|row| format!("{row:?}"))
            .collect();
        let new = after
            .summaries
            .iter()
            .filter(move |row| row.compliance_type == kind);
        new.filter(|row| listed.contains(row.resource_id.as_str()))
            .filter(|row| !old.contains(&format!("{row:?}")))
            .collect::<Vec<_>>()
    };
    let items = of_type("Association")
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT")
        .count();
    of_type("Patch").len().div_ceil(MAX_PAGE_ROWS) + items
}
