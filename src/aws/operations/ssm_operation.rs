//! What the operations have in common: a name, a way to ask, and an answer in types of our own.
//!
//! Most operations answer with a page of a list. The others return one thing.

use std::error::Error;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures_util::future::BoxFuture;

use super::values::non_empty;
use crate::collect::{Page, PageRequest};
use crate::model::Operation;

/// The SDK's answer to an attempt under way.
///
/// Boxed, because the SDK's futures are large, and nested so deeply that the compiler would give up
/// on whether a refresh is `Send`.
pub(in crate::aws) type PendingAnswer<T, E> =
    BoxFuture<'static, Result<T, SdkError<E, HttpResponse>>>;

/// An operation with all that it asks for.
pub(in crate::aws) trait SsmOperation: Send + Sync {
    /// The operation's name, its limits and its rank in the queue.
    const OPERATION: Operation;
    /// The SDK's answer.
    type Output;
    /// The SDK's error.
    type Error: ProvideErrorMetadata + Error + 'static;
    /// Our own form of the answer.
    type Answer;

    /// How many resources are asked for by id.
    fn id_count(&self) -> usize;

    /// Whether it asks for a page after the first.
    fn has_token(&self) -> bool {
        false
    }

    /// Sends one attempt.
    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error>;

    /// What the answer says; `None` if it lacks what was asked for.
    fn answer(output: Self::Output) -> Option<Self::Answer>;
}

/// An operation that lists, with all that it asks for except the page.
pub(in crate::aws) trait ListOperation: Send + Sync {
    /// The operation's name, its limits and its rank in the queue.
    const OPERATION: Operation;
    /// The SDK's answer.
    type Output;
    /// The SDK's error.
    type Error: ProvideErrorMetadata + Error + 'static;
    /// Our own form of a row.
    type Row;

    /// How many resources are asked for by id.
    fn id_count(&self) -> usize {
        0
    }

    /// Sends one attempt to read `page`.
    fn send(&self, client: &Client, page: &PageRequest)
    -> PendingAnswer<Self::Output, Self::Error>;

    /// The rows of an answer.
    fn page(output: Self::Output) -> Page<Self::Row>;
}

/// One page of an operation that lists.
pub(in crate::aws) struct PageOf<'a, O> {
    pub(in crate::aws) listing: O,
    pub(in crate::aws) page: &'a PageRequest,
}

impl<O: ListOperation> SsmOperation for PageOf<'_, O> {
    const OPERATION: Operation = O::OPERATION;
    type Output = O::Output;
    type Error = O::Error;
    type Answer = Page<O::Row>;

    fn id_count(&self) -> usize {
        self.listing.id_count()
    }

    fn has_token(&self) -> bool {
        self.page.token.is_some()
    }

    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error> {
        self.listing.send(client, self.page)
    }

    fn answer(output: Self::Output) -> Option<Self::Answer> {
        // That a page lacks its list is for its reader to judge.
        Some(O::page(output))
    }
}

/// `MaxResults` for a page, within the limits of the operation.
pub(super) fn max_results(operation: Operation, page: &PageRequest) -> i32 {
    // AWS refuses a page of fewer rows than the operation's minimum.
    let rows = page.max_results.max(operation.min_page_rows());
    i32::try_from(rows).unwrap_or(i32::MAX)
}

/// Turns the SDK's rows into ours. `row` returns `None` for a row without its id.
pub(in crate::aws) fn page_of<S, R>(
    listed: Option<Vec<S>>,
    next_token: Option<String>,
    row: fn(S) -> Option<R>,
) -> Page<R> {
    let listed_count = count(listed.as_ref());
    let rows = listed.map(|listed| listed.into_iter().filter_map(row).collect());
    Page {
        skipped: listed_count - count(rows.as_ref()),
        rows,
        // AWS ends some listings with an empty token instead of none.
        next: non_empty(next_token),
    }
}

fn count<T>(list: Option<&Vec<T>>) -> usize {
    list.map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::operation::describe_instance_information::DescribeInstanceInformationOutput;
    use aws_sdk_ssm::operation::list_compliance_items::ListComplianceItemsOutput;
    use aws_sdk_ssm::types::InstanceInformation;

    use super::*;
    use crate::aws::operations::{DescribeInstanceInformation, ListComplianceItems};

    #[test]
    fn a_row_without_its_id_is_counted_and_an_empty_token_is_the_end() {
        let row = |id: &str| InstanceInformation::builder().instance_id(id).build();
        let output = DescribeInstanceInformationOutput::builder()
            .instance_information_list(row("i-1"))
            .instance_information_list(row(""))
            .instance_information_list(InstanceInformation::builder().build())
            .next_token("")
            .build();
        let page = DescribeInstanceInformation::page(output);
        assert_eq!(
            (page.rows.map(|rows| rows.len()), page.skipped, page.next),
            (Some(1), 2, None)
        );
    }

    #[test]
    fn an_absent_list_is_not_an_empty_one() {
        let absent = ListComplianceItemsOutput::builder()
            .next_token("more")
            .build();
        let page = ListComplianceItems::page(absent);
        assert_eq!(
            (page.rows, page.skipped, page.next.as_deref()),
            (None, 0, Some("more"))
        );
        let empty = ListComplianceItemsOutput::builder()
            .set_compliance_items(Some(Vec::new()))
            .build();
        assert_eq!(ListComplianceItems::page(empty).rows, Some(Vec::new()));
    }
}
