//! `DescribeInstanceInformation`: the managed instances of a target, or one of them.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_instance_information::{
    DescribeInstanceInformationError, DescribeInstanceInformationOutput,
};
use aws_sdk_ssm::types::{
    InstanceAggregatedAssociationOverview, InstanceInformation, InstanceInformationStringFilter,
};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, status_counts, timestamp, word};
use crate::collect::{Page, PageRequest};
use crate::model::{InstanceRow, Operation};

/// Lists all managed instances.
pub(in crate::aws) struct DescribeInstanceInformation;

impl ListOperation for DescribeInstanceInformation {
    const OPERATION: Operation = Operation::DescribeInstanceInformation;
    type Output = DescribeInstanceInformationOutput;
    type Error = DescribeInstanceInformationError;
    type Row = InstanceRow;

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_instance_information()
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<InstanceRow> {
        page_of(
            output.instance_information_list,
            output.next_token,
            instance,
        )
    }
}

/// Looks one managed instance up. AWS refuses the call if it does not list that instance.
pub(in crate::aws) struct DescribeInstanceInformationOf<'a> {
    pub(in crate::aws) id: &'a str,
}

impl ListOperation for DescribeInstanceInformationOf<'_> {
    const OPERATION: Operation = Operation::DescribeInstanceInformation;
    type Output = DescribeInstanceInformationOutput;
    type Error = DescribeInstanceInformationError;
    type Row = InstanceRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_instance_information()
            .set_filters(Some(id_filter(self.id)))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<InstanceRow> {
        DescribeInstanceInformation::page(output)
    }
}

fn id_filter(id: &str) -> Vec<InstanceInformationStringFilter> {
    let filter = InstanceInformationStringFilter::builder()
        .key("InstanceIds")
        .values(id)
        .build();
    // The SDK refuses a filter without its key or values, of which this one has both.
    filter.into_iter().collect()
}

fn instance(from: InstanceInformation) -> Option<InstanceRow> {
    // An id is what makes a row; everything else may be missing.
    Some(InstanceRow {
        id: non_empty(from.instance_id)?,
        name: from.name.unwrap_or_default(),
        computer_name: from.computer_name.unwrap_or_default(),
        ip_address: from.ip_address.unwrap_or_default(),
        resource_type: word(from.resource_type.as_ref()),
        platform_type: word(from.platform_type.as_ref()),
        platform_name: from.platform_name.unwrap_or_default(),
        platform_version: from.platform_version.unwrap_or_default(),
        agent_version: from.agent_version.unwrap_or_default(),
        agent_latest: from.is_latest_version,
        ping_status: word(from.ping_status.as_ref()),
        last_ping: from.last_ping_date_time.and_then(timestamp),
        association_status: from.association_status.unwrap_or_default(),
        association_counts: association_counts(from.association_overview),
        last_association_execution: from.last_association_execution_date.and_then(timestamp),
        last_association_success: from
            .last_successful_association_execution_date
            .and_then(timestamp),
        iam_role: from.iam_role.unwrap_or_default(),
        activation_id: from.activation_id.unwrap_or_default(),
    })
}

fn association_counts(
    overview: Option<InstanceAggregatedAssociationOverview>,
) -> Vec<(String, i64)> {
    let counts = overview.and_then(|all| all.instance_association_status_aggregated_count);
    status_counts(counts)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::PingStatus;

    use super::*;

    #[test]
    fn unknown_words_are_kept_as_they_come() {
        let from = InstanceInformation::builder()
            .instance_id("i-1")
            .ping_status(PingStatus::from("Asleep"))
            .build();
        let row = instance(from).expect("it has an id");
        assert_eq!(row.ping_status, "Asleep");
        assert_eq!(row.platform_type, "");
        assert_eq!(row.last_ping, None);
    }
}
