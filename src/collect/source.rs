//! The boundary to AWS in types of our own, with one method per operation.
//!
//! An implementation of [`Source`] hides the SDK, the credentials, the request rate and the
//! retries. Its caller decides which calls a refresh needs, asks for page after page, and keeps
//! what comes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    AssociationRow, BaselineRow, FailureReason, InstanceRow, ItemRow, Operation, PatchRow,
    SuddenLoss, SummaryRow, TagKeys, TagRow, TotalsRow,
};

/// The largest number of rows, or of ids, that one call may ask for.
// AWS's model allows up to 100 for some of these operations, but the service has been seen to
// refuse more than 50 for at least one of them.
pub const MAX_PAGE_ROWS: usize = 50;

/// Says which page of a listing to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The `NextToken` of the page before, or `None` for the first page.
    pub token: Option<String>,
    /// The `MaxResults` to ask for. If the operation does not accept so few, the smallest number
    /// that it accepts is used.
    pub max_results: usize,
}

impl PageRequest {
    /// Asks for the first page, with as many rows as AWS allows.
    pub const FIRST: Self = Self {
        token: None,
        max_results: MAX_PAGE_ROWS,
    };

    /// Asks for the first page of an operation, with as many rows as a page may have.
    pub const fn first_of(operation: Operation) -> Self {
        Self {
            token: None,
            max_results: operation.max_page_rows(),
        }
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows, or `None` if the answer has no list at all, which is not the same as an empty one.
    /// A page may be empty and still have a `next`.
    pub rows: Option<Vec<T>>,
    /// The number of rows that AWS sent without an id, so that nobody knows what they are about.
    pub skipped: usize,
    /// The token of the next page, or `None` at the end.
    // AWS ends some listings with an empty token. A source turns that into `None`.
    pub next: Option<String>,
}

/// The compliance types that a listing of summaries or items reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeFilter {
    /// All types are read, because their names are not known, or because all are wanted.
    All,
    /// These types are read, at most [`TypeFilter::MAX_NAMES`].
    Named(Vec<String>),
}

impl TypeFilter {
    /// The number of values that AWS allows in one filter.
    pub const MAX_NAMES: usize = 20;
}

/// Says what a call has failed for, and so whether a smaller call may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureScope {
    /// The call failed whatever it asked for.
    Call,
    /// The call failed because of one of the ids asked for, or of one of the rows in the answer.
    /// Half of them may well succeed.
    // The SDK rejects a whole page if a single row in it lacks a required value or has one that it
    // cannot read.
    Content,
    /// AWS does not know the resource, or does not know it any more.
    Gone,
    /// AWS does not accept the page token, although AWS has given it.
    Token,
}

/// The error of a call that failed for good, after any retries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// The reason, for the label `reason`.
    pub reason: FailureReason,
    /// What the call has failed for.
    pub scope: FailureScope,
    /// One line for the log, with AWS's code and message. It never holds a secret.
    pub detail: String,
    /// AWS's id of the last attempt, if AWS answered it. AWS's support asks for it.
    pub request_id: Option<String>,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.detail)
    }
}

impl std::error::Error for SourceError {}

/// The result of a call to a [`Source`].
pub type SourceResult<T> = Result<T, SourceError>;

/// AWS Systems Manager of one target, and the tags of its instances, as the collectors see them.
///
/// A call is given up by dropping its future.
pub trait Source: Send + Sync + 'static {
    /// Prepares the credentials for a refresh, and returns the id of the account that they belong
    /// to, which has 12 digits. Asks STS at most once.
    fn begin(&self) -> impl Future<Output = SourceResult<String>> + Send;

    /// Returns how long no call at all may end before a refresh is stuck: the time that all
    /// attempts of a call may take, and the longest time that AWS has asked to wait.
    // A fixed limit would give up a refresh that does nothing but wait, as AWS has told it to.
    fn patience(&self) -> Duration;

    /// Calls `DescribeInstanceInformation`.
    fn instances(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<InstanceRow>>> + Send;

    /// Calls `ListResourceComplianceSummaries`.
    fn summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<SummaryRow>>> + Send;

    /// Calls `ListComplianceSummaries`.
    fn totals(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<TotalsRow>>> + Send;

    /// Calls `DescribeInstancePatchStates` for at most [`MAX_PAGE_ROWS`] instances. AWS leaves out
    /// those that it has no patch state for.
    fn patch_states(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<PatchRow>>> + Send;

    /// Calls `DescribePatchBaselines`.
    fn baselines(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<BaselineRow>>> + Send;

    /// Calls `ListAssociations`.
    fn associations(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<AssociationRow>>> + Send;

    /// Calls `ListComplianceItems` for the non-compliant items of some types of one resource.
    fn items(
        &self,
        id: &str,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<ItemRow>>> + Send;

    /// Calls `GetResources` of the Resource Groups Tagging API for the instances that have or had
    /// tags. Some of them may have none of these keys.
    fn tags(
        &self,
        keys: &TagKeys,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<TagRow>>> + Send;
}

impl SourceError {
    /// Creates the error of a listing that lacks most of a fleet, and that is not believed before
    /// a second reading confirms it.
    pub(crate) fn sudden_loss(loss: SuddenLoss) -> Self {
        let SuddenLoss { known, missing } = loss;
        let detail = format!(
            "the listing lacks {missing} of {known} that the last one had; it is believed if the next refresh reads the same"
        );
        Self::new(FailureReason::BadResponse, FailureScope::Call, detail)
    }

    /// Creates an error without a request id.
    pub fn new(reason: FailureReason, scope: FailureScope, detail: impl Into<String>) -> Self {
        Self {
            reason,
            scope,
            detail: detail.into(),
            request_id: None,
        }
    }

    /// Creates the error of a refresh in which nothing answers any more.
    pub(super) fn stuck() -> Self {
        Self::new(
            FailureReason::Timeout,
            FailureScope::Call,
            "no call finished for as long as all its attempts may take",
        )
    }
}
