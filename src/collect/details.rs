//! Reading what explains an instance: many independent calls, of which some may fail without
//! costing the others.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::pagination::{self, AbsentList, Listing};
use super::source::{
    FailureScope, MAX_PAGE_ROWS, Operation, PageRequest, Source, SourceError, SourceResult,
};
use crate::model::{
    Attempt, FailureReason, Interner, NoncompliantAssociation, PartialRead, PatchCounts, PatchRow,
};

/// Calls under way at once. The request ceiling is the limit that counts; this one bounds memory
/// when nothing answers.
const UNDER_WAY: usize = 64;

/// How often batches may be halved in one refresh. A bad row costs six halvings; an AWS that
/// answers rubbish to everything must not cost a hundred calls for each batch.
const SPLITS: usize = 60;

/// What a detail collector has read so far. Outlives the reading, so that a refresh that is given
/// up keeps it.
#[derive(Debug)]
pub(super) struct Details<T>(Mutex<Progress<T>>);

#[derive(Debug)]
struct Progress<T> {
    rows: Vec<(Arc<str>, T)>,
    started: Option<Instant>,
    ended: Option<Instant>,
    due: usize,
    /// Instances that were not due.
    unchanged: usize,
    read: usize,
    splits: usize,
    unread: HashSet<Arc<str>>,
    /// Whether there may be instances due that nobody could name.
    owes_unknown: bool,
    error: Option<SourceError>,
}

impl<T> Default for Details<T> {
    fn default() -> Self {
        Self(Mutex::new(Progress {
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

impl<T> Details<T> {
    fn with<R>(&self, change: impl FnOnce(&mut Progress<T>) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the instances that come, `batch` at a time, until no more come.
    pub(super) async fn run<F: Future<Output = ()>>(
        &self,
        mut due: UnboundedReceiver<Arc<str>>,
        batch: usize,
        read: impl Fn(Vec<Arc<str>>) -> F,
    ) {
        let (mut waiting, mut under_way, mut open) = (Vec::new(), FuturesUnordered::new(), true);
        loop {
            while under_way.len() < UNDER_WAY
                && (waiting.len() >= batch || (!open && !waiting.is_empty()))
            {
                let ids = waiting.split_off(waiting.len().saturating_sub(batch));
                under_way.push(read(ids));
            }
            tokio::select! {
                id = due.recv(), if open => match id {
                    Some(id) => self.note_due(id, &mut waiting),
                    None => open = false,
                },
                Some(()) = under_way.next() => {}
                else => break,
            }
        }
        self.with(|progress| progress.ended = Some(Instant::now()));
    }

    fn note_due(&self, id: Arc<str>, waiting: &mut Vec<Arc<str>>) {
        waiting.push(id);
        self.with(|progress| {
            progress.due += 1;
            progress.started.get_or_insert_with(Instant::now);
        });
    }

    /// These were read, and this is what there is of them. Every instance comes due once, so none
    /// is there twice.
    fn found(&self, read: usize, rows: impl IntoIterator<Item = (Arc<str>, T)>) {
        self.with(|progress| {
            progress.read += read;
            progress.rows.extend(rows);
        });
    }

    fn failed(&self, ids: impl IntoIterator<Item = Arc<str>>, error: SourceError) {
        self.with(|progress| {
            progress.unread.extend(ids);
            progress.error.get_or_insert(error);
        });
    }

    /// So many instances need not be read: what is known of them holds.
    pub(super) fn unchanged(&self, instances: usize) {
        self.with(|progress| progress.unchanged = instances);
    }

    /// AWS does not know it any more: no error, but nothing was read either.
    fn gone(&self, id: Arc<str>) {
        self.with(|progress| {
            progress.read += 1;
            progress.unread.insert(id);
        });
    }

    /// The listing that names the instances could not be read, now or ever: whatever is read is not
    /// enough.
    pub(super) fn owes_unknown(&self, error: SourceError) {
        self.with(|progress| progress.owes_unknown = true);
        self.failed([], error);
    }

    fn may_split(&self) -> bool {
        self.with(|progress| {
            progress.splits += 1;
            progress.splits <= SPLITS
        })
    }

    /// How it went, what was read, and the first error.
    ///
    /// A collector of details has succeeded when at least nine tenths of its instances were read,
    /// or did not need to be: else a single one that cannot be read would fail a refresh in which
    /// little else has changed.
    pub(super) fn finish(&self, given_up: bool) -> (Attempt, PartialRead<T>, Option<SourceError>) {
        self.with(|progress| {
            let mut rows = std::mem::take(&mut progress.rows);
            rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            let error = progress.error.take();
            let (good, all) = (
                progress.read + progress.unchanged,
                progress.due + progress.unchanged,
            );
            // Nothing at all could be read of what was due: what has not changed does not make that
            // a success.
            let nothing = progress.read == 0 && error.is_some();
            let enough = !given_up && !progress.owes_unknown && !nothing && good * 10 >= all * 9;
            let reason = error
                .as_ref()
                .map_or(FailureReason::Timeout, |error| error.reason);
            let took = progress.started.map_or_else(Default::default, |start| {
                progress.ended.unwrap_or_else(Instant::now) - start
            });
            let skipped = progress.due.saturating_sub(progress.read) as u64;
            let read = PartialRead {
                rows,
                unread: std::mem::take(&mut progress.unread),
            };
            (
                Attempt {
                    result: if enough { Ok(()) } else { Err(reason) },
                    skipped,
                    took,
                },
                read,
                error,
            )
        })
    }
}

impl Details<Option<PatchCounts>> {
    /// Reads the patch states of a batch; halves it where a row of it cannot be read.
    pub(super) async fn read_batch<S: Source>(
        &self,
        source: &S,
        ids: Vec<Arc<str>>,
        interner: &Interner,
        absent_list: AbsentList,
        tick: &(impl Fn() + Sync),
    ) {
        let mut batches = vec![ids];
        while let Some(mut ids) = batches.pop() {
            match patch_states(source, &ids, interner, absent_list, tick).await {
                Ok(rows) => self.found(ids.len(), rows),
                Err(error) if error.scope == FailureScope::Gone && ids.len() == 1 => {
                    self.gone(ids.swap_remove(0))
                }
                Err(error)
                    if error.scope != FailureScope::Call && ids.len() > 1 && self.may_split() =>
                {
                    let half = ids.split_off(ids.len() / 2);
                    batches.extend([ids, half]);
                }
                Err(error) => self.failed(ids, error),
            }
        }
    }
}

async fn patch_states<S: Source>(
    source: &S,
    ids: &[Arc<str>],
    interner: &Interner,
    absent_list: AbsentList,
    tick: &(impl Fn() + Sync),
) -> SourceResult<HashMap<Arc<str>, Option<PatchCounts>>> {
    let mut rows: HashMap<Arc<str>, Option<PatchCounts>> =
        ids.iter().map(|id| (Arc::clone(id), None)).collect();
    let fetch = |page: PageRequest| async move {
        let answer = source.patch_states(ids, &page).await;
        tick();
        answer
    };
    let take = |page: Vec<PatchRow>| {
        for row in page {
            if let Some(known) = rows.get_mut(row.id.as_str()) {
                *known = Some(PatchCounts::from_row(&row, interner));
            }
        }
    };
    let listing = Listing {
        operation: Operation::DescribeInstancePatchStates,
        absent_list,
    };
    pagination::read(listing, fetch, take).await?;
    Ok(rows)
}

impl Details<Box<[NoncompliantAssociation]>> {
    /// Reads the non-compliant associations of one instance.
    pub(super) async fn read_one<S: Source>(
        &self,
        source: &S,
        ids: Vec<Arc<str>>,
        interner: &Interner,
        absent_list: AbsentList,
        tick: &(impl Fn() + Sync),
    ) {
        for id in ids {
            let mut rows = Vec::new();
            let fetch = |page: PageRequest| {
                let id = &id;
                async move {
                    let answer = source.items(id, &page).await;
                    tick();
                    answer
                }
            };
            let listing = Listing {
                operation: Operation::ListComplianceItems,
                absent_list,
            };
            match pagination::read(listing, fetch, |page| rows.extend(page)).await {
                Ok(_) => self.found(
                    1,
                    [(id, NoncompliantAssociation::from_rows(&rows, interner))],
                ),
                // It has gone since it was listed: nothing to explain any more.
                Err(error) if error.scope == FailureScope::Gone => self.gone(id),
                Err(error) => self.failed([id], error),
            }
        }
    }
}

/// Instances per call of `DescribeInstancePatchStates`.
pub(super) const PATCH_BATCH: usize = MAX_PAGE_ROWS;
/// Resources per call of `ListComplianceItems`: AWS takes one.
pub(super) const ITEM_BATCH: usize = 1;
