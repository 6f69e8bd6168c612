//! The seam to AWS, in our own types: one method per call, one page or batch per answer.
//!
//! Whoever implements [`Source`] hides the SDK, credentials, the request ceiling and retries.
//! Whoever calls it decides which calls a refresh needs, pages by hand and keeps what came.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    AssociationRow, BaselineRow, FailureReason, InstanceRow, ItemRow, PatchRow, SuddenLoss,
    SummaryRow, TotalsRow,
};

/// The most rows, or ids, that one call may ask for.
///
/// AWS documents up to 100 for some of these operations and refuses more than 50 for at least one
/// of them.
pub const MAX_PAGE_ROWS: usize = 50;

/// Which page of a listing to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// `NextToken` of the page before; `None` for the first page.
    pub token: Option<String>,
    /// `MaxResults`. An operation that does not take so few is asked for the fewest that it takes.
    pub max_results: usize,
}

impl PageRequest {
    /// The first page, as large as AWS makes them.
    pub const FIRST: Self = Self {
        token: None,
        max_results: MAX_PAGE_ROWS,
    };
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows; a page may be empty and yet have a `next`. `None` where the answer has no list at
    /// all, which is not the same as an empty one.
    pub rows: Option<Vec<T>>,
    /// Rows that AWS sent without the id that makes them one.
    pub skipped: usize,
    /// The token of the page after; `None` at the end (AWS's empty token is the end, too).
    pub next: Option<String>,
}

/// Which compliance types a chain of summaries reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeFilter {
    /// All of them, for want of knowing their names.
    All,
    /// These, at most 20 (AWS's limit for the values of a filter).
    Named(Vec<String>),
}

impl TypeFilter {
    /// AWS's limit for the values of one filter.
    pub const MAX_NAMES: usize = 20;
}

/// What could a smaller question do about an error?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureScope {
    /// Nothing: the call failed, whatever it asked for.
    Call,
    /// Something in the ids asked for, or in the rows answered: half of them may well pass.
    Content,
    /// AWS does not know the resource (any more).
    Gone,
    /// AWS does not take the page token, although it gave it: the listing has to begin again.
    Token,
}

/// A call that failed for good: retries, where they make sense, are behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// For the label `reason`.
    pub reason: FailureReason,
    /// What asking for less would do.
    pub scope: FailureScope,
    /// One line for the log: AWS's code and message. Never holds a secret.
    pub detail: String,
    /// AWS's id of the request that failed, which its support asks for; of the last attempt, if AWS
    /// answered it.
    pub request_id: Option<String>,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.detail)
    }
}

impl std::error::Error for SourceError {}

/// What a [`Source`] answers.
pub type SourceResult<T> = Result<T, SourceError>;

/// AWS Systems Manager of one target, as the collectors see it.
///
/// Dropping a future gives the call up.
pub trait Source: Send + Sync + 'static {
    /// Makes credentials ready for a refresh and says whose they are: the account id of 12 digits.
    /// Asks STS at most once.
    fn begin(&self) -> impl Future<Output = SourceResult<String>> + Send;

    /// How long no call at all may finish before a refresh is stuck: as many attempts as a call may
    /// take, and the longest time AWS asked us to wait.
    fn patience(&self) -> Duration;

    /// `DescribeInstanceInformation`
    fn instances(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<InstanceRow>>> + Send;

    /// `ListResourceComplianceSummaries`
    fn summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<SummaryRow>>> + Send;

    /// `ListComplianceSummaries`
    fn totals(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<TotalsRow>>> + Send;

    /// `DescribeInstancePatchStates` of at most [`MAX_PAGE_ROWS`] instances. AWS leaves out those it has no
    /// patch state for.
    fn patch_states(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<PatchRow>>> + Send;

    /// `DescribePatchBaselines`
    fn baselines(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<BaselineRow>>> + Send;

    /// `ListAssociations`
    fn associations(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<AssociationRow>>> + Send;

    /// `ListComplianceItems`: the non-compliant items of type Association of one instance.
    fn items(
        &self,
        id: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<ItemRow>>> + Send;
}

impl SourceError {
    /// A listing that lost most of a fleet at once, and is not believed before it is read again.
    pub(super) fn sudden_loss(loss: SuddenLoss) -> Self {
        let SuddenLoss { known, missing } = loss;
        let detail = format!(
            "the listing lacks {missing} of {known} that the last one had; it is believed if the next refresh reads the same"
        );
        Self::new(FailureReason::BadResponse, FailureScope::Call, detail)
    }

    /// A failure that AWS gave no request id to.
    pub fn new(reason: FailureReason, scope: FailureScope, detail: impl Into<String>) -> Self {
        Self {
            reason,
            scope,
            detail: detail.into(),
            request_id: None,
        }
    }

    /// Nothing answers any more.
    pub(super) fn stuck() -> Self {
        Self::new(
            FailureReason::Timeout,
            FailureScope::Call,
            "no call finished for as long as all its attempts may take",
        )
    }
}
