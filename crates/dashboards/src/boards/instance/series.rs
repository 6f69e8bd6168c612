//! What several sections of this dashboard ask.

use crate::queries;

/// The states of patches that ask for something to be done.
const STATES_TO_MEND: &str = r#"patch_state=~"Missing|Failed|InstalledPendingReboot|InstalledRejected|AvailableSecurityUpdate""#;

/// The instance's patches that something must be done about, by state.
pub(super) fn patches_to_mend() -> String {
    // Installed patches are hundreds, which would make all other bars look like nothing.
    queries::of_chosen_instance("aws_ssm_instance_patches", "patch_state", STATES_TO_MEND)
}

/// The instance's compliance by type: 1 compliant, 0 non-compliant, -1 unreported.
pub(super) fn compliance() -> String {
    let by = "compliance_type";
    let status = queries::of_chosen_instance("aws_ssm_instance_compliant", by, "");
    let unreported = queries::of_chosen_instance("aws_ssm_instance_unreported", by, "");
    // The two exclude each other: a type has a status or is unreported.
    format!("{status} or -1 * {unreported}")
}

/// Every reason that holds for the instance.
pub(super) fn reasons() -> String {
    let by = "compliance_type, reason";
    queries::of_chosen_instance("aws_ssm_instance_noncompliance_reason", by, "")
}
