//! Which groups, baselines and platforms lack patches.

use super::series::NONCOMPLIANT_STATES;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Where").row(
        8,
        vec![(8, by_group()), (8, by_baseline()), (8, by_platform())],
    )
}

fn by_group() -> Panel {
    grouped("By patch group", "patch_group", "Patch group", with_group)
}

fn by_baseline() -> Panel {
    grouped("By baseline", "baseline_name", "Baseline", with_baseline)
}

fn by_platform() -> Panel {
    grouped("By platform", "platform_name", "Platform", with_platform)
}

fn with_group(expr: &str) -> String {
    queries::with_labels(
        expr,
        "aws_ssm_instance_patch_operation_info",
        "patch_group",
        "",
    )
}

fn with_baseline(expr: &str) -> String {
    let metric = "aws_ssm_instance_patch_operation_info";
    let used = queries::with_labels(expr, metric, "baseline_id", "");
    queries::looked_up(
        &used,
        "baseline_id",
        "aws_ssm_patch_baseline_info",
        "baseline_name",
    )
}

fn with_platform(expr: &str) -> String {
    queries::with_labels(expr, "aws_ssm_instance_info", "platform_name", "")
}

/// A table of instances by patch state, with a row for each value of a label. `with_label` adds the
/// label to an expression about instances.
fn grouped(
    title: &'static str,
    label: &'static str,
    label_title: &'static str,
    with_label: fn(&str) -> String,
) -> Panel {
    let description = "Instances with at least one patch that is missing, failed, waiting for a reboot or rejected, as of each instance's last patch operation.";
    let mut panel = Panel::table(title, description, &state_columns(label, label_title));
    for state in NONCOMPLIANT_STATES {
        let instances = with_label(&queries::has_patches_in(state));
        panel = panel.query("", count_by(label, &instances));
    }
    panel
        // The fifth query, because the column of it is `Value #E`.
        .query("", count_by(label, &with_label(&scanned())))
        .unit("short")
        .sorted("Missing", true)
        .empty("–")
}

fn state_columns(label: &'static str, label_title: &'static str) -> Vec<Column> {
    vec![
        Column::new(label, label_title)
            .mapped(looks::unnamed())
            .wrapped(),
        Column::new("Value #E", "Scanned").width(75),
        Column::new("Value #A", "Missing")
            .width(70)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #B", "Failed")
            .width(60)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #C", "Reboot")
            .width(65)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "Rejected")
            .width(75)
            .steps(looks::NONE_IS_GOOD),
    ]
}

/// How many instances of the chosen platforms have each value of the label.
fn count_by(label: &str, expr: &str) -> String {
    queries::sum_by(label, &queries::for_chosen_platforms(expr))
}

/// 1 for each instance that has patch states at all.
fn scanned() -> String {
    let matchers = r#"patch_state="Missing""#;
    let missing = queries::per_instance("aws_ssm_instance_patches", "", matchers);
    // Missing patches are counted also where there are none, so this has every instance.
    format!("{missing} >= bool 0")
}
