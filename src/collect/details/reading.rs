//! The reading of one kind of detail.

use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::waiting::WaitingIds;
use super::{DetailCalls, DetailProgress, Ending};
use crate::collect::source::{FailureScope, Source, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::{Attempt, Collected, DetailContent, FailureReason, Outcome, PartialRead};

/// How many calls may be under way at once.
// What limits the calls in practice is the request rate. This limit bounds the memory that they
// take while nothing answers.
const MAX_CALLS_UNDER_WAY: usize = 64;

/// How many batches may be halved in one refresh.
// Finding one bad row among fifty takes six halvings, so this is enough for ten bad rows. If AWS
// answered rubbish to everything, each batch would cost a hundred calls without a limit.
const MAX_SPLITS: usize = 60;

/// A kind of detail that can be read from AWS.
pub(super) trait DetailReader: DetailContent {
    /// The number of instances that one call may ask about.
    const BATCH_INSTANCES: usize;

    /// Reads the details of these instances, of which there are at most [`Self::BATCH_INSTANCES`].
    fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> impl Future<Output = SourceResult<Vec<(Arc<str>, Self)>>> + Send;
}

/// What has been read of one kind of detail so far.
// It outlives the calls, so that a refresh that is given up keeps what it has.
#[derive(Debug)]
pub(super) struct DetailReading<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    rows: Vec<(Arc<str>, T)>,
    started: Option<Instant>,
    ended: Option<Instant>,
    /// The number of instances that were due.
    due: usize,
    /// The number of instances that were not due.
    unchanged: usize,
    /// The number of instances that were asked about with success.
    read: usize,
    splits: usize,
    unread: HashSet<Arc<str>>,
    /// Whether instances may be due that nobody could name.
    owes_unknown: bool,
    error: Option<SourceError>,
}

// === impl DetailReading ===

impl<T> Default for DetailReading<T> {
    fn default() -> Self {
        Self(Mutex::new(State {
            rows: Vec::new(),
            started: None,
            ended: None,
            due: 0,
            unchanged: 0,
            read: 0,
            splits: 0,
            unread: HashSet::new(),
            owes_unknown: false,
            error: None,
        }))
    }
}

impl<T: DetailReader> DetailReading<T> {
    async fn read_due<S: Source>(
        &self,
        due: UnboundedReceiver<Arc<str>>,
        calls: &DetailCalls<'_, S>,
    ) {
        let mut waiting = WaitingIds::new(due);
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < MAX_CALLS_UNDER_WAY
                && let Some(ids) = waiting.next_batch(T::BATCH_INSTANCES)
            {
                under_way.push(self.read_batch(ids, calls));
            }
            tokio::select! {
                id = waiting.next_due(), if waiting.is_open() => self.note_due(id, &mut waiting),
                Some(()) = under_way.next() => {}
                else => break,
            }
        }
        locked(&self.0).ended = Some(Instant::now());
    }

    /// Notes an instance that has come due, or that no more will.
    fn note_due(&self, id: Option<Arc<str>>, waiting: &mut WaitingIds) {
        match id {
            Some(id) => {
                waiting.push(id);
                locked(&self.0).note_due();
            }
            None => waiting.close(),
        }
    }

    /// Reads a batch, and halves it if a part of it cannot be read.
    async fn read_batch<S: Source>(&self, ids: Vec<Arc<str>>, calls: &DetailCalls<'_, S>) {
        let mut batches = vec![ids];
        while let Some(ids) = batches.pop() {
            match T::read(calls, &ids).await {
                Ok(rows) => locked(&self.0).found(ids.len(), rows),
                Err(error) => batches.extend(locked(&self.0).after_failure(ids, error)),
            }
        }
    }
}

impl<S: Source, T: DetailReader> DetailProgress<S> for DetailReading<T> {
    fn run<'a>(
        &'a self,
        due: UnboundedReceiver<Arc<str>>,
        calls: &'a DetailCalls<'a, S>,
    ) -> BoxFuture<'a, ()> {
        self.read_due(due, calls).boxed()
    }

    fn note_unchanged(&self, instances: usize) {
        locked(&self.0).unchanged = instances;
    }

    fn owe_unknown(&self, error: SourceError) {
        let mut state = locked(&self.0);
        state.owes_unknown = true;
        state.failed([], error);
    }

    fn finish(&self, ending: Ending) -> (Outcome, Option<SourceError>) {
        let mut state = locked(&self.0);
        let outcome = Outcome {
            collector: T::KIND.collector(),
            attempt: state.attempt(ending),
            data: Some(Collected::Details(Box::new(state.take_read()))),
        };
        (outcome, state.error.take())
    }
}

// === impl State ===

impl<T> State<T> {
    fn note_due(&mut self) {
        self.due += 1;
        // The attempt lasts from here, not from the start of the refresh: until an instance is due
        // there is nothing to read, and the listing may take long.
        self.started.get_or_insert_with(Instant::now);
    }

    /// Notes that `read` instances were asked about, and what AWS has for them.
    fn found(&mut self, read: usize, rows: Vec<(Arc<str>, T)>) {
        self.read += read;
        // Every instance comes due once, so none of them is there twice.
        self.rows.extend(rows);
    }

    /// Notes instances that could not be read, and why.
    fn failed(&mut self, ids: impl IntoIterator<Item = Arc<str>>, error: SourceError) {
        self.unread.extend(ids);
        self.error.get_or_insert(error);
    }

    /// Notes a batch that could not be read. Returns its halves if those are to be tried.
    fn after_failure(&mut self, ids: Vec<Arc<str>>, error: SourceError) -> Vec<Vec<Arc<str>>> {
        if error.scope == FailureScope::Gone && ids.len() == 1 {
            self.note_gone(ids);
            return Vec::new();
        }
        if self.may_split(&ids, &error) {
            return halves(ids);
        }
        self.failed(ids, error);
        Vec::new()
    }

    /// Notes an instance that has been terminated since it was listed. That is no error, but
    /// nothing was read either.
    fn note_gone(&mut self, ids: Vec<Arc<str>>) {
        self.read += 1;
        self.unread.extend(ids);
    }

    fn may_split(&mut self, ids: &[Arc<str>], error: &SourceError) -> bool {
        // A call that failed as a whole, for example because AWS throttled it, would fail for each
        // half as well.
        if error.scope == FailureScope::Call || ids.len() < 2 {
            return false;
        }
        self.splits += 1;
        self.splits <= MAX_SPLITS
    }

    fn take_read(&mut self) -> PartialRead<T> {
        let mut rows = mem::take(&mut self.rows);
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        PartialRead {
            rows,
            unread: mem::take(&mut self.unread),
        }
    }

    fn attempt(&self, ending: Ending) -> Attempt {
        let is_success = ending == Ending::Complete && self.is_enough();
        Attempt {
            result: if is_success {
                Ok(())
            } else {
                Err(self.reason())
            },
            skipped: self.due.saturating_sub(self.read) as u64,
            took: self.took(),
        }
    }

    fn reason(&self) -> FailureReason {
        match &self.error {
            Some(error) => error.reason,
            // The refresh was given up while calls hung, and none of them has failed.
            None => FailureReason::Timeout,
        }
    }

    /// Says whether enough was read for a success: at least nine tenths of the instances were read,
    /// or did not need to be.
    fn is_enough(&self) -> bool {
        // Instances that did not need to be read count as well. Otherwise a single instance that
        // cannot be read would fail every refresh in which little else has changed.
        let good = self.read + self.unchanged;
        let all = self.due + self.unchanged;
        !self.owes_unknown && !self.is_nothing_read() && good * 10 >= all * 9
    }

    /// Says whether nothing at all could be read of what was due. No number of unchanged instances
    /// makes that a success: it may be a permission that was just taken away.
    fn is_nothing_read(&self) -> bool {
        self.read == 0 && self.error.is_some()
    }

    fn took(&self) -> Duration {
        match self.started {
            Some(started) => self.ended.unwrap_or_else(Instant::now) - started,
            None => Duration::ZERO,
        }
    }
}

fn halves(mut ids: Vec<Arc<str>>) -> Vec<Vec<Arc<str>>> {
    let half = ids.split_off(ids.len() / 2);
    vec![ids, half]
}
