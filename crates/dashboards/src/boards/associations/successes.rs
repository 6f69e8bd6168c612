//! How long ago associations last succeeded.

use crate::boards::age_classes::age_classes;
use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Last success").row(8, vec![(8, success_ages()), (16, longest())])
}

/// How long ago any association last succeeded on each instance.
fn success_age() -> String {
    let metric = "aws_ssm_instance_last_association_success_timestamp_seconds";
    queries::age(&queries::per_instance(metric, "", ""))
}

/// How long ago any association last ran on each instance.
fn run_age() -> String {
    let metric = "aws_ssm_instance_last_association_execution_timestamp_seconds";
    queries::age(&queries::per_instance(metric, "", ""))
}

fn success_ages() -> Panel {
    Panel::bars(
        "Instances by age of the last success",
        "How long ago any association last succeeded on the instance.",
    )
    .queries(age_classes(&success_age()))
    .unit("short")
    .colours(looks::AGES)
    .empty("no data")
}

fn longest() -> Panel {
    let oldest = format!("topk(50, {})", success_age());
    let columns = instance_columns([
        Column::new("Value #A", "Last success ago")
            .width(150)
            .unit("s")
            .steps(looks::LAST_RUN_AGE),
        Column::new("Value #B", "Last run ago").width(130).unit("s"),
    ]);
    Panel::table(
        "Longest without success",
        "The 50 instances whose associations last succeeded the longest ago. A run that is later than the last success has failed.",
        &columns,
    )
    .query("", queries::with_instance_names(&oldest))
    // Only of the instances in the first query, or the table would have rows for all.
    .query("", queries::for_instances_of(&run_age(), &oldest))
    .sorted("Last success ago", true)
    .empty("–")
}
