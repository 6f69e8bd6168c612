//! `ListComplianceSummaries`: how many resources are compliant, per compliance type.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_compliance_summaries::{
    ListComplianceSummariesError, ListComplianceSummariesOutput,
};
use aws_sdk_ssm::types::ComplianceSummaryItem;

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::non_empty;
use crate::collect::{Page, PageRequest};
use crate::model::{Operation, TotalsRow};

/// Lists the totals of every compliance type.
pub(in crate::aws) struct ListComplianceSummaries;

impl ListOperation for ListComplianceSummaries {
    const OPERATION: Operation = Operation::ListComplianceSummaries;
    type Output = ListComplianceSummariesOutput;
    type Error = ListComplianceSummariesError;
    type Row = TotalsRow;

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .list_compliance_summaries()
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<TotalsRow> {
        page_of(output.compliance_summary_items, output.next_token, totals)
    }
}

fn totals(from: ComplianceSummaryItem) -> Option<TotalsRow> {
    let compliant = from.compliant_summary;
    let noncompliant = from.non_compliant_summary;
    Some(TotalsRow {
        compliance_type: non_empty(from.compliance_type)?,
        // A summary that AWS leaves out has nothing to count.
        compliant: compliant.map_or(0, |summary| i64::from(summary.compliant_count)),
        noncompliant: noncompliant.map_or(0, |summary| i64::from(summary.non_compliant_count)),
    })
}
