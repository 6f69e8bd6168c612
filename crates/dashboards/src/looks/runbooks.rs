//! What to do about each reason for being non-compliant.

/// Where a reader finds what to do about a reason, and the short form of it.
#[derive(Clone, Copy, Debug)]
pub struct Runbook {
    /// The reason, as the label says it.
    pub reason: &'static str,
    /// The alert of the reason, which is also the name of the runbook's file.
    pub alert: &'static str,
    /// What to do, in one line.
    pub advice: &'static str,
}

/// The runbook of each reason.
pub const RUNBOOKS: &[Runbook] = &[
    Runbook {
        reason: "patches_missing",
        alert: "SsmCompliancePatchesMissing",
        advice: "Run AWS-RunPatchBaseline with Install",
    },
    Runbook {
        reason: "patches_failed",
        alert: "SsmCompliancePatchesFailed",
        advice: "Read the logs of the agent and of the patch operation",
    },
    Runbook {
        reason: "reboot_pending",
        alert: "SsmComplianceRebootPending",
        advice: "Reboot the instance, then scan",
    },
    Runbook {
        reason: "patches_rejected",
        alert: "SsmCompliancePatchesRejected",
        advice: "Remove the rejected patches",
    },
    Runbook {
        reason: "security_updates_available",
        alert: "SsmComplianceSecurityUpdatesAvailable",
        advice: "Approve the updates, then install",
    },
    Runbook {
        reason: "inventory_failed",
        alert: "SsmComplianceInventoryFailed",
        advice: "Troubleshoot Inventory",
    },
    Runbook {
        reason: "patch_association_noncompliant",
        alert: "SsmCompliancePatchAssociationNoncompliant",
        advice: "Find the patches through the association",
    },
    Runbook {
        reason: "association_failed",
        alert: "SsmComplianceAssociationFailed",
        advice: "Read the association's execution history",
    },
    Runbook {
        reason: "custom_items",
        alert: "SsmComplianceCustomItems",
        advice: "Ask the owner of this compliance type",
    },
    Runbook {
        reason: "unexplained",
        alert: "SsmComplianceUnexplained",
        advice: "Read the compliance items in the console",
    },
];

/// The folder of the runbooks, to which the name of a file is added.
pub const RUNBOOK_URL: &str =
    "https://github.com/ssm-compliance-exporter/ssm-compliance-exporter/blob/main/docs/runbooks/";
