//! The details of a refresh.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::mpsc::UnboundedReceiver;

use super::RefreshRun;
use crate::collect::details::{DetailCalls, Ending};
use crate::collect::resources::DueReceivers;
use crate::collect::source::{Source, SourceError};
use crate::model::{Collector, Coverage, DetailKind};

/// The views that could not be read, now or at any time before, so that nobody knows which
/// instances they would have named.
struct LostViews {
    listing: Option<SourceError>,
    summaries: SourceError,
}

impl LostViews {
    /// Returns the error of the lost view that names the instances of one kind of detail.
    fn of(&self, kind: DetailKind) -> Option<&SourceError> {
        match kind.coverage() {
            Coverage::OnlyNoncompliant => Some(&self.summaries),
            Coverage::EveryInstance => self.listing.as_ref(),
        }
    }
}

impl<S: Source> RefreshRun<'_, S> {
    /// Reads the details of every kind, side by side, as instances come due for them.
    pub(super) async fn read_all_details(&self, due: DueReceivers) {
        let kinds = DetailKind::ALL.into_iter().zip(due);
        join_all(kinds.map(|(kind, due)| self.read_details(kind, due))).await;
    }

    async fn read_details(&self, kind: DetailKind, due: UnboundedReceiver<Arc<str>>) {
        let collector = kind.collector();
        if self.context.selection.has(collector) {
            let calls = self.detail_calls(collector);
            self.details.of(kind).run(due, &calls).await;
            self.end_details(kind, Ending::Complete);
        }
    }

    fn detail_calls(&self, collector: Collector) -> DetailCalls<'_, S> {
        DetailCalls {
            source: self.context.source,
            interner: &self.interner,
            progress: self.context.progress,
            absent_list: self.absent_list(collector),
        }
    }

    pub(super) fn end_details(&self, kind: DetailKind, ending: Ending) {
        let (outcome, error) = self.details.of(kind).finish(ending);
        self.end(outcome, error);
    }

    /// Fails the details whose instances cannot be named, because the views that name them are
    /// lost.
    pub(super) fn owe_unknown(&self, listing: Option<SourceError>, summaries: Option<SourceError>) {
        let Some(lost) = self.lost_views(listing, summaries) else {
            return;
        };
        for kind in DetailKind::ALL {
            if let Some(error) = lost.of(kind) {
                self.details.of(kind).owe_unknown(error.clone());
            }
        }
    }

    fn lost_views(
        &self,
        listing: Option<SourceError>,
        summaries: Option<SourceError>,
    ) -> Option<LostViews> {
        let target = self.target();
        // A view from an earlier refresh stands in for one that failed now. And as long as there
        // are summaries, a lost listing matters to nobody: every resource then counts as listed.
        let summaries = summaries.filter(|_| !target.has(Collector::Compliance))?;
        let listing = listing.filter(|_| !target.has(Collector::Instances));
        Some(LostViews { listing, summaries })
    }
}
