//! The rows of the compliance operations: summaries, totals and items.

use std::collections::BTreeMap;

use serde::Serialize;

/// When a compliance type was last reported, and by which kind of execution.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's ComplianceExecutionSummary"
)]
pub struct ExecutionSummary {
    /// For associations this is the time of the upload, and not that of the run.
    pub execution_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_type: Option<String>,
}

/// Items or resources, counted by severity.
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

/// A row of `ListResourceComplianceSummaries`. It counts items.
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
    /// This is the worst severity among the items that are non-compliant.
    pub overall_severity: String,
    pub execution_summary: ExecutionSummary,
    pub compliant_summary: CompliantSummary,
    pub non_compliant_summary: NonCompliantSummary,
}

/// A row of `ListComplianceSummaries`. It counts resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's ComplianceSummaryItem")]
pub struct Total {
    pub compliance_type: String,
    pub compliant_summary: CompliantSummary,
    pub non_compliant_summary: NonCompliantSummary,
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
    /// The keys depend on the compliance type. Values are text, also where they are times or counts.
    pub details: BTreeMap<String, String>,
}
