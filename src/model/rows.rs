//! Rows as a source hands them over: AWS's words, not yet cleaned, sorted or joined.
//!
//! A missing text is empty, a missing time is `None`. Rows live only as long as one page; what the
//! model keeps of them is smaller.

use super::Timestamp;

/// One managed instance, from `DescribeInstanceInformation`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceRow {
    /// `i-...` for EC2, `mi-...` for a hybrid node.
    pub id: String,
    /// The name of the hybrid activation; empty for EC2.
    pub name: String,
    /// The host name the agent reports.
    pub computer_name: String,
    /// The address the agent reports.
    pub ip_address: String,
    /// `EC2Instance` or `ManagedInstance`.
    pub resource_type: String,
    /// `Windows`, `Linux` or `MacOS`.
    pub platform_type: String,
    /// For example `Amazon Linux`.
    pub platform_name: String,
    /// For example `2023`.
    pub platform_version: String,
    /// The SSM Agent's version.
    pub agent_version: String,
    /// `IsLatestVersion`, where AWS says.
    pub agent_latest: Option<bool>,
    /// `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: String,
    /// When the agent was last heard.
    pub last_ping: Option<Timestamp>,
    /// The status of the instance's associations; empty where it has none.
    pub association_status: String,
    /// `AssociationOverview.InstanceAssociationStatusAggregatedCount`.
    pub association_counts: Vec<(String, i64)>,
    /// When associations last ran.
    pub last_association_execution: Option<Timestamp>,
    /// When associations last ran well.
    pub last_association_success: Option<Timestamp>,
}

/// Number of compliance items, in all and by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// `CompliantCount` or `NonCompliantCount`.
    pub total: i64,
    /// `SeveritySummary`, in the order of [`Severity::ALL`].
    pub by_severity: [i64; 6],
}

/// The severities that AWS's `SeveritySummary` has fields for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// `CriticalCount`
    Critical,
    /// `HighCount`
    High,
    /// `MediumCount`
    Medium,
    /// `LowCount`
    Low,
    /// `InformationalCount`
    Informational,
    /// `UnspecifiedCount`
    Unspecified,
}

impl Severity {
    /// Worst first.
    pub const ALL: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Informational,
        Self::Unspecified,
    ];

    /// As AWS spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
            Self::Informational => "INFORMATIONAL",
            Self::Unspecified => "UNSPECIFIED",
        }
    }
}

/// One resource's summary for one compliance type, from `ListResourceComplianceSummaries`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SummaryRow {
    /// The resource; not always a listed instance.
    pub resource_id: String,
    /// `Patch`, `Association` or `Custom:...`.
    pub compliance_type: String,
    /// `COMPLIANT` or `NON_COMPLIANT`; other values are kept as they come.
    pub status: String,
    /// `ExecutionSummary.ExecutionTime`.
    pub execution_time: Option<Timestamp>,
    /// `ExecutionSummary.ExecutionId`; empty for associations.
    pub execution_id: String,
    /// `CompliantSummary`.
    pub compliant: ItemCounts,
    /// `NonCompliantSummary`.
    pub noncompliant: ItemCounts,
}

/// AWS's own count of resources for one compliance type, from `ListComplianceSummaries`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TotalsRow {
    /// `Patch`, `Association` or `Custom:...`.
    pub compliance_type: String,
    /// `CompliantSummary.CompliantCount`.
    pub compliant: i64,
    /// `NonCompliantSummary.NonCompliantCount`.
    pub noncompliant: i64,
}

/// The patch counts of one instance, from `DescribeInstancePatchStates`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchRow {
    /// The instance.
    pub id: String,
    /// The patch group, empty for none.
    pub patch_group: String,
    /// `pb-...`, or the full ARN of a baseline of AWS's own.
    pub baseline_id: String,
    /// `Scan` or `Install`.
    pub operation: String,
    /// `RebootIfNeeded` or `NoReboot`; empty where AWS does not say.
    pub reboot_option: String,
    /// When the operation ended.
    pub operation_end: Option<Timestamp>,
    /// The last installation with `NoReboot`.
    pub last_no_reboot_install: Option<Timestamp>,
    /// Counts by state, in the order of [`PatchState::ALL`]; `None` where AWS gives no count.
    pub counts: [Option<i64>; 8],
    /// `CriticalNonCompliantCount`.
    pub critical_noncompliant: Option<i64>,
    /// `SecurityNonCompliantCount`.
    pub security_noncompliant: Option<i64>,
    /// `OtherNonCompliantCount`.
    pub other_noncompliant: Option<i64>,
}

/// The states of a patch that `DescribeInstancePatchStates` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchState {
    /// Approved, applicable, not installed.
    Missing,
    /// An attempt to install it failed.
    Failed,
    /// Installed by Patch Manager, and the instance was not rebooted since.
    InstalledPendingReboot,
    /// Installed before it was rejected.
    InstalledRejected,
    /// Installed and in the baseline.
    Installed,
    /// Installed, not in the baseline.
    InstalledOther,
    /// Windows only: the feature it is for is not there.
    NotApplicable,
    /// Windows only: a security update that is not approved yet.
    AvailableSecurityUpdate,
}

impl PatchState {
    /// The four that make an instance non-compliant first.
    pub const ALL: [Self; 8] = [
        Self::Missing,
        Self::Failed,
        Self::InstalledPendingReboot,
        Self::InstalledRejected,
        Self::Installed,
        Self::InstalledOther,
        Self::NotApplicable,
        Self::AvailableSecurityUpdate,
    ];

    /// How many of [`PatchState::ALL`], from the first, always make an instance non-compliant.
    pub const NONCOMPLIANT: usize = 4;

    /// As the console and the documentation spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Failed => "Failed",
            Self::InstalledPendingReboot => "InstalledPendingReboot",
            Self::InstalledRejected => "InstalledRejected",
            Self::Installed => "Installed",
            Self::InstalledOther => "InstalledOther",
            Self::NotApplicable => "NotApplicable",
            Self::AvailableSecurityUpdate => "AvailableSecurityUpdate",
        }
    }
}

/// One patch baseline, from `DescribePatchBaselines`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaselineRow {
    /// `pb-...`, or the full ARN of a baseline of AWS's own.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For example `AMAZON_LINUX_2023`.
    pub operating_system: String,
}

/// One State Manager association, from `ListAssociations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssociationRow {
    /// The association's id.
    pub id: String,
    /// The name its owner gave it; often empty.
    pub name: String,
    /// The document it runs: a name, or the ARN of a shared document.
    pub document: String,
    /// `Overview.AssociationStatusAggregatedCount`.
    pub counts: Vec<(String, i64)>,
}

/// One non-compliant item of type Association, from `ListComplianceItems`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRow {
    /// The association's id.
    pub id: String,
    /// `Details.DocumentName`.
    pub document: String,
    /// The severity the association was given.
    pub severity: String,
    /// `NON_COMPLIANT`; other values are not of interest.
    pub status: String,
}
