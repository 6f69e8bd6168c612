//! The details of a refresh.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::RefreshRun;
use crate::collect::details::{DetailCalls, DetailReader, DetailReading, Ending};
use crate::collect::source::{Source, SourceError};
use crate::locks::locked;
use crate::model::{Collector, Coverage, DetailKind, Outcome};

impl<S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> RefreshRun<'_, S, D> {
    /// Reads the details of one kind, as instances come due for them.
    pub(super) async fn read_details<T: DetailReader>(
        &self,
        reading: &DetailReading<T>,
        due: UnboundedReceiver<Arc<str>>,
    ) {
        let collector = T::KIND.collector();
        if !self.context.selection.has(collector) {
            return;
        }
        let calls = DetailCalls {
            source: self.context.source,
            interner: &self.interner,
            progress: self.context.progress,
            absent_list: self.absent_list(collector),
        };
        reading.run(due, &calls).await;
        self.end_details(T::KIND, Ending::Complete);
    }

    pub(super) fn end_details(&self, kind: DetailKind, ending: Ending) {
        let (outcome, error) = self.details.of(kind).finish(ending);
        self.end(outcome, error);
    }

    /// Fails the details that have lost the views which name their instances, unless older readings
    /// stand in for those.
    pub(super) fn owe_unknown(&self, listing: Option<SourceError>, summaries: Option<SourceError>) {
        let target = locked(self.context.target);
        let Some(summaries) = summaries.filter(|_| !target.has(Collector::Compliance)) else {
            return;
        };
        let listing = listing.filter(|_| !target.has(Collector::Instances));
        for kind in DetailKind::ALL {
            let lost_view = match kind.coverage() {
                Coverage::OnlyNoncompliant => Some(&summaries),
                Coverage::EveryInstance => listing.as_ref(),
            };
            if let Some(error) = lost_view {
                self.details.of(kind).owe_unknown(error.clone());
            }
        }
    }
}
