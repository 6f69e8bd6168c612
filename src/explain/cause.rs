//! The causes that an explanation can name: the branches of the article, and what it leaves out.

use crate::model::NoncomplianceReason;

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
