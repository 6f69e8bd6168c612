//! Reading a listing to its end, page by page.
//!
//! By hand, because a paginator that meets a token for the second time takes it for the end, and what was not read would
//! look as if it were not there.

use std::collections::HashSet;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};

use super::source::{Answer, Page, PageRequest, Scope, SourceError};
use crate::model::Reason;

/// The most pages of a listing of instances or their summaries: half a million rows are more than any account has, and an
/// end for a listing that has none.
pub(super) const OF_FLEET: usize = 10_000;
/// The same for what does not grow with the fleet; AWS allows 2,000 associations. All rows are kept until the end.
pub(super) const OF_SETTINGS: usize = 1_000;
/// The same for the details of one batch or instance, of which many are read at once.
pub(super) const OF_DETAILS: usize = 100;

/// Calls `fetch` for each page and `take` with its rows. Answers how many rows could not be read.
///
/// # Errors
/// The first failure of a call; a token that comes a second time; more than `most` pages. What `take` has got by
/// then is not the whole listing.
pub(super) async fn read<T, F>(
    most: usize,
    fetch: impl Fn(PageRequest) -> F,
    mut take: impl FnMut(Vec<T>),
) -> Answer<usize>
where
    F: Future<Output = Answer<Page<T>>>,
{
    let (mut request, mut skipped) = (PageRequest::FIRST, 0);
    let (mut seen, hasher) = (HashSet::new(), RandomState::new());
    for _ in 0..most {
        let page = fetch(request).await?;
        skipped += page.skipped;
        take(page.rows.unwrap_or_default());
        let Some(next) = page.next else { return Ok(skipped) };
        if !seen.insert(hasher.hash_one(&next)) {
            return Err(endless("the listing repeats a page token"));
        }
        request = PageRequest { token: Some(next), ..PageRequest::FIRST };
    }
    Err(endless("the listing does not end"))
}

fn endless(detail: &str) -> SourceError {
    SourceError::new(Reason::BadResponse, Scope::Call, detail)
}
