//! How old the patch states are.

use crate::boards::age_classes::age_classes;
use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Query, Section};
use crate::looks::{self, Steps};
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Scans")
        .row(8, vec![(8, scan_ages()), (16, scan_ages_over_time())])
        .row(9, vec![(12, never_scanned()), (12, old_scans())])
}

/// Instances by the age of their last patch operation, and those that never had any.
fn scan_age_classes() -> Vec<Query> {
    let mut classes = age_classes(&queries::scan_age());
    classes.push(Query::new("never", queries::never_scanned_count()));
    classes
}

fn scan_ages() -> Panel {
    Panel::bars(
        "Instances by age of their last scan",
        "Patch states are as of the last Scan or Install: if that is older than the schedule, they say little about today.",
    )
    .queries(scan_age_classes())
    .unit("short")
    .colours(looks::AGES)
    .empty("no data")
}

fn scan_ages_over_time() -> Panel {
    Panel::areas(
        "Age of the last scan over time",
        "Instances by the age of their last patch operation. Green should fill the panel; a growing band on top means that a schedule has stopped.",
    )
    .queries(scan_age_classes())
    .unit("short")
    .colours(looks::AGES)
    // It reads several series of each instance at every step.
    .coarse()
        .empty("no data")
}

/// A table of instances by an age, the oldest first.
fn listed(
    title: &'static str,
    description: &'static str,
    age_title: &'static str,
    steps: Steps,
    age: &str,
) -> Panel {
    let age_column = Column::new("Value #A", age_title)
        .width(140)
        .unit("s")
        .steps(steps);
    Panel::table(title, description, &instance_columns([age_column]))
        .query("", queries::with_instance_names(age))
        .sorted(age_title, true)
}

fn never_scanned() -> Panel {
    let metric = "aws_ssm_instance_last_ping_timestamp_seconds";
    let ping_age = queries::age(&queries::per_instance(metric, "", ""));
    listed(
        "Instances never scanned",
        "Managed instances without a patch summary: never scanned, scanned only through AWS-RunPatchBaselineAssociation, or scanned longer ago than AWS keeps results.",
        "Last ping ago",
        looks::PING_AGE,
        &queries::for_instances_of(&ping_age, &queries::never_scanned()),
    )
    .empty("every instance was scanned")
}

fn old_scans() -> Panel {
    listed(
        "Oldest scans",
        "The 50 instances whose last patch operation was the longest ago.",
        "Last scan ago",
        looks::LAST_RUN_AGE,
        // A table of a whole fleet would be too much for the browser.
        &format!("topk(50, {})", queries::scan_age()),
    )
    .empty("no data")
}
