//! The rows of the simulated account as plain data, with AWS's member names in snake case. The same
//! types are written to the wire, and handed to tests as the truth that an exporter's page is
//! compared with.

use std::collections::BTreeMap;

use serde::Serialize;

/// Everything one target (account and region) answers with, at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetTruth {
    /// `DescribeInstanceInformation`, in listing order.
    pub instances: Vec<Instance>,
    /// `ListResourceComplianceSummaries`, in listing order, unlisted resources included.
    pub summaries: Vec<Summary>,
    /// `ListComplianceSummaries`: counts of resources.
    pub totals: Vec<Total>,
    /// `DescribeInstancePatchStates`, unlisted resources included.
    pub patch_states: Vec<PatchState>,
    /// `DescribePatchBaselines`.
    pub baselines: Vec<Baseline>,
    /// `ListAssociations`.
    pub associations: Vec<Association>,
    /// `ListComplianceItems` of every resource, compliant or not.
    pub items: Vec<Item>,
    /// `DescribeInstancePatches` of every resource.
    pub patches: Vec<Patch>,
    /// `DescribeInstanceAssociationsStatus` of every listed instance.
    pub instance_associations: Vec<InstanceAssociation>,
}

/// Everything about one resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceTruth {
    /// Absent for a stopped or terminated instance.
    pub instance: Option<Instance>,
    /// One per compliance type.
    pub summaries: Vec<Summary>,
    /// Absent if `AWS-RunPatchBaseline` never ran.
    pub patch_state: Option<PatchState>,
    /// Of all compliance types.
    pub items: Vec<Item>,
    /// As `DescribeInstancePatches` lists them.
    pub patches: Vec<Patch>,
    /// As `DescribeInstanceAssociationsStatus` lists them.
    pub instance_associations: Vec<InstanceAssociation>,
}

/// A row of `DescribeInstanceInformation`. Times are seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's InstanceInformation")]
pub struct Instance {
    pub instance_id: String,
    pub ping_status: String,
    pub last_ping_date_time: f64,
    pub agent_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_latest_version: Option<bool>,
    pub platform_type: String,
    pub platform_name: String,
    pub platform_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_date: Option<f64>,
    pub resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "IPAddress")]
    pub ip_address: String,
    pub computer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_association_execution_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_successful_association_execution_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_overview: Option<AssociationOverview>,
    pub source_id: String,
    pub source_type: String,
}

/// How the associations of one instance fare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's InstanceAggregatedAssociationOverview"
)]
pub struct AssociationOverview {
    pub detailed_status: String,
    pub instance_association_status_aggregated_count: BTreeMap<String, i32>,
}

/// When and by what a compliance type was last reported.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's ComplianceExecutionSummary"
)]
pub struct ExecutionSummary {
    pub execution_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_type: Option<String>,
}

/// Counts by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's SeveritySummary")]
pub struct SeveritySummary {
    pub critical_count: i32,
    pub high_count: i32,
    pub medium_count: i32,
    pub low_count: i32,
    pub informational_count: i32,
    pub unspecified_count: i32,
}

/// The compliant part of a summary or a total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's CompliantSummary")]
pub struct CompliantSummary {
    pub compliant_count: i32,
    pub severity_summary: SeveritySummary,
}

/// The non-compliant part of a summary or a total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's NonCompliantSummary")]
pub struct NonCompliantSummary {
    pub non_compliant_count: i32,
    pub severity_summary: SeveritySummary,
}

/// A row of `ListResourceComplianceSummaries`: counts of items.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's ResourceComplianceSummaryItem"
)]
pub struct Summary {
    pub compliance_type: String,
    pub resource_type: String,
    pub resource_id: String,
    pub status: String,
    pub overall_severity: String,
    pub execution_summary: ExecutionSummary,
    pub compliant_summary: CompliantSummary,
    pub non_compliant_summary: NonCompliantSummary,
}

/// A row of `ListComplianceSummaries`: counts of resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's ComplianceSummaryItem")]
pub struct Total {
    pub compliance_type: String,
    pub compliant_summary: CompliantSummary,
    pub non_compliant_summary: NonCompliantSummary,
}

/// A row of `DescribeInstancePatchStates`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's InstancePatchState")]
pub struct PatchState {
    pub instance_id: String,
    pub patch_group: String,
    pub baseline_id: String,
    pub snapshot_id: String,
    pub installed_count: i32,
    pub installed_other_count: i32,
    pub installed_pending_reboot_count: i32,
    pub installed_rejected_count: i32,
    pub missing_count: i32,
    pub failed_count: i32,
    pub unreported_not_applicable_count: i32,
    pub not_applicable_count: i32,
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

/// A row of `ListAssociations`. `name` is the document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Association")]
pub struct Association {
    pub name: String,
    pub association_id: String,
    pub association_version: String,
    pub document_version: String,
    pub targets: Vec<AssociationTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_execution_date: Option<f64>,
    pub overview: Overview,
    pub schedule_expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_name: Option<String>,
}

/// What an association applies to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Target")]
pub struct AssociationTarget {
    pub key: String,
    pub values: Vec<String>,
}

/// How the instances of one association fare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's AssociationOverview")]
pub struct Overview {
    pub status: String,
    pub detailed_status: String,
    pub association_status_aggregated_count: BTreeMap<String, i32>,
}

/// A row of `ListComplianceItems`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's ComplianceItem")]
pub struct Item {
    pub compliance_type: String,
    pub resource_type: String,
    pub resource_id: String,
    pub id: String,
    pub title: String,
    pub status: String,
    pub severity: String,
    pub execution_summary: ExecutionSummary,
    pub details: BTreeMap<String, String>,
}

/// A row of `DescribeInstancePatches`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's PatchComplianceData")]
pub struct Patch {
    /// Not part of the row on the wire.
    #[serde(skip)]
    pub instance_id: String,
    pub title: String,
    #[serde(rename = "KBId")]
    pub kb_id: String,
    pub classification: String,
    pub severity: String,
    pub state: String,
    pub installed_time: f64,
    #[serde(rename = "CVEIds", skip_serializing_if = "Option::is_none")]
    pub cve_ids: Option<String>,
}

/// A row of `DescribeInstanceAssociationsStatus`. `name` is the document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's InstanceAssociationStatusInfo"
)]
pub struct InstanceAssociation {
    pub association_id: String,
    pub name: String,
    pub document_version: String,
    pub association_version: String,
    pub instance_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_date: Option<f64>,
    pub status: String,
    pub detailed_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_name: Option<String>,
}
