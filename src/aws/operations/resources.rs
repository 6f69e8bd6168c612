//! `GetResources` of the Resource Groups Tagging API: the tags of EC2 instances and managed instances.

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::operation::get_resources::{
    GetResourcesError, GetResourcesOutput,
};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, Tag, TagFilter};

use super::ssm_operation::{PendingAnswer, max_results, page_of};
use super::values::non_empty;
use crate::collect::{Page, PageRequest};
use crate::model::{Operation, TagKeys, TagRow, last_segment};

/// What SSM manages: EC2 instances, and machines with a hybrid activation.
const RESOURCE_TYPES: [&str; 2] = ["ec2:instance", "ssm:managed-instance"];

/// Lists the resources that have or had tags.
pub(in crate::aws) struct GetResources<'a> {
    pub(in crate::aws) keys: &'a TagKeys,
}

impl GetResources<'_> {
    /// Sends one attempt to read `page`.
    pub(in crate::aws) fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<GetResourcesOutput, GetResourcesError> {
        let request = client
            .get_resources()
            .set_resource_type_filters(Some(RESOURCE_TYPES.map(str::to_owned).into()))
            .set_tag_filters(self.filters())
            .resources_per_page(max_results(Operation::GetResources, page))
            .set_pagination_token(page.token.clone());
        Box::pin(request.send())
    }

    /// A filter if there is one key, and none if there are several.
    // AWS returns what satisfies all filters, so filters for several keys would leave out instances
    // that lack one of the tags. One listing per key would return a machine once for each of its
    // tags, while one listing without a filter returns each machine once.
    fn filters(&self) -> Option<Vec<TagFilter>> {
        let filter = TagFilter::builder().key(self.keys.only()?).build();
        Some(vec![filter])
    }

    /// The rows of an answer.
    pub(in crate::aws) fn page(output: GetResourcesOutput) -> Page<TagRow> {
        page_of(
            output.resource_tag_mapping_list,
            output.pagination_token,
            tag_row,
        )
    }
}

fn tag_row(from: ResourceTagMapping) -> Option<TagRow> {
    let arn = non_empty(from.resource_arn)?;
    // `arn:aws:ec2:REGION:ACCOUNT:instance/i-...`, or `...:managed-instance/mi-...` for SSM.
    let id = last_segment(&arn);
    (!id.is_empty()).then(|| TagRow {
        resource_id: id.to_owned(),
        tags: from.tags.unwrap_or_default().into_iter().map(tag).collect(),
    })
}

fn tag(from: Tag) -> (String, String) {
    (from.key, from.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(arn: &str) -> ResourceTagMapping {
        let tag = Tag::builder().key("Team").value("shop");
        ResourceTagMapping::builder()
            .resource_arn(arn)
            .tags(tag.build().expect("it has a key and a value"))
            .build()
    }

    #[test]
    fn an_instance_is_the_end_of_its_arn_and_one_without_an_arn_is_counted() {
        let output = GetResourcesOutput::builder()
            .resource_tag_mapping_list(resource("arn:aws:ec2:eu-west-1:111122223333:instance/i-1"))
            .resource_tag_mapping_list(resource(
                "arn:aws-cn:ssm:cn-north-1:111122223333:managed-instance/mi-1",
            ))
            .resource_tag_mapping_list(ResourceTagMapping::builder().build())
            .pagination_token("")
            .build();
        let page = GetResources::page(output);
        let rows = page.rows.expect("a list");
        let ids: Vec<&str> = rows.iter().map(|row| row.resource_id.as_str()).collect();
        assert_eq!(
            (ids, page.skipped, page.next),
            (vec!["i-1", "mi-1"], 1, None)
        );
        assert_eq!(rows[0].tags, [("Team".to_owned(), "shop".to_owned())]);
    }

    #[test]
    fn one_key_is_a_filter_and_several_are_none_because_filters_are_joined_by_and() {
        let filters = |keys: &[&str]| {
            let keys = TagKeys::new(keys.iter().copied());
            GetResources { keys: &keys }
                .filters()
                .map(|filters| filters.len())
        };
        assert_eq!(filters(&["Team"]), Some(1));
        assert_eq!(filters(&["Team", "Name"]), None);
    }
}
