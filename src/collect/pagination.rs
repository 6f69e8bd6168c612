//! Reading a listing to its end, page by page.
//!
//! By hand, because a paginator that meets a token for the second time takes it for the end, and
//! what was not read would look as if it were not there. No single odd answer costs the listing: a
//! page that cannot be read is asked for in halves, and a listing whose token AWS refuses, although
//! AWS gave it, is begun again.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use tracing::debug;

use super::source::{FailureScope, MAX_PAGE_ROWS, Page, PageRequest, SourceError, SourceResult};
use crate::model::{FailureReason, Operation};

/// The most pages of a listing of instances or their summaries: half a million rows are more than
/// any account has, and an end for a listing that has none.
const MAX_FLEET_PAGES: usize = 10_000;
/// The same for what does not grow with the fleet; AWS allows 2,000 associations. All rows are kept
/// until the end.
const MAX_SETTINGS_PAGES: usize = 1_000;
/// The same for the details of one batch or instance, of which many are read at once.
const MAX_DETAIL_PAGES: usize = 100;

/// How often a listing is begun again in one refresh. AWS refuses a few in a thousand of the tokens
/// that it has just given (boto3 issue 2358), and mostly takes the same token when it is asked once
/// more.
const MAX_RESTARTS: usize = 3;

/// What an answer without its list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AbsentList {
    /// Nothing was known before, so it may be AWS's way to write an empty list.
    IsEmpty,
    /// It says nothing about what there is.
    IsFailure,
}

/// One listing: what is asked, and what bounds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    pub(super) operation: Operation,
    pub(super) absent_list: AbsentList,
}

/// A listing on its way to the last page.
struct Walk {
    listing: Listing,
    request: PageRequest,
    /// Hashes of the tokens met since the listing was begun.
    tokens: HashSet<u64>,
    hasher: RandomState,
    skipped: usize,
    has_rows: bool,
    restarts: usize,
    is_assumed_empty: bool,
    /// Answers without a list so far.
    absences: usize,
    /// How often in a row the token has been refused.
    refusals: usize,
    is_complete: bool,
}

/// A listing that was read to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Complete {
    /// How many rows could not be read.
    pub(super) skipped: usize,
    /// AWS sent no list, and that was taken for an empty one.
    pub(super) is_assumed_empty: bool,
}

/// Calls `fetch` for each page and `take` with its rows.
///
/// A listing that is begun again gives some rows a second time: whoever takes them knows them by
/// their ids.
///
/// # Errors
/// The first failure that asking again does not mend; a token that comes a second time; more pages
/// than such a listing can have. What `take` has got by then is not the whole listing.
pub(super) async fn read<T, F>(
    listing: Listing,
    fetch: impl Fn(PageRequest) -> F,
    mut take: impl FnMut(Vec<T>),
) -> SourceResult<Complete>
where
    F: Future<Output = SourceResult<Page<T>>>,
{
    let mut walk = Walk::new(listing);
    for _ in 0..listing.max_pages() {
        let answer = fetch(walk.request.clone()).await;
        take(walk.step(answer)?);
        if walk.is_complete {
            return Ok(Complete {
                skipped: walk.skipped,
                is_assumed_empty: walk.is_assumed_empty,
            });
        }
    }
    Err(unusable("the listing does not end"))
}

// === impl AbsentList ===

impl AbsentList {
    /// What it means where something was known before, or nothing was.
    pub(super) fn when(anything_known: bool) -> Self {
        if anything_known {
            Self::IsFailure
        } else {
            Self::IsEmpty
        }
    }
}

// === impl Listing ===

impl Listing {
    fn max_pages(self) -> usize {
        match self.operation {
            Operation::DescribeInstanceInformation | Operation::ListResourceComplianceSummaries => {
                MAX_FLEET_PAGES
            }
            Operation::ListComplianceSummaries
            | Operation::DescribePatchBaselines
            | Operation::ListAssociations => MAX_SETTINGS_PAGES,
            Operation::DescribeInstancePatchStates | Operation::ListComplianceItems => {
                MAX_DETAIL_PAGES
            }
        }
    }

    /// The smallest page to ask for. Details are not halved here: a batch of ids is, by whoever
    /// made it, and one instance that cannot be read costs no more than itself.
    fn min_page_rows(self) -> usize {
        if self.operation.is_listing() {
            self.operation.min_page_rows()
        } else {
            MAX_PAGE_ROWS
        }
    }
}

// === impl Walk ===

impl Walk {
    fn new(listing: Listing) -> Self {
        Self {
            listing,
            request: PageRequest::FIRST,
            tokens: HashSet::new(),
            hasher: RandomState::new(),
            skipped: 0,
            has_rows: false,
            restarts: 0,
            is_assumed_empty: false,
            absences: 0,
            refusals: 0,
            is_complete: false,
        }
    }

    /// Takes an answer. Gives its rows, or none if the page has to be asked for again.
    fn step<T>(&mut self, answer: SourceResult<Page<T>>) -> SourceResult<Vec<T>> {
        match answer.and_then(|page| self.rows(page)) {
            Ok((rows, next)) => {
                self.has_rows |= !rows.is_empty();
                self.go_on(next)?;
                Ok(rows)
            }
            Err(error) => {
                self.ask_again(error)?;
                Ok(Vec::new())
            }
        }
    }

    /// The rows of a page and the token of the next one.
    fn rows<T>(&mut self, page: Page<T>) -> SourceResult<(Vec<T>, Option<String>)> {
        let rows = match page.rows {
            Some(rows) => rows,
            None if self.may_be_empty() => Vec::new(),
            None => return Err(absent_list()),
        };
        self.skipped += page.skipped;
        Ok((rows, page.next))
    }

    /// Whether an answer without a list may be taken for an empty one. A listing is asked once
    /// more: one odd answer is no evidence.
    fn may_be_empty(&mut self) -> bool {
        self.absences += 1;
        let is_confirmed = self.absences > 1 || !self.listing.operation.is_listing();
        self.is_assumed_empty =
            self.listing.absent_list == AbsentList::IsEmpty && !self.has_rows && is_confirmed;
        self.is_assumed_empty
    }

    fn go_on(&mut self, next: Option<String>) -> SourceResult<()> {
        let Some(next) = next else {
            self.is_complete = true;
            return Ok(());
        };
        if !self.tokens.insert(self.hasher.hash_one(&next)) {
            return Err(unusable("the listing repeats a page token"));
        }
        self.refusals = 0;
        // A page that was made smaller for the sake of one row grows again.
        let larger = self.request.max_results.saturating_mul(2);
        self.request = PageRequest {
            token: Some(next),
            max_results: larger.min(MAX_PAGE_ROWS),
        };
        Ok(())
    }

    /// Decides what to ask for after a failure.
    fn ask_again(&mut self, error: SourceError) -> SourceResult<()> {
        let is_later_page = self.request.token.is_some();
        let may_be_smaller = self.request.max_results > self.listing.min_page_rows();
        match error.scope {
            FailureScope::Content if may_be_smaller => self.halve_page(&error),
            // AWS mostly takes a token that it has refused when it is asked once more.
            FailureScope::Token if is_later_page && self.refusals == 0 => self.refusals = 1,
            FailureScope::Token if is_later_page && self.restarts < MAX_RESTARTS => {
                self.begin_again(&error);
            }
            _ => return Err(error),
        }
        Ok(())
    }

    fn halve_page(&mut self, error: &SourceError) {
        let operation = self.listing.operation.as_str();
        debug!(operation, %error, "asking for a smaller page");
        let half = self.request.max_results / 2;
        self.request.max_results = half.max(self.listing.min_page_rows());
    }

    fn begin_again(&mut self, error: &SourceError) {
        let operation = self.listing.operation.as_str();
        debug!(operation, %error, "beginning the listing again");
        self.restarts += 1;
        self.refusals = 0;
        self.tokens.clear();
        self.request.token = None;
    }
}

/// An answer that may as well not have come.
pub(super) fn absent_list() -> SourceError {
    let detail = "the answer lacks its list, which is not the same as an empty one".to_owned();
    SourceError::new(FailureReason::BadResponse, FailureScope::Content, detail)
}

fn unusable(detail: &str) -> SourceError {
    SourceError::new(
        FailureReason::BadResponse,
        FailureScope::Call,
        detail.to_owned(),
    )
}
