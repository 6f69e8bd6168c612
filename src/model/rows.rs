//! The rows that a source delivers: AWS's data, not yet cleaned, sorted or merged.
//!
//! A missing text is empty, and a missing time is `None`. Rows live only as long as one page. What
//! the model keeps of them is smaller.

use std::collections::BTreeMap;

use super::status::Status;
use super::time::Timestamp;

// Words of AWS's vocabulary are texts here, not enums. AWS adds values without notice and spells
// some of them differently from its own model, and a value that nobody knows must not cost a row.

/// One managed instance, from `DescribeInstanceInformation`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceRow {
    /// The instance's id: `i-...` for EC2, `mi-...` for a hybrid node.
    pub id: String,
    /// The name of the hybrid activation; empty for EC2.
    pub name: String,
    /// The host name that the agent reports.
    pub computer_name: String,
    /// The address that the agent reports.
    pub ip_address: String,
    /// The kind of node: `EC2Instance` or `ManagedInstance`.
    pub resource_type: String,
    /// The platform: `Windows`, `Linux` or `MacOS`.
    pub platform_type: String,
    /// The name of the operating system, for example `Amazon Linux`.
    pub platform_name: String,
    /// The version of the operating system, for example `2023`.
    pub platform_version: String,
    /// The version of the SSM Agent.
    pub agent_version: String,
    /// Whether that is the latest version (`IsLatestVersion`), if AWS says so.
    pub agent_latest: Option<bool>,
    /// Whether the agent answers: `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: String,
    /// When the agent was last heard from.
    pub last_ping: Option<Timestamp>,
    /// The status of the instance's associations; empty if it has none.
    pub association_status: String,
    /// The number of associations in each status
    /// (`AssociationOverview.InstanceAssociationStatusAggregatedCount`).
    pub association_counts: Vec<(String, i64)>,
    /// When associations last ran.
    pub last_association_execution: Option<Timestamp>,
    /// When associations last ran with success.
    pub last_association_success: Option<Timestamp>,
    /// The role that a hybrid node was registered with; empty for EC2.
    pub iam_role: String,
    /// The hybrid activation that a node was registered with; empty for EC2.
    pub activation_id: String,
}

/// The number of compliance items, in total and by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// The total, `CompliantCount` or `NonCompliantCount`.
    pub total: i64,
    /// The counts of `SeveritySummary`, in the order of [`Severity::ALL`].
    pub by_severity: [i64; 6],
}

/// The severities that AWS's `SeveritySummary` has fields for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The severity that `CriticalCount` counts.
    Critical,
    /// The severity that `HighCount` counts.
    High,
    /// The severity that `MediumCount` counts.
    Medium,
    /// The severity that `LowCount` counts.
    Low,
    /// The severity that `InformationalCount` counts.
    Informational,
    /// The severity that `UnspecifiedCount` counts.
    Unspecified,
}

impl Severity {
    /// Every severity, the worst one first.
    pub const ALL: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Informational,
        Self::Unspecified,
    ];

    /// Returns the severity as AWS spells it.
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
    /// The id of the resource, which is not always a listed instance.
    pub resource_id: String,
    /// The compliance type: `Patch`, `Association` or `Custom:...`.
    pub compliance_type: String,
    /// The status: `COMPLIANT`, `NON_COMPLIANT` or any other value that AWS sends.
    pub status: String,
    /// The time of the execution (`ExecutionSummary.ExecutionTime`).
    pub execution_time: Option<Timestamp>,
    /// The id of the execution (`ExecutionSummary.ExecutionId`); empty for associations.
    pub execution_id: String,
    /// Who ran it (`ExecutionSummary.ExecutionType`): `Command`, `PatchPolicy`, or empty.
    pub execution_type: String,
    /// The compliant items (`CompliantSummary`).
    pub compliant: ItemCounts,
    /// The non-compliant items (`NonCompliantSummary`).
    pub noncompliant: ItemCounts,
}

/// The tags of one resource, from `GetResources` of the Resource Groups Tagging API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagRow {
    /// The id of the instance, which is the end of the resource's ARN.
    pub resource_id: String,
    /// All tags, each with its key and value.
    pub tags: Vec<(String, String)>,
}

/// AWS's own count of resources for one compliance type, from `ListComplianceSummaries`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TotalsRow {
    /// The compliance type: `Patch`, `Association` or `Custom:...`.
    pub compliance_type: String,
    /// The number of compliant resources (`CompliantSummary.CompliantCount`).
    pub compliant: i64,
    /// The number of non-compliant resources (`NonCompliantSummary.NonCompliantCount`).
    pub noncompliant: i64,
}

/// The patch counts of one instance, from `DescribeInstancePatchStates`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchRow {
    /// The id of the instance.
    pub id: String,
    /// The patch group; empty if the instance is in none.
    // AWS's model requires at least one character here, and yet AWS sends an empty text.
    pub patch_group: String,
    /// The id of the baseline: `pb-...`, or the full ARN of a baseline that AWS provides.
    pub baseline_id: String,
    /// The operation that determined the counts: `Scan` or `Install`.
    pub operation: String,
    /// The reboot option, `RebootIfNeeded` or `NoReboot`; empty if AWS does not say.
    pub reboot_option: String,
    /// The id of the patch snapshot that the operation compared with.
    pub snapshot_id: String,
    /// The list of patches that an Install was given in place of the baseline's; usually empty.
    pub install_override_list: String,
    /// When the operation began.
    pub operation_start: Option<Timestamp>,
    /// When the operation ended.
    pub operation_end: Option<Timestamp>,
    /// When patches were last installed with the option `NoReboot`.
    pub last_no_reboot_install: Option<Timestamp>,
    /// The number of patches in each state, in the order of [`PatchState::ALL`]; `None` if AWS
    /// gives no count.
    // `UnreportedNotApplicableCount` is left out. It says nothing about compliance, and AWS's own
    // sample output has it at -1.
    pub counts: [Option<i64>; 8],
    /// Non-compliant patches of critical severity (`CriticalNonCompliantCount`).
    pub critical_noncompliant: Option<i64>,
    /// Non-compliant security updates (`SecurityNonCompliantCount`).
    pub security_noncompliant: Option<i64>,
    /// All other non-compliant patches (`OtherNonCompliantCount`).
    pub other_noncompliant: Option<i64>,
}

/// The states of a patch that `DescribeInstancePatchStates` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchState {
    /// The patch is approved and applicable, but not installed.
    Missing,
    /// An attempt to install the patch has failed.
    Failed,
    /// Patch Manager has installed the patch, and the instance has not been rebooted since.
    InstalledPendingReboot,
    /// The patch was installed before it was rejected.
    InstalledRejected,
    /// The patch is installed and in the baseline.
    Installed,
    /// The patch is installed, but not in the baseline.
    InstalledOther,
    /// On Windows only: the feature that the patch is for is not installed.
    NotApplicable,
    /// On Windows only: the patch is a security update that is not approved yet.
    AvailableSecurityUpdate,
}

impl PatchState {
    /// Every state. The four that always make an instance non-compliant come first.
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

    /// Returns the state as AWS's console and documentation spell it.
    // The model's enum has `INSTALLED_OTHER`, but AWS's answers and filters use this spelling.
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

    /// Returns the state that is spelled so, or `None` if it is none of these. The spelling of
    /// AWS's model (`INSTALLED_OTHER`) is accepted too.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('_', "");
        Self::ALL
            .into_iter()
            .find(|state| state.as_str().eq_ignore_ascii_case(&name))
    }
}

/// One patch baseline, from `DescribePatchBaselines`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaselineRow {
    /// The id: `pb-...`, or the full ARN of a baseline that AWS provides.
    pub id: String,
    /// The name of the baseline.
    pub name: String,
    /// The operating system that it is for, for example `AMAZON_LINUX_2023`.
    pub operating_system: String,
}

/// One State Manager association, from `ListAssociations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssociationRow {
    /// The association's id.
    pub id: String,
    /// The name that its owner gave it; often empty.
    pub name: String,
    /// The document that it runs: a name, or the ARN of a shared document.
    pub document: String,
    /// The number of its instances in each status (`Overview.AssociationStatusAggregatedCount`).
    pub counts: Vec<(String, i64)>,
}

/// One compliance item of one resource, from `ListComplianceItems`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRow {
    /// The compliance type: `Patch`, `Association` or `Custom:...`.
    pub compliance_type: String,
    /// The item's id: a KB number or a package for Patch, the association's id for Association.
    pub id: String,
    /// The title; often empty.
    pub title: String,
    /// The severity: for Patch the compliance level of the baseline, for Association the one that
    /// the association's owner gave it.
    pub severity: String,
    /// The status. Only an item that is `NON_COMPLIANT` explains anything.
    pub status: String,
    /// The time of the execution (`ExecutionSummary.ExecutionTime`).
    pub execution_time: Option<Timestamp>,
    /// The id of the execution (`ExecutionSummary.ExecutionId`); empty for associations.
    pub execution_id: String,
    /// Who ran it (`ExecutionSummary.ExecutionType`): `Command`, `PatchPolicy`, or empty.
    pub execution_type: String,
    /// What else AWS tells of the item (`Details`). Which keys there are depends on the type.
    pub details: BTreeMap<String, String>,
}

impl SummaryRow {
    /// Says whether the status is `NON_COMPLIANT`.
    pub fn is_noncompliant(&self) -> bool {
        Status::parse(&self.status) == Status::NonCompliant
    }
}

impl PatchRow {
    /// Returns how many patches are in the four states that always make an instance non-compliant.
    pub fn always_noncompliant(&self) -> i64 {
        let bad = self.counts[..PatchState::NONCOMPLIANT].iter().flatten();
        // AWS's own sample output has a count of -1, which stands for an unknown one.
        bad.map(|count| (*count).max(0)).sum()
    }
}

impl ItemRow {
    /// Says whether the status is `NON_COMPLIANT`.
    pub fn is_noncompliant(&self) -> bool {
        Status::parse(&self.status) == Status::NonCompliant
    }

    /// Returns one of the details; empty if AWS does not give it.
    pub fn detail(&self, key: &str) -> &str {
        self.details.get(key).map_or("", String::as_str)
    }

    /// Returns the document that an association runs: a name, or the ARN of a shared document.
    pub fn document(&self) -> &str {
        self.detail("DocumentName")
    }
}
