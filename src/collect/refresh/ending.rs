//! The end of each collector of a refresh.

use super::RefreshRun;
use crate::collect::details::Ending;
use crate::collect::source::{Source, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::{Attempt, Collected, Collector, DetailKind, Outcome};

impl<S: Source> RefreshRun<'_, S> {
    /// Ends a collector that reads a listing. `read` has the number of rows that were skipped.
    ///
    /// # Errors
    ///
    /// Returns the error of the reading, or a new one if the reading lost most of the fleet at once
    /// and is therefore not believed.
    pub(super) fn end_listing(
        &self,
        collector: Collector,
        read: SourceResult<usize>,
        data: impl FnOnce() -> Collected,
    ) -> SourceResult<()> {
        // The time is taken before `data` sorts the rows, which is no part of the attempt.
        let took = self.start.elapsed();
        match self.judged(read, data) {
            Ok((skipped, data)) => {
                self.succeed(collector, Attempt::succeeded(skipped as u64, took), data);
                Ok(())
            }
            Err(error) => {
                self.fail_listing(collector, error.clone());
                Err(error)
            }
        }
    }

    fn judged(
        &self,
        read: SourceResult<usize>,
        data: impl FnOnce() -> Collected,
    ) -> SourceResult<(usize, Collected)> {
        let skipped = read?;
        let data = data();
        // This is done now rather than when the data is taken in, at the end of the refresh: the
        // details that follow must know whether the listing holds.
        match self.target().judge(&data) {
            Ok(()) => Ok((skipped, data)),
            Err(loss) => Err(SourceError::sudden_loss(loss)),
        }
    }

    fn succeed(&self, collector: Collector, attempt: Attempt, data: Collected) {
        let outcome = Outcome {
            collector,
            attempt,
            data: Some(data),
        };
        self.end(outcome, None);
    }

    fn fail_listing(&self, collector: Collector, error: SourceError) {
        let outcome = Outcome::failed(collector, error.reason, self.start.elapsed());
        self.end(outcome, Some(error));
    }

    pub(super) fn end(&self, outcome: Outcome, error: Option<SourceError>) {
        locked(&self.ended).insert(outcome.collector);
        (self.done)(outcome, error);
    }

    /// Ends the collectors that have not ended yet.
    pub(super) fn give_up(&self) {
        for collector in self.unfinished() {
            match detail_of(collector) {
                // Details that were read are complete in themselves, so they are kept.
                Some(kind) => self.end_details(kind, Ending::GivenUp),
                None => self.fail_listing(collector, SourceError::stuck()),
            }
        }
    }

    fn unfinished(&self) -> Vec<Collector> {
        let ended = locked(&self.ended);
        self.context
            .selection
            .collectors()
            .filter(|collector| !ended.contains(collector))
            .collect()
    }
}

fn detail_of(collector: Collector) -> Option<DetailKind> {
    DetailKind::ALL
        .into_iter()
        .find(|kind| kind.collector() == collector)
}
