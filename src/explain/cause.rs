//! The causes that an explanation can name: the branches of the article, and what it leaves out.

use crate::model::NoncomplianceReason;

/// Where the runbooks are published.
const RUNBOOKS_URL: &str =
    "https://github.com/ssm-compliance-exporter/ssm-compliance-exporter/blob/main/docs/runbooks";

/// What a finding is about.
// The reasons are those of the metric `aws_ssm_instance_noncompliance_reason`, so that an alert, a
// dashboard and an explanation name the same thing by the same word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A reason for being non-compliant.
    Reason(NoncomplianceReason),
    /// AWS does not list the instance: it is stopped, terminated, or not managed.
    NotManaged,
    /// The agent does not answer, so nothing new can be reported.
    AgentOffline,
    /// The instance was never scanned for patches.
    NeverScanned,
    /// The last scan is so old that what it found need not be true any more.
    ScanStale,
    /// Patches were installed, and no scan has run since.
    NotScannedSinceInstall,
    /// The baseline was changed, or another one was assigned, after the last scan.
    BaselineChanged,
    /// Several scans with different baselines overwrite each other's results.
    ScannersConflict,
    /// A patch policy scans the instance, so its patch group is ignored.
    PatchPolicy,
    /// Patches are reported only as an association, by `AWS-RunPatchBaselineAssociation`.
    ReportedByAssociationOnly,
    /// Patch Manager does not support the platform.
    UnsupportedPlatform,
    /// The instance is gone, and AWS still keeps its compliance data.
    Terminated,
}

/// The texts that describe a cause, in explanations and in the documentation.
#[derive(Debug)]
struct Entry {
    cause: Cause,
    name: &'static str,
    summary: &'static str,
    remedy: &'static str,
    /// The alert whose runbook tells more.
    alert: Option<&'static str>,
}

/// The texts of the causes that are no reasons of the metric.
static ENTRIES: [Entry; 11] = [
    Entry {
        cause: Cause::NotManaged,
        name: "not_managed",
        summary: "AWS does not list the instance, and knows no compliance of it",
        remedy: "meet the prerequisites of a managed instance, one by one",
        alert: Some("SsmComplianceInstanceSilent"),
    },
    Entry {
        cause: Cause::AgentOffline,
        name: "agent_offline",
        summary: "the agent does not answer, so nothing new is reported",
        remedy: "bring the agent back before anything else",
        alert: Some("SsmComplianceInstanceSilent"),
    },
    Entry {
        cause: Cause::NeverScanned,
        name: "never_scanned",
        summary: "no scan for patches is known",
        remedy: "scan it, then find out why no schedule does",
        alert: Some("SsmComplianceNeverScanned"),
    },
    Entry {
        cause: Cause::ScanStale,
        name: "scan_stale",
        summary: "the last scan is more than 7 days old",
        remedy: "scan it, then find out why no schedule does",
        alert: Some("SsmComplianceScanOld"),
    },
    Entry {
        cause: Cause::NotScannedSinceInstall,
        name: "not_scanned_since_install",
        summary: "patches were installed, and no scan has run since",
        remedy: "scan it",
        alert: None,
    },
    Entry {
        cause: Cause::BaselineChanged,
        name: "baseline_changed",
        summary: "the baseline was changed, or another one was assigned, after the last scan",
        remedy: "scan it, so that the baseline of today decides",
        alert: None,
    },
    Entry {
        cause: Cause::ScannersConflict,
        name: "scanners_conflict",
        summary: "several scans with different baselines overwrite each other's results",
        remedy: "keep one of the scans and remove the others",
        alert: None,
    },
    Entry {
        cause: Cause::PatchPolicy,
        name: "patch_policy",
        summary: "a patch policy scans the instance, so its patch group is ignored",
        remedy: "change the policy in Quick Setup, not the patch group",
        alert: None,
    },
    Entry {
        cause: Cause::ReportedByAssociationOnly,
        name: "reported_by_association_only",
        summary: "patches are reported as an association only",
        remedy: "look at the type Association, or scan with AWS-RunPatchBaseline",
        alert: Some("SsmComplianceNeverScanned"),
    },
    Entry {
        cause: Cause::UnsupportedPlatform,
        name: "unsupported_platform",
        summary: "Patch Manager does not support the platform",
        remedy: "patch it by other means, and expect no compliance of type Patch",
        alert: Some("SsmComplianceNeverScanned"),
    },
    Entry {
        cause: Cause::Terminated,
        name: "terminated",
        summary: "AWS does not list the instance any more, and keeps its compliance data",
        remedy: "start it or manage it again, or wait until AWS deletes the data",
        alert: None,
    },
];

// === impl Cause ===

impl Cause {
    /// Returns every cause: the reasons of the metric, then the others.
    pub fn all() -> impl Iterator<Item = Self> {
        let reasons = NoncomplianceReason::ALL.into_iter().map(Self::Reason);
        reasons.chain(ENTRIES.iter().map(|entry| entry.cause))
    }

    /// Returns the name, in snake case. Of a reason it is the value of the metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.as_str(),
            _ => self.entry().map_or("", |entry| entry.name),
        }
    }

    /// Says in a few words what it is.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.holds_when(),
            _ => self.entry().map_or("", |entry| entry.summary),
        }
    }

    /// Says in a few words what to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.remedy(),
            _ => self.entry().map_or("", |entry| entry.remedy),
        }
    }

    /// Returns the name of the runbook, which is that of its alert: a file of `docs/runbooks`
    /// without its ending.
    pub fn runbook(self) -> Option<&'static str> {
        match self {
            Self::Reason(reason) => Some(reason_runbook(reason)),
            _ => self.entry()?.alert,
        }
    }

    /// Returns the address at which the runbook is published.
    pub fn runbook_url(self) -> Option<String> {
        let runbook = self.runbook()?;
        Some(format!("{RUNBOOKS_URL}/{runbook}.md"))
    }

    fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.cause == self)
    }
}

fn reason_runbook(reason: NoncomplianceReason) -> &'static str {
    match reason {
        NoncomplianceReason::PatchesMissing => "SsmCompliancePatchesMissing",
        NoncomplianceReason::PatchesFailed => "SsmCompliancePatchesFailed",
        NoncomplianceReason::RebootPending => "SsmComplianceRebootPending",
        NoncomplianceReason::PatchesRejected => "SsmCompliancePatchesRejected",
        NoncomplianceReason::SecurityUpdatesAvailable => "SsmComplianceSecurityUpdatesAvailable",
        NoncomplianceReason::InventoryFailed => "SsmComplianceInventoryFailed",
        NoncomplianceReason::PatchAssociationNoncompliant => {
            "SsmCompliancePatchAssociationNoncompliant"
        }
        NoncomplianceReason::AssociationFailed => "SsmComplianceAssociationFailed",
        NoncomplianceReason::CustomItems => "SsmComplianceCustomItems",
        NoncomplianceReason::Unexplained => "SsmComplianceUnexplained",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cause_has_a_name_of_its_own_and_all_its_texts() {
        let names: BTreeSet<&str> = Cause::all().map(Cause::as_str).collect();
        assert_eq!(names.len(), Cause::all().count());
        for cause in Cause::all() {
            let texts = [cause.as_str(), cause.summary(), cause.remedy()];
            assert!(texts.iter().all(|text| !text.is_empty()), "{cause:?}");
        }
    }

    #[test]
    fn a_runbook_is_a_file_of_the_repository() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/runbooks");
        for runbook in Cause::all().filter_map(Cause::runbook) {
            let path = format!("{folder}/{runbook}.md");
            assert!(std::path::Path::new(&path).exists(), "{path}");
        }
    }
}
