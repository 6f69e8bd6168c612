//! `DescribeAssociationExecutionTargets`: how instances fared in one execution of an association.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_association_execution_targets::{
    DescribeAssociationExecutionTargetsError, DescribeAssociationExecutionTargetsOutput,
};
use aws_sdk_ssm::types::{
    AssociationExecutionTarget, AssociationExecutionTargetsFilter,
    AssociationExecutionTargetsFilterKey, OutputSource,
};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp};
use crate::collect::{Page, PageRequest};
use crate::explain::ExecutionTargetRow;
use crate::inspect::{ExecutionOf, OnInstance, TargetsOf};
use crate::model::Operation;

/// Lists some of the instances of an execution.
pub(in crate::aws) struct DescribeAssociationExecutionTargets<'a> {
    pub(in crate::aws) execution: ExecutionOf<'a>,
    pub(in crate::aws) targets: TargetsOf<'a>,
}

impl ListOperation for DescribeAssociationExecutionTargets<'_> {
    const OPERATION: Operation = Operation::DescribeAssociationExecutionTargets;
    type Output = DescribeAssociationExecutionTargetsOutput;
    type Error = DescribeAssociationExecutionTargetsError;
    type Row = OnInstance<ExecutionTargetRow>;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_association_execution_targets()
            .association_id(self.execution.association_id)
            .execution_id(self.execution.execution_id)
            .set_filters(Some(filter(self.targets)))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<OnInstance<ExecutionTargetRow>> {
        page_of(
            output.association_execution_targets,
            output.next_token,
            target,
        )
    }
}

fn filter(targets: TargetsOf<'_>) -> Vec<AssociationExecutionTargetsFilter> {
    let (key, value) = match targets {
        TargetsOf::Resource(id) => (AssociationExecutionTargetsFilterKey::ResourceId, id),
        TargetsOf::Status(status) => (AssociationExecutionTargetsFilterKey::Status, status),
    };
    let filter = AssociationExecutionTargetsFilter::builder()
        .key(key)
        .value(value)
        .build();
    // The SDK refuses a filter without its key or value, of which this one has both.
    filter.into_iter().collect()
}

fn target(from: AssociationExecutionTarget) -> Option<OnInstance<ExecutionTargetRow>> {
    Some(OnInstance {
        instance_id: non_empty(from.resource_id)?,
        row: ExecutionTargetRow {
            execution_id: from.execution_id.unwrap_or_default(),
            status: from.status.unwrap_or_default(),
            detailed_status: from.detailed_status.unwrap_or_default(),
            executed: from.last_execution_date.and_then(timestamp),
            command_id: command_id(from.output_source),
        },
    })
}

/// The command that did the work; empty if something else did, an automation for example.
fn command_id(from: Option<OutputSource>) -> String {
    let command = from.filter(|source| source.output_source_type() == Some("RunCommand"));
    let id = command.and_then(|source| source.output_source_id);
    id.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_output_of_a_command_is_that_of_a_command() {
        for (kind, expected) in [("RunCommand", "c-1"), ("Automation", "")] {
            let source = OutputSource::builder()
                .output_source_id("c-1")
                .output_source_type(kind)
                .build();
            let from = AssociationExecutionTarget::builder()
                .resource_id("i-1")
                .output_source(source)
                .build();
            let target = target(from).expect("it has an id");
            assert_eq!(target.row.command_id, expected);
        }
    }

    #[test]
    fn a_filter_is_by_resource_or_by_status() {
        let [filter] = &filter(TargetsOf::Resource("i-1"))[..] else {
            unreachable!("one filter");
        };
        assert_eq!(
            (filter.key().as_str(), filter.value()),
            ("ResourceId", "i-1")
        );
    }
}
