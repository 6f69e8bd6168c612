//! `DescribeInstanceAssociationsStatus`: how the associations of one instance fare.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_instance_associations_status::{
    DescribeInstanceAssociationsStatusError, DescribeInstanceAssociationsStatusOutput,
};
use aws_sdk_ssm::types::{InstanceAssociationOutputUrl, InstanceAssociationStatusInfo};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp};
use crate::collect::{Page, PageRequest};
use crate::explain::AssociationStatusRow;
use crate::model::Operation;

/// Lists the associations of the instance with this id.
pub(in crate::aws) struct DescribeInstanceAssociationsStatus<'a> {
    pub(in crate::aws) id: &'a str,
}

impl ListOperation for DescribeInstanceAssociationsStatus<'_> {
    const OPERATION: Operation = Operation::DescribeInstanceAssociationsStatus;
    type Output = DescribeInstanceAssociationsStatusOutput;
    type Error = DescribeInstanceAssociationsStatusError;
    type Row = AssociationStatusRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_instance_associations_status()
            .instance_id(self.id)
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<AssociationStatusRow> {
        page_of(
            output.instance_association_status_infos,
            output.next_token,
            status,
        )
    }
}

fn status(from: InstanceAssociationStatusInfo) -> Option<AssociationStatusRow> {
    Some(AssociationStatusRow {
        association_id: non_empty(from.association_id)?,
        association_name: from.association_name.unwrap_or_default(),
        // What AWS calls the name of an association is that of its document.
        document: from.name.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        detailed_status: from.detailed_status.unwrap_or_default(),
        error_code: from.error_code.unwrap_or_default(),
        execution_summary: from.execution_summary.unwrap_or_default(),
        executed: from.execution_date.and_then(timestamp),
        output_url: output_url(from.output_url),
    })
}

fn output_url(from: Option<InstanceAssociationOutputUrl>) -> String {
    let url = from.and_then(|url| url.s3_output_url?.output_url);
    url.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::S3OutputUrl;

    use super::*;

    #[test]
    fn an_association_that_never_ran_has_no_time() {
        let from = InstanceAssociationStatusInfo::builder()
            .association_id("0")
            .name("AWS-GatherSoftwareInventory")
            .status("Pending")
            .detailed_status("Associated")
            .build();
        let row = status(from).expect("it has an id");
        assert_eq!(row.document, "AWS-GatherSoftwareInventory");
        assert_eq!((row.executed, row.output_url.as_str()), (None, ""));
    }

    #[test]
    fn the_address_of_the_output_is_found() {
        let s3 = S3OutputUrl::builder()
            .output_url("https://bucket/key")
            .build();
        let url = InstanceAssociationOutputUrl::builder()
            .s3_output_url(s3)
            .build();
        assert_eq!(output_url(Some(url)), "https://bucket/key");
    }
}
