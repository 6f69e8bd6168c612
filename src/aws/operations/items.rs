//! `ListComplianceItems`: what one resource does not comply with.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_compliance_items::{
    ListComplianceItemsError, ListComplianceItemsOutput,
};
use aws_sdk_ssm::types::{ComplianceItem, ComplianceStringFilter};

use super::execution::execution;
use super::filters::equal;
use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, word};
use crate::collect::{Page, PageRequest, TypeFilter};
use crate::model::{ItemRow, Operation};

/// Lists the non-compliant items of some compliance types of the resource with this id.
pub(in crate::aws) struct ListComplianceItems<'a> {
    pub(in crate::aws) id: &'a str,
    pub(in crate::aws) types: &'a TypeFilter,
}

impl ListOperation for ListComplianceItems<'_> {
    const OPERATION: Operation = Operation::ListComplianceItems;
    type Output = ListComplianceItemsOutput;
    type Error = ListComplianceItemsError;
    type Row = ItemRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .list_compliance_items()
            .resource_ids(self.id)
            // Compliance calls every instance a ManagedInstance, including those of EC2.
            .resource_types("ManagedInstance")
            .set_filters(Some(filters(self.types)))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<ItemRow> {
        page_of(output.compliance_items, output.next_token, item)
    }
}

/// The filters of a request, of which an item has to pass all.
fn filters(types: &TypeFilter) -> Vec<ComplianceStringFilter> {
    let noncompliant = equal("Status", &["NON_COMPLIANT"]);
    match types {
        TypeFilter::All => vec![noncompliant],
        // An instance may have thousands of items of a type that nobody asks about.
        TypeFilter::Named(names) => vec![equal("ComplianceType", names), noncompliant],
    }
}

fn item(from: ComplianceItem) -> Option<ItemRow> {
    let execution = execution(from.execution_summary);
    Some(ItemRow {
        compliance_type: from.compliance_type.unwrap_or_default(),
        id: non_empty(from.id)?,
        title: from.title.unwrap_or_default(),
        severity: word(from.severity.as_ref()),
        status: word(from.status.as_ref()),
        execution_time: execution.time,
        execution_id: execution.id,
        execution_type: execution.kind,
        details: from.details.into_iter().flatten().collect(),
    })
}
