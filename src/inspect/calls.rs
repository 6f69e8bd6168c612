//! Makes the calls of one target, and tells an observer of each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::purpose::Purpose;
use super::source::InspectionSource;
use crate::collect::{
    AbsentList, FailureScope, Listing, Page, PageRequest, SourceError, SourceResult, absent_list,
    read_pages,
};
use crate::explain::{Read, ReadFailure, TargetName};
use crate::model::Operation;

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedCall<'a> {
    /// The target that was asked.
    pub target: &'a TargetName,
    /// The operation.
    pub operation: Operation,
    /// What the call was made for, in a few words.
    pub purpose: &'static str,
    /// How long it took, with all retries and the waiting for the request ceiling.
    pub took: Duration,
    /// Why it failed, if it did.
    pub failure: Option<&'a SourceError>,
}

/// Is told of each call when it has ended.
pub trait CallObserver: Send + Sync + 'static {
    /// A call has ended.
    fn ended(&self, call: &EndedCall<'_>);
}

/// The calls of one target.
pub(super) struct Calls<S> {
    pub(super) source: Arc<S>,
    pub(super) target: TargetName,
    pub(super) observer: Arc<dyn CallObserver>,
}

impl<S: InspectionSource> Calls<S> {
    /// Makes one call.
    pub(super) async fn one<T: Send>(
        &self,
        purpose: Purpose,
        call: impl Future<Output = SourceResult<T>> + Send,
    ) -> SourceResult<T> {
        let start = Instant::now();
        let answer = call.await;
        self.observer.ended(&EndedCall {
            target: &self.target,
            operation: purpose.operation,
            purpose: purpose.text,
            took: start.elapsed(),
            failure: answer.as_ref().err(),
        });
        answer
    }

    /// Reads a listing to its end.
    pub(super) async fn rows<T, F>(
        &self,
        purpose: Purpose,
        fetch: impl Fn(PageRequest) -> F + Send,
    ) -> SourceResult<Vec<T>>
    where
        T: Send,
        F: Future<Output = SourceResult<Page<T>>> + Send,
    {
        let mut rows = Vec::new();
        self.each_page(purpose, fetch, |page| rows.extend(page))
            .await?;
        Ok(rows)
    }

    /// Reads a listing to its end, and hands its rows on as they come.
    pub(super) async fn each_page<T, F>(
        &self,
        purpose: Purpose,
        fetch: impl Fn(PageRequest) -> F + Send,
        take: impl FnMut(Vec<T>) + Send,
    ) -> SourceResult<()>
    where
        T: Send,
        F: Future<Output = SourceResult<Page<T>>> + Send,
    {
        let listing = Listing {
            operation: purpose.operation,
            // What an answer without its list says is nothing, and nothing may not look like good
            // news.
            absent_list: AbsentList::IsFailure,
        };
        let noted = |request| self.one(purpose, fetch(request));
        read_pages(listing, noted, take).await?;
        Ok(())
    }

    /// Reads the first page of a listing only.
    pub(super) async fn first_rows<T, F>(
        &self,
        purpose: Purpose,
        fetch: impl Fn(PageRequest) -> F + Send,
    ) -> SourceResult<Vec<T>>
    where
        T: Send,
        F: Future<Output = SourceResult<Page<T>>> + Send,
    {
        let page = self.one(purpose, fetch(PageRequest::FIRST)).await?;
        page.rows.ok_or_else(absent_list)
    }
}

/// What an explanation may know from an answer.
pub(super) fn known<T>(operation: Operation, answer: SourceResult<T>) -> Read<T> {
    match answer {
        Ok(value) => Read::Done(value),
        Err(error) => failed(operation, error),
    }
}

/// The same for something that AWS may not know any more, or has never known.
pub(super) fn known_if_any<T>(
    operation: Operation,
    answer: SourceResult<Option<T>>,
) -> Read<Option<T>> {
    match answer {
        Err(error) if error.scope == FailureScope::Gone => Read::Done(None),
        answer => known(operation, answer),
    }
}

/// The same for a list that is empty where AWS does not know what it would be about.
pub(super) fn known_or_empty<T>(
    operation: Operation,
    answer: SourceResult<Vec<T>>,
) -> Read<Vec<T>> {
    match answer {
        Err(error) if error.scope == FailureScope::Gone => Read::Done(Vec::new()),
        answer => known(operation, answer),
    }
}

fn failed<T>(operation: Operation, error: SourceError) -> Read<T> {
    Read::Failed(ReadFailure {
        operation,
        reason: error.reason,
        detail: error.detail,
    })
}
