//! The wall time of a full refresh and the calls of a steady one, against what the fleet itself demands.
//!
//! Bounds are computed from the fleet, never from the calls that were made: the pages of its listings, a call for fifty patch
//! states, one for each instance that is non-compliant for Association.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ssm_compliance_exporter::sim::{Simulator, TargetTruth};

use crate::fleet::{ACCOUNT, REGION, Terms, reference, runtime};
use crate::table::{Table, ratio};

const PAGE: usize = 50;

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
    rows.div_ceil(PAGE).max(1)
}

impl Demand {
    fn of(truth: &TargetTruth) -> Self {
        let listed: HashSet<&str> = truth.instances.iter().map(|row| row.instance_id.as_str()).collect();
        let of_type = |kind: &str| truth.summaries.iter().filter(|row| row.compliance_type == kind).count();
        let others = truth.summaries.len() - of_type("Patch") - of_type("Association");
        let noncompliant =
            truth.summaries.iter().filter(|row| row.compliance_type == "Association" && row.status == "NON_COMPLIANT");
        Self {
            chains: vec![pages(listed.len()), pages(of_type("Patch")), pages(of_type("Association")), pages(others)],
            single: pages(truth.totals.len()) + pages(truth.baselines.len()) + pages(truth.associations.len()),
            patches: pages(listed.len()),
            items: noncompliant.filter(|row| listed.contains(row.resource_id.as_str())).count(),
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
        let longest = self.chains.iter().max().copied().unwrap_or_default();
        let calls = Duration::from_secs_f64(f64::from(u32::try_from(self.full()).expect("small")) / per_second);
        calls.max(latency * u32::try_from(longest).expect("small"))
    }
}

fn calls(simulator: &Simulator) -> (u64, u64) {
    let counts = simulator.counts();
    let of_ssm = counts.iter().filter(|count| !matches!(count.operation.as_str(), "AssumeRole" | "GetCallerIdentity"));
    (of_ssm.map(|count| count.count).sum(), simulator.throttled(ACCOUNT, REGION))
}

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size == 10_000) {
        for (rate, latency) in [(40.0, 20), (40.0, 100), (40.0, 200), (20.0, 100), (5.0, 100)] {
            let latency = Duration::from_millis(latency);
            // A hair below what AWS allows, as an operator would set it: clocks differ.
            let terms = Terms { latency, limit: Some(rate), ceiling: rate, ..Terms::free(instances) };
            full(&terms, &format!("{rate}/s, {latency:?}"), None, "≤ 1.05", table);
        }
        let latency = Duration::from_millis(100);
        let terms = Terms { latency, limit: Some(40.0), ceiling: 40.0, ..Terms::free(instances) };
        full(&terms, "40/s unknown, halved in the middle, 100ms", Some(20.0), "≤ 1.2", table);
    }
}

/// One full refresh; `halved` is what AWS allows from the middle on.
fn full(terms: &Terms, name: &str, halved: Option<f64>, bar: &str, table: &mut Table) {
    let (took, demand, made, throttled) = runtime().block_on(async {
        let reference = reference(terms).await;
        let demand = Demand::of(&reference.simulator.outline(ACCOUNT, REGION));
        let bound = demand.bound(terms.ceiling, terms.latency);
        if let Some(rate) = halved {
            let simulator = reference.simulator.clone();
            tokio::spawn(async move {
                tokio::time::sleep(bound / 2).await;
                simulator.set_requests_per_second(Some(rate));
            });
        }
        let start = Instant::now();
        reference.refresher.refresh(false).await;
        let (made, throttled) = calls(&reference.simulator);
        (start.elapsed(), demand, made, throttled)
    });
    let mut bound = demand.bound(terms.ceiling, terms.latency);
    if let Some(rate) = halved {
        // The other half of the calls at the other rate.
        bound = bound / 2 + (demand.bound(rate, terms.latency)) / 2;
    }
    let share = 100.0 * throttled as f64 / made as f64;
    let measured = format!("{}, {share:.1} % throttled", ratio(took, bound));
    let against = format!("{} calls, {bound:.1?}; made {made} in {took:.1?}", demand.full());
    table.row(&format!("full refresh, {name}"), terms.instances, measured, &against, bar);
}

pub(crate) fn measure_calls(sizes: &[usize], table: &mut Table) {
    for &instances in sizes {
        steady(instances, table);
    }
}

/// A refresh after one in which a share of the fleet has changed: once a day each, at an interval of five minutes.
fn steady(instances: usize, table: &mut Table) {
    const CHANGED: f64 = 0.0035;
    let terms = Terms { full_every: Duration::from_hours(6), ..Terms::free(instances) };
    let (made, minimal, naive) = runtime().block_on(async {
        let reference = reference(&terms).await;
        reference.refresher.refresh(false).await;
        let before = reference.simulator.outline(ACCOUNT, REGION);
        reference.simulator.drift(CHANGED);
        reference.simulator.clear();
        reference.refresher.refresh(false).await;
        let (made, _) = calls(&reference.simulator);
        let after = reference.simulator.outline(ACCOUNT, REGION);
        let demand = Demand::of(&after);
        let types = after.totals.len();
        (made, demand.listings() + changed_details(&before, &after), instances * types + instances)
    });
    let measured = format!("{:.3}", made as f64 / minimal as f64);
    table.row("calls of a steady refresh", instances, measured, &format!("{minimal} minimal; made {made}"), "≤ 1.02");
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
    let listed: HashSet<&str> = after.instances.iter().map(|row| row.instance_id.as_str()).collect();
    let of_type = |kind: &'static str| {
        let old: HashSet<String> =
            before.summaries.iter().filter(|row| row.compliance_type == kind).map(|row| format!("{row:?}")).collect();
        let new = after.summaries.iter().filter(move |row| row.compliance_type == kind);
        new.filter(|row| listed.contains(row.resource_id.as_str()))
            .filter(|row| !old.contains(&format!("{row:?}")))
            .collect::<Vec<_>>()
    };
    let items = of_type("Association").iter().filter(|row| row.status == "NON_COMPLIANT").count();
    of_type("Patch").len().div_ceil(PAGE) + items
}
