//! How the collectors of a refresh end.

use super::RefreshRun;
use crate::collect::details::Ending;
use crate::collect::source::{Source, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::{Attempt, Collected, Collector, DetailKind, Outcome};

impl<S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> RefreshRun<'_, S, D> {
    /// Ends a collector that reads a listing. `read` is how many rows it skipped. What it has read
    /// is not believed if it lost most of the fleet at once.
    pub(super) fn end_listing(
        &self,
        collector: Collector,
        read: SourceResult<usize>,
        data: impl FnOnce() -> Collected,
    ) -> SourceResult<()> {
        // Before the rows are put in order, which is no part of the attempt.
        let took = self.start.elapsed();
        let believed = read.and_then(|skipped| Ok((skipped, self.believe(data())?)));
        match believed {
            Ok((skipped, data)) => {
                let outcome = Outcome {
                    collector,
                    attempt: Attempt::succeeded(skipped as u64, took),
                    data: Some(data),
                };
                self.end(outcome, None);
                Ok(())
            }
            Err(error) => {
                self.fail_listing(collector, error.clone());
                Err(error)
            }
        }
    }

    fn believe(&self, data: Collected) -> SourceResult<Collected> {
        match locked(self.context.target).judge(&data) {
            Ok(()) => Ok(data),
            Err(loss) => Err(SourceError::sudden_loss(loss)),
        }
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
        let ended = locked(&self.ended).clone();
        let unfinished = self
            .context
            .selection
            .collectors()
            .filter(|collector| !ended.contains(collector));
        for collector in unfinished {
            match detail_of(collector) {
                Some(kind) => self.end_details(kind, Ending::GivenUp),
                None => self.fail_listing(collector, SourceError::stuck()),
            }
        }
    }
}

fn detail_of(collector: Collector) -> Option<DetailKind> {
    DetailKind::ALL
        .into_iter()
        .find(|kind| kind.collector() == collector)
}
