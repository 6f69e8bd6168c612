//! The wall time of a full refresh and the calls of a steady one, against what the fleet itself
//! demands.
//!
//! Bounds are computed from the fleet, never from the calls that were made: the pages of its
//! listings, a call for fifty patch states, one for each instance that is non-compliant for
//! Association.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ssm_simulator::{Simulator, TargetTruth};

use crate::fleet::{ACCOUNT, REGION, Terms, reference, runtime};
use crate::table::{Table, ratio};

const MAX_PAGE_ROWS: usize = 50;

/// What a fleet demands.
struct Demand {
    /// Pages of the listing, and of the summaries of each type.
    chains: Vec<usize>,
    /// One page each of totals, baselines and associations, or as many as there are.
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

    fn full(&self) -> usize {
        self.listings() + self.patches + self.items
    }

    /// The least time of a full refresh.
    fn bound(&self, per_second: f64, latency: Duration) -> Duration {
        Duration::from_secs_f64(self.full() as f64 / per_second).max(self.longest_chain(latency))
    }

    /// The least time where AWS allows another rate from some moment on: what comes before it at
    /// the first rate, the rest at the second. With `burst`, also what the simulator's buckets hold
    /// at the start and at that moment: a second's worth.
    fn bound_with(
        &self,
        change: &Change,
        per_second: f64,
        burst: bool,
        latency: Duration,
    ) -> Duration {
        let burst = f64::from(u8::from(burst));
        let before = (change.at.as_secs_f64() + burst) * per_second;
        let rest = (self.full() as f64 - before) / change.to - burst;
        // An oracle that is done before that moment has nothing to do with it.
        let calls = if rest > 0.0 {
            change.at + Duration::from_secs_f64(rest)
        } else {
            change.at.mul_f64(self.full() as f64 / before)
        };
        calls.max(self.longest_chain(latency))
    }

    fn longest_chain(&self, latency: Duration) -> Duration {
        latency
            * u32::try_from(self.chains.iter().max().copied().unwrap_or_default()).expect("small")
    }
}

/// AWS allows another rate from a moment on.
struct Change {
    /// After the start of the refresh.
    at: Duration,
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
        unknown(instances, table);
        for (rate, latency) in [(40.0, 20), (40.0, 200), (20.0, 100), (5.0, 20)] {
            known(instances, rate, Duration::from_millis(latency), table);
        }
    }
}

/// One full refresh with a ceiling at what AWS allows.
fn known(instances: usize, rate: f64, latency: Duration, table: &mut Table) {
    let terms = Terms {
        latency,
        limit: Some(rate),
        ceiling: rate,
        ..Terms::free(instances)
    };
    let read = runtime().block_on(read(&terms, None));
    let bound = read.demand.bound(rate, latency);
    let against = format!("{} calls, {bound:.1?}; {read}", read.demand.full());
    let measured = read.measured(bound);
    table.row(
        &format!("full refresh, {rate}/s, {latency:?}"),
        instances,
        measured,
        &against,
        "≤ 1.05",
    );
}

/// One full refresh with a ceiling far above what AWS allows, which is halved in the middle.
fn unknown(instances: usize, table: &mut Table) {
    const CEILING: f64 = 80.0;
    const RATE: f64 = 40.0;
    const HALVED: f64 = 20.0;
    let latency = Duration::from_millis(100);
    let terms = Terms {
        latency,
        limit: Some(RATE),
        ceiling: CEILING,
        ..Terms::free(instances)
    };
    let read = runtime().block_on(read(&terms, Some((RATE, HALVED))));
    let change = Change {
        at: read.changed.expect("it was halved before the end"),
        to: HALVED,
    };
    let bound = read.demand.bound_with(&change, RATE, false, latency);
    let with_burst = read.demand.bound_with(&change, RATE, true, latency);
    let measured = read.measured(bound);
    let against = format!(
        "{} calls, {bound:.1?} with {RATE}/s for {:.1?} and {HALVED}/s after; {} of it with the buckets' bursts; {read}",
        read.demand.full(),
        change.at,
        ratio(read.took, with_burst)
    );
    let name =
        format!("full refresh, ceiling {CEILING}/s, AWS allows {RATE}/s, then half, {latency:?}");
    table.row(&name, instances, measured, &against, "≤ 1.2");
}

/// One full refresh.
struct Read {
    took: Duration,
    demand: Demand,
    calls: u64,
    refused: u64,
    /// When AWS allowed another rate.
    changed: Option<Duration>,
    /// What could not be read.
    failures: Vec<String>,
}

impl Read {
    /// How long it took, in bounds. Of a refresh that did not read everything, what it did not
    /// read.
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

impl std::fmt::Display for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "made {} in {:.1?}", self.calls, self.took)
    }
}

/// Reads a fleet once. `halved`: what AWS allows at first, and what from the middle of the least
/// time on.
async fn read(terms: &Terms, halved: Option<(f64, f64)>) -> Read {
    let reference = reference(terms).await;
    let demand = Demand::of(&reference.simulator.outline(ACCOUNT, REGION));
    let start = Instant::now();
    let halving = async {
        let (rate, halved) = halved?;
        tokio::time::sleep(demand.bound(rate, terms.latency) / 2).await;
        reference.simulator.set_requests_per_second(Some(halved));
        Some(start.elapsed())
    };
    let refreshing = async {
        reference.refresher.refresh(false).await;
        start.elapsed()
    };
    let (changed, took) = tokio::join!(halving, refreshing);
    let (calls, refused) = calls(&reference.simulator);
    Read {
        took,
        demand,
        calls,
        refused,
        changed,
        failures: reference.kept.failures(),
    }
}

pub(crate) fn measure_calls(sizes: &[usize], table: &mut Table) {
    for &instances in sizes {
        steady(instances, table);
    }
}

/// A refresh after one in which a share of the fleet has changed: once a day each, at an interval
/// of five minutes.
fn steady(instances: usize, table: &mut Table) {
    const CHANGED: f64 = 0.0035;
    let terms = Terms {
        full_every: Duration::from_hours(6),
        ..Terms::free(instances)
    };
    let (made, minimal, naive) = runtime().block_on(async {
        let reference = reference(&terms).await;
        reference.refresher.refresh(false).await;
        let before = reference.simulator.outline(ACCOUNT, REGION);
        reference.simulator.drift(CHANGED);
        reference.simulator.clear();
        reference.refresher.refresh(false).await;
        assert!(
            reference.kept.failures().is_empty(),
            "{:?}",
            reference.kept.failures()
        );
        let (made, _) = calls(&reference.simulator);
        let after = reference.simulator.outline(ACCOUNT, REGION);
        let demand = Demand::of(&after);
        let types = after.totals.len();
        (
            made,
            demand.listings() + changed_details(&before, &after),
            instances * types + instances,
        )
    });
    let measured = format!("{:.3}", made as f64 / minimal as f64);
    table.row(
        "calls of a steady refresh",
        instances,
        measured,
        &format!("{minimal} minimal; made {made}"),
        "≤ 1.02",
    );
    let measured = format!("{:.0} x fewer", naive as f64 / made as f64);
    table.row(
        "calls of a steady refresh",
        instances,
        measured,
        &format!("{naive}: one per instance and type"),
        "≥ 40 x",
    );
}

/// The details that a changed summary makes due.
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
