//! Reads a listing to its end, page by page.
//!
//! The SDK's paginators are not used, because they take a token that comes a second time for the
//! end of the listing. What was not read would then look as if it did not exist. Here, such a
//! listing fails. No single odd answer fails it, though: a page that cannot be read is asked for in
//! halves, and a listing whose token AWS refuses, although AWS has given it, is begun again.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use tracing::debug;

use super::source::{FailureScope, MAX_PAGE_ROWS, Page, PageRequest, SourceError, SourceResult};
use crate::model::{FailureReason, Operation};

// These limits put an end to a listing that has none of its own.

/// The largest number of pages of a listing of instances or of their summaries. Half a million rows
/// are more than any account has.
const MAX_FLEET_PAGES: usize = 10_000;
/// The largest number of pages of a listing that does not grow with the fleet.
// AWS allows 2,000 associations, which are 40 pages. All rows are held in memory until the end.
const MAX_SETTINGS_PAGES: usize = 1_000;
/// The largest number of pages for the details of one batch or instance, many of which are read at
/// once.
const MAX_DETAIL_PAGES: usize = 100;

/// How often a listing is begun again in one refresh.
// AWS refuses a few in a thousand of the tokens that it has just given (boto3 issue 2358), and
// mostly accepts the same token when it is asked once more.
const MAX_RESTARTS: usize = 3;

/// What an answer without its list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AbsentList {
    /// It may be AWS's way to write an empty list, because nothing was known before.
    IsEmpty,
    /// It says nothing about what exists.
    IsFailure,
}

/// The listing that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing {
    pub(crate) operation: Operation,
    pub(crate) absent_list: AbsentList,
}

/// A listing on its way to the last page.
struct Walk {
    listing: Listing,
    request: PageRequest,
    /// Hashes of the tokens that have come since the listing was begun.
    // Tokens may be long, and a listing may have thousands of them.
    tokens: HashSet<u64>,
    hasher: RandomState,
    skipped: usize,
    has_rows: bool,
    restarts: usize,
    is_assumed_empty: bool,
    /// The number of answers without a list so far.
    absences: usize,
    /// How often in a row the token has been refused.
    refusals: usize,
    is_complete: bool,
}

/// A listing that was read to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complete {
    /// The number of rows that could not be read.
    pub(crate) skipped: usize,
    /// Whether AWS sent no list, and that was taken for an empty one.
    pub(crate) is_assumed_empty: bool,
}

/// Calls `fetch` for each page, and `take` with the rows of each page.
///
/// A listing that is begun again delivers some rows a second time, so `take` must recognise rows by
/// their ids.
///
/// # Errors
///
/// Returns the first failure that asking again does not mend. It also fails if a token comes a
/// second time, or if there are more pages than such a listing can have. What `take` has received
/// by then is not the whole listing.
pub(crate) async fn read<T, F>(
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
            return Ok(walk.complete());
        }
    }
    Err(unusable("the listing does not end"))
}

// === impl AbsentList ===

impl AbsentList {
    /// Decides what an absent list means, given whether anything is known to exist or to have
    /// existed.
    pub(crate) fn when(anything_known: bool) -> Self {
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
            Operation::DescribeInstanceInformation
            | Operation::ListResourceComplianceSummaries
            | Operation::DescribeAssociationExecutionTargets
            | Operation::GetResources => MAX_FLEET_PAGES,
            Operation::ListComplianceSummaries
            | Operation::DescribePatchBaselines
            | Operation::ListAssociations
            | Operation::ListAccounts
            | Operation::ListAccountsForParent
            | Operation::ListOrganizationalUnitsForParent => MAX_SETTINGS_PAGES,
            _ => MAX_DETAIL_PAGES,
        }
    }

    /// Returns the size of the smallest page to ask for.
    fn min_page_rows(self) -> usize {
        // A page of details is never halved. The batch of ids that it answers is halved instead,
        // and a single instance that cannot be read fails nothing but itself.
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
            request: PageRequest::first_of(listing.operation),
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

    fn complete(&self) -> Complete {
        Complete {
            skipped: self.skipped,
            is_assumed_empty: self.is_assumed_empty,
        }
    }

    /// Takes an answer. Returns its rows, or no rows if the page has to be asked for again.
    fn step<T>(&mut self, answer: SourceResult<Page<T>>) -> SourceResult<Vec<T>> {
        match answer.and_then(|page| self.rows(page)) {
            // An empty page is not the end: AWS sends empty pages with a token in the middle of a
            // listing (aws-cli issue 2626).
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

    /// Returns the rows of a page and the token of the next page.
    fn rows<T>(&mut self, page: Page<T>) -> SourceResult<(Vec<T>, Option<String>)> {
        let rows = match page.rows {
            Some(rows) => rows,
            None if self.may_be_empty() => Vec::new(),
            None => return Err(absent_list()),
        };
        self.skipped += page.skipped;
        Ok((rows, page.next))
    }

    /// Says whether an answer without a list may be taken for an empty one.
    fn may_be_empty(&mut self) -> bool {
        self.absences += 1;
        // One odd answer is no evidence, so a listing is asked for once more. Details are not:
        // there are too many of them to ask twice, and a wrong answer affects a few instances only.
        let is_confirmed = self.absences > 1 || !self.listing.operation.is_listing();
        self.is_assumed_empty =
            self.listing.absent_list == AbsentList::IsEmpty && !self.has_rows && is_confirmed;
        self.is_assumed_empty
    }

    /// Moves on to the page of this token, or to the end if there is none.
    fn go_on(&mut self, next: Option<String>) -> SourceResult<()> {
        let Some(next) = next else {
            self.is_complete = true;
            return Ok(());
        };
        if !self.tokens.insert(self.hasher.hash_one(&next)) {
            return Err(unusable("the listing repeats a page token"));
        }
        self.refusals = 0;
        self.request = PageRequest {
            token: Some(next),
            max_results: self.next_page_rows(),
        };
        Ok(())
    }

    fn next_page_rows(&self) -> usize {
        // A page that was made smaller because of one bad row grows again. Otherwise the rest of
        // the listing would take ten times as many calls.
        let larger = self.request.max_results.saturating_mul(2);
        larger.min(self.listing.operation.max_page_rows())
    }

    /// Decides what to ask for after a failure.
    fn ask_again(&mut self, error: SourceError) -> SourceResult<()> {
        match error.scope {
            FailureScope::Content if self.may_be_smaller() => self.halve_page(&error),
            FailureScope::Token if self.has_token() && self.refusals == 0 => self.refusals = 1,
            FailureScope::Token if self.has_token() && self.restarts < MAX_RESTARTS => {
                self.begin_again(&error);
            }
            _ => return Err(error),
        }
        Ok(())
    }

    fn may_be_smaller(&self) -> bool {
        self.request.max_results > self.listing.min_page_rows()
    }

    fn has_token(&self) -> bool {
        self.request.token.is_some()
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
        // AWS may give the same tokens again, and that is no loop.
        self.tokens.clear();
        self.request.token = None;
    }
}

/// Creates the error for an answer without its list.
pub(crate) fn absent_list() -> SourceError {
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
