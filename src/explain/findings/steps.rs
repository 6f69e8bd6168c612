//! Steps that several remedies have in common.

use crate::explain::case::Case;
use crate::explain::commands::{self, Place};
use crate::explain::explanation::{Finding, Step};

/// The same words in all findings, so that they are shown once.
const ALL_TYPES_COMPLIANT: &str = "Each type is COMPLIANT:";

/// Why to scan after an installation.
pub(super) const SCAN_AFTER_INSTALL: &str =
    "Scan: after an Install AWS lists what failed, but not what is missing.";

/// Where the commands of a case go.
pub(super) fn place(case: Case<'_>) -> Place<'_> {
    Place {
        region: &case.evidence.target.region,
        instance_id: case.id(),
    }
}

/// Installs what the baseline approves.
pub(super) fn install(case: Case<'_>) -> Step {
    let mut text =
        "Install what the baseline approves. This reboots the instance if a patch needs \
                    it. Repeat the wait if it gives up (after 100 seconds) or does not know the command \
                    yet."
            .to_owned();
    if case.is_by_patch_policy() {
        // AWS-RunPatchBaseline by hand knows nothing of the policy.
        text.push_str(
            " A patch policy measures this instance. Until the policy runs again, the result is \
             that of the baseline of its patch group, or of the default one.",
        );
    }
    Step::new(text).commands(commands::install(place(case)))
}

/// Scans, so that what was mended is reported.
pub(super) fn scan(case: Case<'_>, text: &str) -> Step {
    let text = format!("{text} A scan changes nothing on the instance.");
    Step::new(text).commands(commands::scan(place(case)))
}

/// How to see that patches are in order.
pub(super) fn verified_patches(finding: Finding, case: Case<'_>) -> Finding {
    let place = place(case);
    finding
        .verify(
            "The counts of Missing, Failed, InstalledPendingReboot and InstalledRejected are 0:",
            commands::patch_state(place),
        )
        .verify(ALL_TYPES_COMPLIANT, commands::summaries(place))
}

/// How to see that all types are in order.
pub(super) fn verified_types(finding: Finding, case: Case<'_>) -> Finding {
    finding.verify(ALL_TYPES_COMPLIANT, commands::summaries(place(case)))
}
