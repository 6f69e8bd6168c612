//! The rows of Patch Manager: patch states, patches and patch baselines.

use serde::Serialize;

/// A row of `DescribeInstancePatchStates`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's InstancePatchState")]
pub struct PatchState {
    pub instance_id: String,
    /// AWS sends an empty text for nodes without a patch group, although the service model asks for
    /// at least one letter.
    pub patch_group: String,
    /// Baselines that AWS provides are named by their id or by their ARN.
    pub baseline_id: String,
    pub snapshot_id: String,
    pub installed_count: i32,
    pub installed_other_count: i32,
    pub installed_pending_reboot_count: i32,
    pub installed_rejected_count: i32,
    pub missing_count: i32,
    pub failed_count: i32,
    /// AWS sends -1 where it does not know this count, so sums over a fleet go wrong.
    pub unreported_not_applicable_count: i32,
    pub not_applicable_count: i32,
    /// Only nodes that run Windows have this count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_security_update_count: Option<i32>,
    pub operation_start_time: f64,
    pub operation_end_time: f64,
    pub operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_no_reboot_install_operation_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reboot_option: Option<String>,
    pub critical_non_compliant_count: i32,
    pub security_non_compliant_count: i32,
    pub other_non_compliant_count: i32,
}

/// A row of `DescribeInstancePatches`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's PatchComplianceData")]
pub struct Patch {
    /// The instance that was asked about. AWS does not repeat it in the row.
    #[serde(skip)]
    pub instance_id: String,
    pub title: String,
    #[serde(rename = "KBId")]
    pub kb_id: String,
    pub classification: String,
    pub severity: String,
    /// AWS writes `InstalledOther` here, where its service model has `INSTALLED_OTHER`.
    pub state: String,
    /// This is 0 for patches that are not installed, and year 1 where Windows does not know the
    /// time.
    pub installed_time: f64,
    #[serde(rename = "CVEIds", skip_serializing_if = "Option::is_none")]
    pub cve_ids: Option<String>,
}

/// A row of `DescribePatchBaselines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's PatchBaselineIdentity")]
pub struct Baseline {
    pub baseline_id: String,
    pub baseline_name: String,
    pub operating_system: String,
    pub baseline_description: String,
    pub default_baseline: bool,
}
