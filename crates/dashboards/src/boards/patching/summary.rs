//! How many instances lack patches.

use super::series::{NONCOMPLIANT_STATES, instances_by_state, reboot_pending_since};
use crate::boards::age_classes::over_a_week;
use crate::grafana::{Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
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

fn states() -> Panel {
    Panel::stat(
        "Instances with patches that are",
        "Instances with at least one patch in the state, which makes them non-compliant. An instance may count in several states.",
    )
    .query("{{patch_state}}", instances_by_state())
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn classes() -> Panel {
    Panel::stat(
        "Instances lacking patches",
        "Instances with non-compliant patches of critical severity, with non-compliant security patches, and with others. The three overlap.",
    )
    .query("critical", lacking("critical"))
    .query("security", lacking("security"))
    .query("other", lacking("other"))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

/// How many instances have non-compliant patches of a class.
fn lacking(class: &str) -> String {
    let metric = format!("aws_ssm_instance_patches_{class}_noncompliant");
    let count = queries::for_chosen_platforms(&queries::per_instance(&metric, "", ""));
    format!("sum({count} > bool 0)")
}

fn not_scanned() -> Panel {
    Panel::stat(
        "Not scanned",
        "Instances whose last patch operation is over seven days ago, and instances without any: their patch compliance is unknown.",
    )
    .query("for 7 days", over_a_week(&queries::scan_age()))
    .query("ever", queries::never_scanned_count())
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn longest_reboot() -> Panel {
    let pending_for = queries::for_chosen_platforms(&queries::age(&reboot_pending_since()));
    Panel::stat(
        "Longest pending reboot",
        "How long the oldest pending reboot has been waiting, as recorded by the recording rule.",
    )
    .query("longest", format!("max({pending_for})"))
    .unit("s")
    .steps(looks::FINDING_AGE)
    .empty("no reboot pending")
}

fn states_over_time() -> Panel {
    Panel::lines(
        "Instances by patch state",
        "Instances with at least one patch in the state.",
    )
    .query("{{patch_state}}", instances_by_state())
    .unit("short")
    .colours(looks::PATCH_STATES)
    // It reads several series of each instance at every step.
    .coarse()
    .empty("no data")
}

fn patches_over_time() -> Panel {
    Panel::areas(
        "Patches by state",
        "Patches over all instances. One patch counts once for each instance that lacks it.",
    )
    .query("{{patch_state}}", patches_by_state())
    .unit("short")
    .colours(looks::PATCH_STATES)
    .coarse()
    .empty("no data")
}

fn patches_by_state() -> String {
    let states = NONCOMPLIANT_STATES.join("|");
    let matchers = format!(r#"patch_state=~"{states}|AvailableSecurityUpdate""#);
    let patches = queries::per_instance("aws_ssm_instance_patches", "patch_state", &matchers);
    queries::sum_by("patch_state", &queries::for_chosen_platforms(&patches))
}
