//! How old the data is, and how long refreshes take.

use super::series::{per_target, refresh_duration};
use crate::grafana::{Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Collectors and refreshes")
        .row(8, vec![(12, targets_over_time()), (12, ages())])
        .row(8, vec![(8, durations()), (8, refreshes()), (8, skipped())])
}

fn targets_over_time() -> Panel {
    Panel::timeline(
        "Targets over time",
        "Whether the last reading of each account and region succeeded.",
    )
    .query(
        "{{account_id}} {{region}}",
        queries::per_target("aws_ssm_up", "", ""),
    )
    .mapped(looks::works())
    .empty("no target")
}

fn ages() -> Panel {
    let age = format!(
        "max by (collector) ({})",
        queries::in_refresh_periods(&queries::data_age(""))
    );
    Panel::lines(
        "Age of the data in refresh periods",
        "The oldest data of each collector: a saw-tooth up to one while everything works, stale from two upwards.",
    )
    .query("{{collector}}", age)
    .unit("none")
    .decimals(1)
    .limit(looks::AGE_IN_PERIODS)
    .empty("no data yet")
}

fn durations() -> Panel {
    let longest = queries::per_target("aws_ssm_collector_duration_seconds", "collector", "");
    Panel::lines(
        "Duration of collectors",
        "The longest of any target, including waiting for the request ceiling.",
    )
    // The mean of many targets would hide the one that does not finish.
    .query("{{collector}}", format!("max by (collector) ({longest})"))
    .unit("s")
    .empty("no data yet")
}

fn refreshes() -> Panel {
    let duration = refresh_duration();
    let start_age = queries::age(&last_start());
    let interval = queries::refresh_interval();
    Panel::lines(
        "Refreshes compared with the interval",
        "In intervals. Duration above one: the interval or the ceiling is too low for the fleet, and starts are skipped. Last start: how long ago, for the slowest target.",
    )
    .query("duration", format!("max({duration}) / {interval}"))
    .query("last start", format!("max({start_age}) / {interval}"))
    .unit("none")
    .decimals(2)
    .limit(looks::AGE_IN_PERIODS)
    .empty("no data yet")
}

/// When the last refresh of each target began.
fn last_start() -> String {
    per_target("aws_ssm_exporter_refresh_last_start_timestamp_seconds")
}

fn skipped() -> Panel {
    let skipped = queries::per_target("aws_ssm_collector_skipped_resources", "collector", "");
    Panel::lines(
        "Skipped resources",
        "Instances or rows that the last attempt could not read; they keep their last good data until it is stale.",
    )
    .query("{{collector}}", format!("sum by (collector) ({skipped})"))
    .unit("short")
    .empty("no data yet")
}
