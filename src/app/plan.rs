//! The command `plan`, which says what refreshes will cost, by target and operation.

use std::io::{self, Write};
use std::time::Duration;

use futures_util::future::join_all;

use super::fleet::{Fleet, FleetTarget};
use crate::collect::{Estimate, SourceResult, estimate};
use crate::config::Config;
use crate::model::Operation;

/// Writes the plan of every target. Answers whether all targets could be asked.
///
/// # Errors
/// If `out` cannot be written.
pub async fn plan(fleet: Fleet, config: &Config, out: &mut impl Write) -> io::Result<bool> {
    // The targets are asked at the same time, and written in the order of the configuration.
    let estimates = join_all(fleet.targets.iter().map(|target| ask(&fleet, target))).await;
    for (target, estimate) in fleet.targets.iter().zip(&estimates) {
        writeln!(out, "{}", target.slot.name())?;
        write_answer(estimate, config, out)?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(estimates.iter().all(Result::is_ok))
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
    // AWS has no count of managed instances, so beyond one page the number is only a bound.
    let about = if estimate.is_counted { "" } else { "at most " };
    writeln!(out, "  {about}{} managed instances", estimate.instances)?;
    write_call_table(estimate, out)?;
    write_durations(estimate, config, out)
}

fn write_call_table(estimate: &Estimate, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {:<34}{:>8}{:>8}", "calls", "full", "steady")?;
    for calls in &estimate.calls {
        write_calls(out, calls.operation.as_str(), calls.full, calls.steady)?;
    }
    write_calls(out, "all", estimate.full(), estimate.steady())
}

fn write_durations(estimate: &Estimate, config: &Config, out: &mut impl Write) -> io::Result<()> {
    // The rate is what bounds a refresh: AWS answers faster than the exporter is allowed to ask.
    let rate = config.api.requests_per_second;
    let full = longest(estimate, Estimate::full, rate);
    let steady = longest(estimate, Estimate::steady, rate);
    let title = format!("at {rate} requests per second");
    writeln!(out, "  {title:<34}{full:>7.1}s{steady:>7.1}s")?;
    write_warnings(full, steady, config.refresh.interval, out)
}

fn write_calls(out: &mut impl Write, title: &str, full: usize, steady: usize) -> io::Result<()> {
    writeln!(out, "  {title:<34}{full:>8}{steady:>8}")
}

/// How long the calls of the slowest ceiling take. Calls under different ceilings do not wait for
/// each other.
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
    full: f64,
    steady: f64,
    interval: Duration,
    out: &mut impl Write,
) -> io::Result<()> {
    let interval = interval.as_secs_f64();
    if steady > interval {
        writeln!(
            out,
            "  warning: a refresh takes longer than the interval of {interval} seconds and will skip starts"
        )?;
        writeln!(
            out,
            "  hint: raise refresh.interval, or api.requests_per_second if AWS grants it"
        )?;
    } else if full > interval {
        writeln!(
            out,
            "  note: the first refresh takes longer than the interval of {interval} seconds; later ones do not"
        )?;
    }
    Ok(())
}
