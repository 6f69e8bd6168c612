//! What Patch Manager last did on the instance.

use super::series::patches_to_mend;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_INSTANCE};

pub(super) fn section() -> Section {
    Section::new("Patch Manager")
        .row(
            4,
            vec![(5, last_operation()), (5, no_reboot()), (14, operation())],
        )
        .row(7, vec![(6, determined()), (18, patches_over_time())])
        .row(8, vec![(24, patches_by_name())])
}

fn last_operation() -> Panel {
    Panel::stat(
        "Last patch operation",
        "How long ago the last Scan or Install ended. The patch states are as of then.",
    )
    // The name beside the number tells a Scan from an Install.
    .query("{{operation}}", operation_age())
    .option("textMode", "value_and_name")
    .unit("s")
    .steps(looks::LAST_RUN_AGE)
    .empty("never")
}

/// How long ago the last patch operation ended, with its kind.
fn operation_age() -> String {
    let end = "aws_ssm_instance_patch_operation_end_timestamp_seconds";
    let ended = queries::per_instance(end, "", CHOSEN_INSTANCE);
    let info = "aws_ssm_instance_patch_operation_info";
    queries::with_labels(&queries::age(&ended), info, "operation", CHOSEN_INSTANCE)
}

fn no_reboot() -> Panel {
    let time = queries::of_chosen_instance(
        "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds",
        "",
        "",
    );
    Panel::stat(
        "Last install without reboot",
        "How long ago patches were installed with RebootOption NoReboot. Without a reboot since, they are InstalledPendingReboot.",
    )
    .query("ago", queries::age(&time))
    .unit("s")
    .empty("never")
}

fn operation() -> Panel {
    let columns = [
        Column::new("operation", "Operation"),
        Column::new("baseline_name", "Baseline"),
        Column::new("baseline_id", "Baseline id"),
        Column::new("patch_group", "Patch group").mapped(looks::unnamed()),
        Column::new("reboot_option", "Reboot option"),
    ];
    Panel::table(
        "Baseline and patch group",
        "What the last patch operation used.",
        &columns,
    )
    .query("", operation_with_baseline())
    .empty("–")
}

/// The last patch operation, with the name of the patch baseline that it used.
fn operation_with_baseline() -> String {
    let labels = "operation, baseline_id, patch_group, reboot_option";
    let metric = "aws_ssm_instance_patch_operation_info";
    let info = queries::per_instance(metric, labels, CHOSEN_INSTANCE);
    queries::looked_up(
        &info,
        "baseline_id",
        "aws_ssm_patch_baseline_info",
        "baseline_name",
    )
}

fn determined() -> Panel {
    let time = queries::of_chosen_instance(
        "aws_ssm_instance_compliance_execution_timestamp_seconds",
        "compliance_type",
        "",
    );
    Panel::stat(
        "Status determined",
        "How long ago the instance's compliance was last reported to AWS, by type. Not for Association, where AWS gives the time of upload.",
    )
    .query("{{compliance_type}}", queries::age(&time))
    .unit("s")
    .steps(looks::LAST_RUN_AGE)
    .empty("never")
}

fn patches_over_time() -> Panel {
    Panel::lines(
        "Patches that make it non-compliant",
        "Patches of the instance by state over time.",
    )
    .query("{{patch_state}}", patches_to_mend())
    .unit("short")
    .colours(looks::PATCH_STATES)
    .empty("never scanned")
}

fn patches_by_name() -> Panel {
    let columns = [
        Column::new("patch_id", "Patch").width(200),
        Column::new("patch_state", "State")
            .width(190)
            .mapped(looks::patch_states()),
        Column::new("patch_severity", "Severity")
            .width(110)
            .mapped(looks::patch_severities()),
        Column::new("classification", "Classification").width(150),
        Column::new("title", "Title"),
        Column::new("cve_ids", "CVEs"),
    ];
    let labels = "patch_id, patch_state, patch_severity, classification, title, cve_ids";
    let metric = "aws_ssm_instance_noncompliant_patch_info";
    Panel::table(
        "Patches by name",
        "The patches that make the instance non-compliant. Empty unless exposition.max_patch_info_series is set, and without those beyond that limit.",
        &columns,
    )
    .query("", queries::of_chosen_instance(metric, labels, ""))
    .sorted("Patch", false)
    .empty("none, or max_patch_info_series is not set")
}
