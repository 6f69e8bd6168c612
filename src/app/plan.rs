//! The command `plan`: what refreshes will cost, per target and operation.

use std::io::{self, Write};
use std::time::Duration;

use futures_util::future::join_all;

use super::fleet::Fleet;
use crate::collect::{Estimate, SourceError, estimate};
use crate::config::Config;

/// Writes the plan of every target. Answers whether all could be asked.
///
/// # Errors
/// If `out` cannot be written.
pub async fn plan(fleet: Fleet, config: &Config, out: &mut impl Write) -> io::Result<bool> {
    let estimates = fleet
        .targets
        .iter()
        .map(|target| estimate(&*target.source, &fleet.selection, fleet.age_limits));
    let estimates = join_all(estimates).await;
    let mut are_all_asked = true;
    for (target, estimate) in fleet.targets.iter().zip(estimates) {
        writeln!(out, "{}", target.slot.name())?;
        match estimate {
            Ok(estimate) => write_plan(&estimate, config, out)?,
            Err(error) => {
                are_all_asked = false;
                write_failure(&error, out)?;
            }
        }
        writeln!(out)?;
    }
    out.flush()?;
    Ok(are_all_asked)
}

fn write_failure(error: &SourceError, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  cannot be asked: {error}")
}

fn write_plan(estimate: &Estimate, config: &Config, out: &mut impl Write) -> io::Result<()> {
    let about = if estimate.is_counted { "" } else { "at most " };
    writeln!(out, "  {about}{} managed instances", estimate.instances)?;
    writeln!(out, "  {:<34}{:>8}{:>8}", "calls", "full", "steady")?;
    for calls in &estimate.calls {
        write_calls(out, calls.operation.as_str(), calls.full, calls.steady)?;
    }
    write_calls(out, "all", estimate.full(), estimate.steady())?;
    let rate = config.api.requests_per_second;
    let full = seconds(estimate.full(), rate);
    let steady = seconds(estimate.steady(), rate);
    let title = format!("at {rate} requests per second");
    writeln!(out, "  {title:<34}{full:>7.1}s{steady:>7.1}s")?;
    write_warnings(full, steady, config.refresh.interval, out)
}

fn write_calls(out: &mut impl Write, title: &str, full: usize, steady: usize) -> io::Result<()> {
    writeln!(out, "  {title:<34}{full:>8}{steady:>8}")
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
