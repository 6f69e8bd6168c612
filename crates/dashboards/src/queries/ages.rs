//! How long ago something was.

use super::joins::for_chosen_platforms;
use super::series::{per_instance, per_target};

/// A day, in seconds.
pub(crate) const DAY_SECONDS: u32 = 86_400;

/// How long ago a time was, in seconds.
pub(crate) fn age(time: &str) -> String {
    format!("time() - {time}")
}

/// The age of the data of each collector that matches, in seconds.
pub(crate) fn data_age(matchers: &str) -> String {
    let metric = "aws_ssm_collector_last_success_timestamp_seconds";
    age(&per_target(metric, "collector", matchers))
}

/// The configured interval between refreshes, in seconds.
pub(crate) fn refresh_interval() -> String {
    // A scalar has no labels, so that it can be combined with the series of every target.
    r#"scalar(max(aws_ssm_exporter_refresh_interval_seconds{job=~"$job"}))"#.to_owned()
}

/// The age of a target's data in refresh periods. A period is the interval and the duration of the
/// last refresh, as the alerts count it.
pub(crate) fn in_refresh_periods(age: &str) -> String {
    // A refresh begins an interval after the last one began and ends later by its duration, so data
    // is as old as both together just before it is replaced.
    let duration = per_target("aws_ssm_exporter_refresh_duration_seconds", "", "");
    let interval = refresh_interval();
    format!("({age}) / on (account_id, region) group_left () ({duration} + {interval})")
}

/// The age of the last patch operation of each instance of the chosen platforms, in seconds.
pub(crate) fn scan_age() -> String {
    let metric = "aws_ssm_instance_patch_operation_end_timestamp_seconds";
    for_chosen_platforms(&age(&per_instance(metric, "", "")))
}

/// How many of these ages are over `from` and at most `to` seconds.
pub(crate) fn count_between(age: &str, from: u32, to: u32) -> String {
    // With `bool` a comparison is 1 or 0 for each age and drops none: none within is 0.
    format!("sum((({age}) > bool {from}) * (({age}) <= bool {to}))")
}

/// How many of these ages are over `from` seconds.
pub(crate) fn count_over(age: &str, from: u32) -> String {
    format!("sum((({age}) > bool {from}))")
}
