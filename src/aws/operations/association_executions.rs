//! `DescribeAssociationExecutions`: the history of one association.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_association_executions::{
    DescribeAssociationExecutionsError, DescribeAssociationExecutionsOutput,
};
use aws_sdk_ssm::types::AssociationExecution;

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp};
use crate::collect::{Page, PageRequest};
use crate::explain::AssociationExecutionRow;
use crate::model::Operation;

/// Lists the executions of the association with this id.
pub(in crate::aws) struct DescribeAssociationExecutions<'a> {
    pub(in crate::aws) association_id: &'a str,
}

impl ListOperation for DescribeAssociationExecutions<'_> {
    const OPERATION: Operation = Operation::DescribeAssociationExecutions;
    type Output = DescribeAssociationExecutionsOutput;
    type Error = DescribeAssociationExecutionsError;
    type Row = AssociationExecutionRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_association_executions()
            .association_id(self.association_id)
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<AssociationExecutionRow> {
        page_of(output.association_executions, output.next_token, execution)
    }
}

fn execution(from: AssociationExecution) -> Option<AssociationExecutionRow> {
    Some(AssociationExecutionRow {
        execution_id: non_empty(from.execution_id)?,
        status: from.status.unwrap_or_default(),
        detailed_status: from.detailed_status.unwrap_or_default(),
        created: from.created_time.and_then(timestamp),
    })
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::*;

    #[test]
    fn an_execution_has_its_time_to_the_millisecond() {
        let from = AssociationExecution::builder()
            .execution_id("1")
            .status("Failed")
            .created_time(DateTime::from_secs_f64(1_764_000_000.123))
            .build();
        let row = execution(from).expect("it has an id");
        let millis = row.created.map(crate::model::Timestamp::millis);
        assert_eq!(millis, Some(1_764_000_000_123));
        assert_eq!(execution(AssociationExecution::builder().build()), None);
    }
}
