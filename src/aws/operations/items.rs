//! `ListComplianceItems`: the associations that one instance does not comply with.

use std::collections::HashMap;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_compliance_items::{
    ListComplianceItemsError, ListComplianceItemsOutput,
};
use aws_sdk_ssm::types::{ComplianceItem, ComplianceStringFilter};

use super::filters::equal;
use super::ssm_operation::{PendingAnswer, SsmOperation, max_results, page_of};
use super::values::{non_empty, word};
use crate::collect::{Page, PageRequest};
use crate::model::{ItemRow, Operation};

/// Lists the non-compliant items of type Association of the instance with this id.
pub(in crate::aws) struct ListComplianceItems<'a> {
    pub(in crate::aws) id: &'a str,
}

impl SsmOperation for ListComplianceItems<'_> {
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
            .set_filters(Some(filters()))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<ItemRow> {
        page_of(output.compliance_items, output.next_token, item)
    }
}

/// The filters of a request, of which an item has to pass all.
fn filters() -> Vec<ComplianceStringFilter> {
    vec![
        // Patches have items as well, and an instance may have thousands of them.
        equal("ComplianceType", &["Association"]),
        equal("Status", &["NON_COMPLIANT"]),
    ]
}

fn item(from: ComplianceItem) -> Option<ItemRow> {
    Some(ItemRow {
        id: non_empty(from.id)?,
        document: document(from.details).unwrap_or_default(),
        severity: word(from.severity.as_ref()),
        status: word(from.status.as_ref()),
    })
}

/// The document that an association runs.
fn document(details: Option<HashMap<String, String>>) -> Option<String> {
    // Which details there are depends on the compliance type; only associations have this one.
    details?.remove("DocumentName")
}
