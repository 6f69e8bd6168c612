//! Patch Manager: what is missing, failed, rejected or waiting for a reboot, and who is not scanned
//! at all.

use super::{DAY, platform, targets, who};
use crate::grafana::{Column, Dashboard, Panel, Query, Section};
use crate::looks::{self, Steps};
use crate::queries as q;

/// The states that make an instance non-compliant.
const STATES: [&str; 4] = [
    "Missing",
    "Failed",
    "InstalledPendingReboot",
    "InstalledRejected",
];

pub(super) fn board() -> Dashboard {
    let mut variables = targets();
    variables.push(platform());
    Dashboard {
        uid: "ssm-compliance-patching",
        title: "SSM Compliance / Patching",
        description: "Which patches are missing, failed, rejected or wait for a reboot, where, and which instances are not scanned.",
        back: "7d",
        variables,
        sections: vec![answer(), places(), scans(), reboots()],
    }
}

fn answer() -> Section {
    Section::new("")
        .row(
            4,
            vec![
                (12, states()),
                (4, classes()),
                (4, not_scanned()),
                (4, longest_reboot()),
            ],
        )
        .row(8, vec![(12, states_over_time()), (12, patches_over_time())])
}

fn places() -> Section {
    let operation = |expr: &str, label| {
        q::with_labels(expr, "aws_ssm_instance_patch_operation_info", label, "")
    };
    let group = |expr: &str| operation(expr, "patch_group");
    let baseline = |expr: &str| {
        let used = operation(expr, "baseline_id");
        q::looked_up(
            &used,
            "baseline_id",
            "aws_ssm_patch_baseline_info",
            "baseline_name",
        )
    };
    let platform = |expr: &str| q::with_labels(expr, "aws_ssm_instance_info", "platform_name", "");
    Section::new("Where").row(
        8,
        vec![
            (
                8,
                grouped("By patch group", ("patch_group", "Patch group"), group),
            ),
            (
                8,
                grouped("By baseline", ("baseline_name", "Baseline"), baseline),
            ),
            (
                8,
                grouped("By platform", ("platform_name", "Platform"), platform),
            ),
        ],
    )
}

fn scans() -> Section {
    Section::new("Scans")
        .row(8, vec![(8, scan_ages()), (16, scan_ages_over_time())])
        .row(9, vec![(12, never_scanned()), (12, old_scans())])
}

fn reboots() -> Section {
    Section::new("Reboots").row(9, vec![(24, owed())])
}

fn states() -> Panel {
    let counts = q::of_platform(&q::in_patch_state(&STATES.join("|")));
    Panel::stat(
        "Instances with patches that are",
        "Instances with at least one patch in the state, which makes them non-compliant. An instance may count in several.",
    )
    .query("{{patch_state}}", format!("sum by (patch_state) ({counts})"))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn classes() -> Panel {
    let class = |name: &str| {
        let count = q::instance(
            &format!("aws_ssm_instance_patches_{name}_noncompliant"),
            "",
            "",
        );
        format!("sum({} > bool 0)", q::of_platform(&count))
    };
    Panel::stat(
        "Instances lacking patches",
        "Instances with non-compliant patches of critical severity, with non-compliant security patches, and with others. The three overlap.",
    )
    .query("critical", class("critical"))
    .query("security", class("security"))
    .query("other", class("other"))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn not_scanned() -> Panel {
    Panel::stat(
        "Not scanned",
        "Instances whose last patch operation is over seven days ago, and instances without any: their patch compliance is unknown.",
    )
    .query("for 7 days", q::aged(&q::scan_age(), 7 * DAY, None))
    .query("ever", q::sum_or_zero(&q::never_scanned(), &q::platform()))
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn longest_reboot() -> Panel {
    let since = q::recorded(
        "instance:aws_ssm_reboot_pending_since:timestamp_seconds",
        "",
        "",
    );
    Panel::stat(
        "Longest reboot owed",
        "How long the first of the pending reboots has been owed, as the recording rule has seen it.",
    )
    .query("longest", format!("max({})", q::of_platform(&q::since(&since))))
    .unit("s")
    .steps(looks::STANDING)
    .empty("no reboot owed")
}

fn states_over_time() -> Panel {
    let counts = q::of_platform(&q::in_patch_state(&STATES.join("|")));
    Panel::lines(
        "Instances by patch state",
        "Instances with at least one patch in the state.",
    )
    .query(
        "{{patch_state}}",
        format!("sum by (patch_state) ({counts})"),
    )
    .unit("short")
    .colours(looks::PATCH_STATES)
    .coarse()
    .empty("no data")
}

fn patches_over_time() -> Panel {
    let states = format!(
        r#"patch_state=~"{}|AvailableSecurityUpdate""#,
        STATES.join("|")
    );
    let patches = q::of_platform(&q::instance(
        "aws_ssm_instance_patches",
        "patch_state",
        &states,
    ));
    Panel::areas(
        "Patches by state",
        "Patches over all instances. One patch counts once for each instance that lacks it.",
    )
    .query(
        "{{patch_state}}",
        format!("sum by (patch_state) ({patches})"),
    )
    .unit("short")
    .colours(looks::PATCH_STATES)
    .coarse()
    .empty("no data")
}

/// A table of instances by patch state, a row for each value of a label; `labelled` adds the label
/// to an expression.
fn grouped(
    title: &'static str,
    row: (&'static str, &'static str),
    labelled: impl Fn(&str) -> String,
) -> Panel {
    let (label, column) = row;
    let count = |expr: &str| format!("sum by ({label}) ({})", q::of_platform(&labelled(expr)));
    let counts = STATES.iter().map(|state| count(&q::in_patch_state(state)));
    let scanned = count(&format!(
        "{} >= bool 0",
        q::instance("aws_ssm_instance_patches", "", r#"patch_state="Missing""#)
    ));
    let columns = vec![
        Column::new(label, column).mapped(looks::unnamed()),
        Column::new("Value #E", "Scanned").width(80),
        Column::new("Value #A", "Missing")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #B", "Failed")
            .width(70)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #C", "Reboot")
            .width(75)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "Rejected")
            .width(85)
            .steps(looks::NONE_IS_GOOD),
    ];
    let description = "Instances with at least one patch that is missing, failed, waiting for a reboot or rejected, as of each instance's last patch operation.";
    Panel::table(title, description, columns)
        .queries(counts.chain([scanned]).map(|expr| Query::new("", expr)))
        .unit("short")
        .sorted("Missing", true)
        .empty("–")
}

/// Instances by the age of their last patch operation, in classes.
fn age_classes() -> Vec<Query> {
    let age = q::scan_age();
    vec![
        Query::new("up to a day", q::aged(&age, 0, Some(DAY))),
        Query::new("1 to 7 days", q::aged(&age, DAY, Some(7 * DAY))),
        Query::new("7 to 30 days", q::aged(&age, 7 * DAY, Some(30 * DAY))),
        Query::new("over 30 days", q::aged(&age, 30 * DAY, None)),
        Query::new("never", q::sum_or_zero(&q::never_scanned(), &q::platform())),
    ]
}

fn scan_ages() -> Panel {
    Panel::bars(
        "Instances by age of their last scan",
        "Patch states are as of the last Scan or Install: what is older than the schedule says little about today.",
    )
    .queries(age_classes())
    .unit("short")
    .colours(looks::AGES)
    .empty("no data")
}

fn scan_ages_over_time() -> Panel {
    Panel::areas(
        "Age of the last scan over time",
        "Instances by the age of their last patch operation. Green should fill it; a growing band on top is a schedule that stopped.",
    )
    .queries(age_classes())
    .unit("short")
    .colours(looks::AGES)
    .coarse()
        .empty("no data")
}

/// A table of instances by one value.
fn listed(
    title: &'static str,
    description: &'static str,
    value: (&'static str, Steps),
    expr: &str,
    empty: &str,
) -> Panel {
    let mut columns = who();
    columns.push(
        Column::new("Value #A", value.0)
            .width(140)
            .unit("s")
            .steps(value.1),
    );
    Panel::table(title, description, columns)
        .query("", q::named(expr))
        .sorted(value.0, true)
        .empty(empty)
}

fn never_scanned() -> Panel {
    let ping = q::since(&q::instance(
        "aws_ssm_instance_last_ping_timestamp_seconds",
        "",
        "",
    ));
    listed(
        "Instances never scanned",
        "Managed instances without a patch summary: never scanned, scanned only through AWS-RunPatchBaselineAssociation, or longer ago than AWS keeps.",
        ("Last ping ago", looks::PING),
        &q::and(&ping, &q::never_scanned()),
        "every instance was scanned",
    )
}

fn old_scans() -> Panel {
    listed(
        "Oldest scans",
        "The 50 instances whose last patch operation is longest ago.",
        ("Last scan ago", looks::AGE),
        &format!("topk(50, {})", q::scan_age()),
        "no data",
    )
}

fn owed() -> Panel {
    let pending = q::instance(
        "aws_ssm_instance_patches",
        "",
        r#"patch_state="InstalledPendingReboot""#,
    );
    let pending = q::of_platform(&format!("{pending} > 0"));
    let since = q::recorded(
        "instance:aws_ssm_reboot_pending_since:timestamp_seconds",
        "",
        "",
    );
    let install = q::instance(
        "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds",
        "",
        "",
    );
    let mut columns = who();
    columns.extend([
        Column::new("Value #A", "Patches waiting")
            .width(140)
            .unit("short"),
        Column::new("Value #B", "Owed for")
            .width(140)
            .unit("s")
            .steps(looks::STANDING),
        Column::new("Value #C", "Last NoReboot install ago")
            .width(200)
            .unit("s"),
    ]);
    Panel::table(
        "Reboots owed",
        "Instances with patches that are InstalledPendingReboot. Reboot, then scan: the state stays until the next scan. Owed for: as the recording rule has seen it.",
        columns,
    )
    .query("", q::named(&pending))
    .query("", q::and(&q::since(&since), &pending))
    .query("", q::and(&q::since(&install), &pending))
    .sorted("Owed for", true)
    .empty("no reboot owed")
}
