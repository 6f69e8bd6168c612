//! The instances that need work first.

use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_TYPES};

pub(super) fn section() -> Section {
    Section::new("Instances").row(11, vec![(24, worst())])
}

fn worst() -> Panel {
    Panel::table(
        "Worst instances",
        "The 50 instances with the most non-compliant items. The id leads to the dashboard that says why and what to do. \
         Non-compliant for: since the recording rule has seen it; AWS keeps no such time.",
        &worst_columns(),
    )
    .query("", queries::with_instance_names(&most_items()))
    .query("", of_worst("count", &reasons()))
    .query("", of_worst("max", &noncompliant_for()))
    .query("", of_worst("max", &queries::per_instance("aws_ssm_instance_online", "", "")))
    .unit("short")
    .sorted("Non-compliant items", true)
    .empty("–")
}

fn worst_columns() -> Vec<Column> {
    let yes_or_no = looks::mapping(&[("1", "yes", "green"), ("0", "NO", "red")]);
    instance_columns([
        Column::new("Value #A", "Non-compliant items")
            .width(170)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #B", "Reasons").width(100),
        Column::new("Value #C", "Non-compliant for")
            .width(160)
            .unit("s")
            .steps(looks::FINDING_AGE),
        Column::new("Value #D", "Online")
            .width(90)
            .mapped(yes_or_no),
    ])
}

/// The 50 instances with the most non-compliant items.
fn most_items() -> String {
    let items = queries::noncompliant_items("account_id, region, instance_id");
    // A table of a whole fleet would be too much for the browser, and nobody reads it.
    format!("topk(50, {items})")
}

/// One value for each of the worst instances.
fn of_worst(function: &str, expr: &str) -> String {
    let per_instance = format!("{function} by (account_id, region, instance_id) ({expr})");
    queries::for_instances_of(&per_instance, &most_items())
}

fn reasons() -> String {
    let by = "compliance_type, reason";
    queries::per_instance("aws_ssm_instance_noncompliance_reason", by, CHOSEN_TYPES)
}

fn noncompliant_for() -> String {
    let rule = "instance:aws_ssm_noncompliant_since:timestamp_seconds";
    queries::age(&queries::recorded(rule, "compliance_type", CHOSEN_TYPES))
}
