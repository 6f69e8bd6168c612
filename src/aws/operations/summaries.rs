//! `ListResourceComplianceSummaries`: one summary per resource and compliance type.

use std::sync::Arc;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_resource_compliance_summaries::{
    ListResourceComplianceSummariesError, ListResourceComplianceSummariesOutput,
};
use aws_sdk_ssm::types::{
    ComplianceStringFilter, CompliantSummary, NonCompliantSummary, ResourceComplianceSummaryItem,
    SeveritySummary,
};

use super::execution::execution;
use super::filters::equal;
use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, word};
use crate::collect::{Page, PageRequest, TypeFilter};
use crate::model::{ItemCounts, Operation, Severity, SummaryRow};

/// Lists the summaries of some compliance types, of one resource or of all.
pub(in crate::aws) struct ListResourceComplianceSummaries<'a> {
    pub(in crate::aws) types: &'a TypeFilter,
    pub(in crate::aws) of: SummariesOf<'a>,
}

/// Whose summaries are listed.
#[derive(Clone, Copy)]
pub(in crate::aws) enum SummariesOf<'a> {
    /// Those of all resources.
    All,
    /// Those of the resources that are non-compliant.
    Noncompliant,
    /// Those of the resources with these ids.
    Resources(&'a [Arc<str>]),
}

impl ListOperation for ListResourceComplianceSummaries<'_> {
    const OPERATION: Operation = Operation::ListResourceComplianceSummaries;
    type Output = ListResourceComplianceSummariesOutput;
    type Error = ListResourceComplianceSummariesError;
    type Row = SummaryRow;

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .list_resource_compliance_summaries()
            .set_filters(self.filters())
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<SummaryRow> {
        page_of(
            output.resource_compliance_summary_items,
            output.next_token,
            summary,
        )
    }
}

impl ListResourceComplianceSummaries<'_> {
    fn filters(&self) -> Option<Vec<ComplianceStringFilter>> {
        let filters: Vec<_> = self
            .type_filter()
            .into_iter()
            .chain(self.of.filter())
            .collect();
        // AWS refuses an empty list of filters.
        (!filters.is_empty()).then_some(filters)
    }

    fn type_filter(&self) -> Option<ComplianceStringFilter> {
        match self.types {
            // Without a filter AWS lists every type.
            TypeFilter::All => None,
            TypeFilter::Named(names) => Some(equal("ComplianceType", names)),
        }
    }
}

impl SummariesOf<'_> {
    fn filter(self) -> Option<ComplianceStringFilter> {
        match self {
            Self::All => None,
            Self::Noncompliant => Some(equal("Status", &["NON_COMPLIANT"])),
            Self::Resources(ids) => Some(equal("InstanceId", ids)),
        }
    }
}

fn summary(from: ResourceComplianceSummaryItem) -> Option<SummaryRow> {
    let execution = execution(from.execution_summary);
    Some(SummaryRow {
        resource_id: non_empty(from.resource_id)?,
        compliance_type: non_empty(from.compliance_type)?,
        status: word(from.status.as_ref()),
        execution_time: execution.time,
        execution_id: execution.id,
        execution_type: execution.kind,
        compliant: compliant_counts(from.compliant_summary),
        noncompliant: noncompliant_counts(from.non_compliant_summary),
    })
}

fn compliant_counts(summary: Option<CompliantSummary>) -> ItemCounts {
    match summary {
        Some(all) => item_counts(all.compliant_count, all.severity_summary.as_ref()),
        None => ItemCounts::default(),
    }
}

fn noncompliant_counts(summary: Option<NonCompliantSummary>) -> ItemCounts {
    match summary {
        Some(all) => item_counts(all.non_compliant_count, all.severity_summary.as_ref()),
        None => ItemCounts::default(),
    }
}

fn item_counts(total: i32, breakdown: Option<&SeveritySummary>) -> ItemCounts {
    let by_severity = Severity::ALL.map(|severity| match breakdown {
        Some(breakdown) => count_of(severity, breakdown),
        None => count_without_breakdown(severity, total),
    });
    ItemCounts {
        total: i64::from(total),
        by_severity: by_severity.map(i64::from),
    }
}

/// Without a breakdown all items count as of unspecified severity, which is what AWS's own patch
/// baselines give them.
fn count_without_breakdown(severity: Severity, total: i32) -> i32 {
    if severity == Severity::Unspecified {
        total
    } else {
        0
    }
}

const fn count_of(severity: Severity, breakdown: &SeveritySummary) -> i32 {
    match severity {
        Severity::Critical => breakdown.critical_count,
        Severity::High => breakdown.high_count,
        Severity::Medium => breakdown.medium_count,
        Severity::Low => breakdown.low_count,
        Severity::Informational => breakdown.informational_count,
        Severity::Unspecified => breakdown.unspecified_count,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::{ComplianceExecutionSummary, ComplianceStatus};
    use aws_smithy_types::DateTime;

    use super::*;

    #[test]
    fn a_summary_without_breakdown_counts_as_unspecified() {
        let breakdown = SeveritySummary::builder()
            .critical_count(2)
            .unspecified_count(1)
            .build();
        let execution = ComplianceExecutionSummary::builder()
            .execution_time(DateTime::from_secs(0))
            .build()
            .expect("a time");
        let from = ResourceComplianceSummaryItem::builder()
            .resource_id("i-1")
            .compliance_type("Patch")
            .status(ComplianceStatus::NonCompliant)
            .execution_summary(execution)
            .compliant_summary(CompliantSummary::builder().compliant_count(7).build())
            .non_compliant_summary(
                NonCompliantSummary::builder()
                    .non_compliant_count(3)
                    .severity_summary(breakdown)
                    .build(),
            )
            .build();
        let row = summary(from).expect("it has its ids");
        assert_eq!(
            row.compliant,
            ItemCounts {
                total: 7,
                by_severity: [0, 0, 0, 0, 0, 7]
            }
        );
        assert_eq!(
            row.noncompliant,
            ItemCounts {
                total: 3,
                by_severity: [2, 0, 0, 0, 0, 1]
            }
        );
        assert_eq!(
            (row.status.as_str(), row.execution_time),
            ("NON_COMPLIANT", None)
        );
    }
}
