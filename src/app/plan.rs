//! The command `plan`, which says what refreshes will cost, by target and operation and in total.

use std::io::{self, Write};
use std::time::Duration;

use futures_util::future::join_all;

use super::fleet::{Fleet, FleetTarget};
use crate::collect::{Estimate, SourceResult, estimate};
use crate::config::Config;
use crate::model::Operation;

/// The calls and the time of the refreshes of all targets that could be asked.
#[derive(Debug, Default)]
struct Total {
    targets: usize,
    instances: usize,
    /// Whether the number of instances is a bound.
    is_bound: bool,
    first_calls: usize,
    later_calls: usize,
    /// Seconds that the refreshes of the slowest target take.
    first_seconds: f64,
    later_seconds: f64,
}

/// Writes the plan of every target, including those that are discovered, and that of all together if
/// there are several. Returns whether everything could be listed and all targets could be asked.
///
/// # Errors
/// If `out` cannot be written.
pub async fn plan(mut fleet: Fleet, config: &Config, out: &mut impl Write) -> io::Result<bool> {
    let unlisted = fleet.discover().await;
    for failure in &unlisted {
        writeln!(out, "{}", failure.part)?;
        writeln!(out, "  cannot be listed: {}\n", failure.error)?;
    }
    // The targets are asked at the same time, and written in the order of the configuration.
    let estimates = join_all(fleet.targets.iter().map(|target| ask(&fleet, target))).await;
    for (target, estimate) in fleet.targets.iter().zip(&estimates) {
        writeln!(out, "{}", target.slot.name())?;
        write_answer(estimate, config, out)?;
        writeln!(out)?;
    }
    if estimates.len() > 1 {
        write_total(&estimates, config, out)?;
    }
    out.flush()?;
    Ok(unlisted.is_empty() && estimates.iter().all(Result::is_ok))
}

async fn ask(fleet: &Fleet, target: &FleetTarget) -> SourceResult<Estimate> {
    estimate(&*target.source, &fleet.selection, fleet.age_limits).await
}

fn write_answer(
    answer: &SourceResult<Estimate>,
    config: &Config,
    out: &mut impl Write,
) -> io::Result<()> {
    // One target that cannot be asked does not make the plan of the others less useful.
    match answer {
        Ok(estimate) => write_plan(estimate, config, out),
        Err(error) => writeln!(out, "  cannot be asked: {error}"),
    }
}

fn write_plan(estimate: &Estimate, config: &Config, out: &mut impl Write) -> io::Result<()> {
    write_instances(estimate.instances, !estimate.is_counted, out)?;
    write_titles(out)?;
    for calls in &estimate.calls {
        write_calls(out, calls.operation.as_str(), calls.full, calls.steady)?;
    }
    write_calls(out, "all", estimate.full(), estimate.steady())?;
    let rate = config.api.requests_per_second;
    let first = longest(estimate, Estimate::full, rate);
    let later = longest(estimate, Estimate::steady, rate);
    write_durations(first, later, config, out)
}

fn write_total(
    estimates: &[SourceResult<Estimate>],
    config: &Config,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut total = Total::default();
    for estimate in estimates.iter().flatten() {
        total.add(estimate, config.api.requests_per_second);
    }
    writeln!(out, "{}, side by side", total.title(estimates.len()))?;
    write_instances(total.instances, total.is_bound, out)?;
    write_titles(out)?;
    write_calls(out, "all", total.first_calls, total.later_calls)?;
    // The ceiling is that of each target, so the slowest one is the last to end.
    write_durations(total.first_seconds, total.later_seconds, config, out)
}

fn write_instances(instances: usize, is_bound: bool, out: &mut impl Write) -> io::Result<()> {
    // AWS has no count of managed instances, so beyond one page the number is only a bound.
    let about = if is_bound { "at most " } else { "" };
    writeln!(out, "  {about}{instances} managed instances")
}

fn write_titles(out: &mut impl Write) -> io::Result<()> {
    let titles = ["calls", "first refresh", "later refresh"];
    writeln!(out, "  {:<34}{:>15}{:>15}", titles[0], titles[1], titles[2])
}

fn write_calls(out: &mut impl Write, title: &str, first: usize, later: usize) -> io::Result<()> {
    writeln!(out, "  {title:<34}{first:>15}{later:>15}")
}

fn write_durations(
    first: f64,
    later: f64,
    config: &Config,
    out: &mut impl Write,
) -> io::Result<()> {
    let rate = config.api.requests_per_second;
    let title = format!("at {rate} requests per second");
    writeln!(out, "  {title:<34}{first:>14.1}s{later:>14.1}s")?;
    write_warnings(first, later, config.refresh.interval, out)
}

/// How long the calls take under the ceiling that has more of them. The rate is what bounds a
/// refresh, because AWS answers faster than the exporter may ask. Calls under different ceilings do
/// not wait for each other.
fn longest(estimate: &Estimate, count: fn(&Estimate) -> usize, rate: f64) -> f64 {
    let ceilings = [
        Operation::DescribeInstanceInformation,
        Operation::GetResources,
    ];
    let times = ceilings.map(|of| seconds(count(&estimate.under_ceiling_of(of)), rate));
    times.into_iter().fold(0.0, f64::max)
}

fn seconds(calls: usize, rate: f64) -> f64 {
    f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / rate
}

fn write_warnings(
    first: f64,
    later: f64,
    interval: Duration,
    out: &mut impl Write,
) -> io::Result<()> {
    let interval = interval.as_secs_f64();
    if later > interval {
        writeln!(
            out,
            "  warning: a later refresh takes longer than the interval of {interval} seconds and will skip starts"
        )?;
        writeln!(
            out,
            "  hint: raise refresh.interval, or api.requests_per_second if AWS grants it"
        )?;
    } else if first > interval {
        writeln!(
            out,
            "  note: the first refresh takes longer than the interval of {interval} seconds; later ones do not"
        )?;
    }
    Ok(())
}

// === impl Total ===

impl Total {
    /// Names what this is the total of, given the number of all targets.
    fn title(&self, all: usize) -> String {
        match self.targets {
            asked if asked == all => format!("all {all} targets"),
            asked => format!("the {asked} of {all} targets that could be asked"),
        }
    }

    fn add(&mut self, estimate: &Estimate, rate: f64) {
        let (first, later) = (estimate.full(), estimate.steady());
        self.targets += 1;
        self.instances += estimate.instances;
        self.is_bound |= !estimate.is_counted;
        self.first_calls += first;
        self.later_calls += later;
        let seconds = |count| longest(estimate, count, rate);
        self.first_seconds = self.first_seconds.max(seconds(Estimate::full));
        self.later_seconds = self.later_seconds.max(seconds(Estimate::steady));
    }
}
