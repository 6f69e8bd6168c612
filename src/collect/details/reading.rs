//! The reading of one kind of detail.

use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::{DetailCalls, DetailProgress, Ending};
use crate::collect::source::{FailureScope, Source, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::{Attempt, Collected, DetailContent, FailureReason, Outcome, PartialRead};

/// How many calls may be under way at once. The request ceiling is the limit that counts; this one
/// bounds the memory while nothing answers.
const MAX_CALLS_UNDER_WAY: usize = 64;

/// How often batches may be halved in one refresh. A bad row costs six halvings; an AWS that
/// answers rubbish to everything must not cost a hundred calls for each batch.
const MAX_SPLITS: usize = 60;

/// How a kind of detail is read from AWS.
pub(in crate::collect) trait DetailReader: DetailContent {
    /// How many instances one call tells about.
    const BATCH_INSTANCES: usize;

    /// Reads the details of these instances, at most [`Self::BATCH_INSTANCES`].
    fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> impl Future<Output = SourceResult<Vec<(Arc<str>, Self)>>> + Send;

    /// What the target takes in.
    fn collected(read: PartialRead<Self>) -> Collected;
}

/// What has been read of one kind of detail so far. It outlives the calls, so that a refresh that is
/// given up keeps it.
#[derive(Debug)]
pub(in crate::collect) struct DetailReading<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    rows: Vec<(Arc<str>, T)>,
    started: Option<Instant>,
    ended: Option<Instant>,
    /// Instances that were due.
    due: usize,
    /// Instances that were not due.
    unchanged: usize,
    /// Instances that were asked about with success.
    read: usize,
    splits: usize,
    unread: HashSet<Arc<str>>,
    /// Whether there may be instances due that nobody could name.
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
    /// Reads the instances that come due, batch by batch, until no more come.
    pub(in crate::collect) async fn run<S: Source>(
        &self,
        mut due: UnboundedReceiver<Arc<str>>,
        calls: &DetailCalls<'_, S>,
    ) {
        let mut waiting = Vec::new();
        let mut under_way = FuturesUnordered::new();
        let mut is_open = true;
        loop {
            while under_way.len() < MAX_CALLS_UNDER_WAY
                && let Some(ids) = Self::next_batch(&mut waiting, is_open)
            {
                under_way.push(self.read_batch(ids, calls));
            }
            tokio::select! {
                id = due.recv(), if is_open => match id {
                    Some(id) => self.note_due(id, &mut waiting),
                    None => is_open = false,
                },
                Some(()) = under_way.next() => {}
                else => break,
            }
        }
        locked(&self.0).ended = Some(Instant::now());
    }

    /// A whole batch, or what is left once no more instances come due.
    fn next_batch(waiting: &mut Vec<Arc<str>>, is_open: bool) -> Option<Vec<Arc<str>>> {
        let is_worth_a_call = waiting.len() >= T::BATCH_INSTANCES || !is_open;
        if waiting.is_empty() || !is_worth_a_call {
            return None;
        }
        let rest = waiting.len().saturating_sub(T::BATCH_INSTANCES);
        Some(waiting.split_off(rest))
    }

    fn note_due(&self, id: Arc<str>, waiting: &mut Vec<Arc<str>>) {
        waiting.push(id);
        let mut state = locked(&self.0);
        state.due += 1;
        state.started.get_or_insert_with(Instant::now);
    }

    /// Reads a batch, and halves it where a part of it cannot be read.
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

impl<T: DetailReader> DetailProgress for DetailReading<T> {
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
            data: Some(T::collected(state.take_read())),
        };
        (outcome, state.error.take())
    }
}

// === impl State ===

impl<T> State<T> {
    /// These instances were asked about, and this is what there is of them. Every instance comes
    /// due once, so none is there twice.
    fn found(&mut self, read: usize, rows: Vec<(Arc<str>, T)>) {
        self.read += read;
        self.rows.extend(rows);
    }

    fn failed(&mut self, ids: impl IntoIterator<Item = Arc<str>>, error: SourceError) {
        self.unread.extend(ids);
        self.error.get_or_insert(error);
    }

    /// Notes a batch that could not be read. Answers its halves, if those are to be tried.
    fn after_failure(&mut self, mut ids: Vec<Arc<str>>, error: SourceError) -> Vec<Vec<Arc<str>>> {
        if error.scope == FailureScope::Gone && ids.len() == 1 {
            // It has gone since it was listed: no error, but nothing was read either.
            self.read += 1;
            self.unread.extend(ids);
            return Vec::new();
        }
        if error.scope != FailureScope::Call && ids.len() > 1 && self.may_split() {
            let half = ids.split_off(ids.len() / 2);
            return vec![ids, half];
        }
        self.failed(ids, error);
        Vec::new()
    }

    fn may_split(&mut self) -> bool {
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
        let reason = self
            .error
            .as_ref()
            .map_or(FailureReason::Timeout, |error| error.reason);
        let is_success = ending == Ending::Complete && self.is_enough();
        Attempt {
            result: if is_success { Ok(()) } else { Err(reason) },
            skipped: self.due.saturating_sub(self.read) as u64,
            took: self.took(),
        }
    }

    /// Whether enough was read for a success: at least nine tenths of the instances were read, or
    /// did not need to be. Otherwise a single one that cannot be read would fail a refresh in which
    /// little else has changed.
    fn is_enough(&self) -> bool {
        let good = self.read + self.unchanged;
        let all = self.due + self.unchanged;
        // Where nothing at all could be read of what was due, what has not changed does not make
        // that a success.
        let is_nothing_read = self.read == 0 && self.error.is_some();
        !self.owes_unknown && !is_nothing_read && good * 10 >= all * 9
    }

    fn took(&self) -> Duration {
        match self.started {
            Some(started) => self.ended.unwrap_or_else(Instant::now) - started,
            None => Duration::ZERO,
        }
    }
}
