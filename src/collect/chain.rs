//! Reading a listing to its end, page by page.
//!
//! By hand, because a paginator that meets a token for the second time takes it for the end, and what was not read would
//! look as if it were not there.

use std::collections::HashSet;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};

use super::source::{Answer, Page, Scope, SourceError};
use crate::model::Reason;

/// Half a million rows: more than any account has, and an end for a listing that has none.
const MOST_PAGES: usize = 10_000;

/// Calls `fetch` for each page and `take` with its rows. Answers how many rows could not be read.
///
/// # Errors
/// The first failure of a call; a token that comes a second time; more than [`MOST_PAGES`] pages. What `take` has got by
/// then is not the whole listing.
pub(super) async fn read<T, F>(fetch: impl Fn(Option<String>) -> F, mut take: impl FnMut(Vec<T>)) -> Answer<usize>
where
    F: Future<Output = Answer<Page<T>>>,
{
    let (mut token, mut skipped) = (None, 0);
    let (mut seen, hasher) = (HashSet::new(), RandomState::new());
    for _ in 0..MOST_PAGES {
        let page = fetch(token).await?;
        skipped += page.skipped;
        take(page.rows);
        let Some(next) = page.next else { return Ok(skipped) };
        if !seen.insert(hasher.hash_one(&next)) {
            return Err(endless("the listing repeats a page token"));
        }
        token = Some(next);
    }
    Err(endless("the listing does not end"))
}

fn endless(detail: &str) -> SourceError {
    SourceError { reason: Reason::BadResponse, scope: Scope::Call, detail: detail.to_owned() }
}
