//! `ListAssociations`: the State Manager associations of a target.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_associations::{ListAssociationsError, ListAssociationsOutput};
use aws_sdk_ssm::types::{Association, AssociationOverview};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, status_counts};
use crate::collect::{Page, PageRequest};
use crate::model::{AssociationRow, Operation};

/// Lists all associations.
pub(in crate::aws) struct ListAssociations;

impl ListOperation for ListAssociations {
    const OPERATION: Operation = Operation::ListAssociations;
    type Output = ListAssociationsOutput;
    type Error = ListAssociationsError;
    type Row = AssociationRow;

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .list_associations()
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<AssociationRow> {
        page_of(output.associations, output.next_token, association)
    }
}

fn association(from: Association) -> Option<AssociationRow> {
    Some(AssociationRow {
        id: non_empty(from.association_id)?,
        name: from.association_name.unwrap_or_default(),
        // What AWS calls the name of an association is that of its document.
        document: from.name.unwrap_or_default(),
        counts: instance_counts(from.overview),
    })
}

/// The instances of an association, per status.
fn instance_counts(overview: Option<AssociationOverview>) -> Vec<(String, i64)> {
    let counts = overview.and_then(|all| all.association_status_aggregated_count);
    status_counts(counts)
}
