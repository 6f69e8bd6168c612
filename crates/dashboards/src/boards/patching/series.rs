//! What several sections of this dashboard ask.

use crate::queries;

/// The states of patches that make an instance non-compliant.
pub(super) const NONCOMPLIANT_STATES: [&str; 4] = [
    "Missing",
    "Failed",
    "InstalledPendingReboot",
    "InstalledRejected",
];

/// How many instances of the chosen platforms have patches in each non-compliant state.
pub(super) fn instances_by_state() -> String {
    let states = NONCOMPLIANT_STATES.join("|");
    let counts = queries::for_chosen_platforms(&queries::has_patches_in(&states));
    // Counts instances and not patches: one that lacks a hundred is one to mend.
    queries::sum_by("patch_state", &counts)
}

/// Since when each instance has been waiting for a reboot, as the recording rule has seen it.
pub(super) fn reboot_pending_since() -> String {
    let rule = "instance:aws_ssm_reboot_pending_since:timestamp_seconds";
    queries::recorded(rule, "", "")
}

/// Since when each instance has been non-compliant for each patch, as the recording rule has seen
/// it.
pub(super) fn noncompliant_since(matchers: &str) -> String {
    let rule = "instance_patch:aws_ssm_noncompliant_since:timestamp_seconds";
    queries::recorded(rule, "patch_id, patch_severity", matchers)
}
