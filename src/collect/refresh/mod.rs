//! One refresh of one target: all collectors work as one pipeline.
//!
//! Listings are chains of pages, in which each page needs the one before. Details are independent
//! calls. So all chains are read side by side, and details start while pages still arrive: patch
//! states as soon as fifty instances are listed, items as soon as an instance is both listed and
//! known to be non-compliant. No call for details names a resource that is not listed.

mod details;
mod ending;
mod listings;
mod summaries;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::details::Details;
use super::progress::Progress;
use super::resources::Resources;
use super::shared_target::SharedTarget;
use super::source::{Source, SourceError};
use crate::locks::unlocked;
use crate::model::{
    Collector, DetailKind, FailureReason, Interner, Now, Outcome, Selection, Target,
};

/// What a refresh works on.
pub(super) struct RefreshContext<'a, S> {
    pub(super) source: &'a S,
    pub(super) selection: &'a Selection,
    pub(super) target: &'a SharedTarget,
    pub(super) progress: &'a Progress,
}

/// Receives the outcome of each collector as it ends, with the error for the log.
pub(super) type Done<'a> = dyn Fn(Outcome, Option<SourceError>) + Sync + 'a;

/// Reads a target once, and passes the outcome of each collector to `done`.
///
/// The refresh ends when every collector has ended, or when no call has ended for as long as the
/// source is patient. In the second case, collectors that were complete keep what they have read,
/// and the others have failed with [`FailureReason::Timeout`].
pub(super) async fn refresh<S: Source>(context: RefreshContext<'_, S>, now: Now, done: &Done<'_>) {
    let run = RefreshRun::begin(context, now, done);
    // There is no limit on the refresh as a whole. A large account takes hours at a low request
    // rate, and as long as calls are answered nothing is wrong.
    tokio::select! {
        () = run.read_everything() => {}
        () = run.no_progress() => run.give_up(),
    }
}

/// Fails every collector that is on, because no call could be made at all.
pub(super) fn fail_all(
    selection: &Selection,
    reason: FailureReason,
    took: Duration,
    mut done: impl FnMut(Outcome),
) {
    for collector in selection.collectors() {
        done(Outcome::failed(collector, reason, took));
    }
}

/// A refresh under way.
struct RefreshRun<'a, S> {
    context: RefreshContext<'a, S>,
    /// The number of the refresh.
    number: u32,
    interner: Arc<Interner>,
    start: Instant,
    details: Details<S>,
    /// Whether the instances could be listed, or `None` before that is known.
    has_listed: watch::Sender<Option<bool>>,
    ended: Mutex<HashSet<Collector>>,
    done: &'a Done<'a>,
}

impl<'a, S: Source> RefreshRun<'a, S> {
    fn begin(context: RefreshContext<'a, S>, now: Now, done: &'a Done<'a>) -> Self {
        let mut target = context.target.lock();
        let number = target.begin_refresh(now);
        let interner = target.interner();
        drop(target);
        Self {
            context,
            number,
            interner,
            start: Instant::now(),
            details: Details::default(),
            has_listed: watch::Sender::new(None),
            ended: Mutex::default(),
            done,
        }
    }

    fn target(&self) -> MutexGuard<'_, Target> {
        self.context.target.lock()
    }

    async fn read_everything(&self) {
        let (resources, due) = Resources::new();
        tokio::join!(
            self.read_fleet(resources),
            self.read_all_details(due),
            self.read_baselines(),
            self.read_associations(),
            self.read_tags(),
        );
    }

    /// Reads the instances and their summaries.
    async fn read_fleet(&self, resources: Resources) {
        let resources = Mutex::new(resources);
        let (listing, summaries) = tokio::join!(
            self.read_instances(&resources),
            self.read_compliance(&resources)
        );
        // The resources are dropped at the end of this function. That closes the channels of due
        // instances, which is how the readers of details learn that no more will come.
        let mut resources = unlocked(resources);
        if summaries.is_ok() {
            resources.summaries_complete(&self.target());
        } else {
            resources.summaries_incomplete();
        }
        self.owe_unknown(listing.err(), summaries.err());
        self.note_unchanged(&resources);
    }

    fn note_unchanged(&self, resources: &Resources) {
        for kind in DetailKind::ALL {
            let unchanged = resources.unchanged(kind);
            self.details.of(kind).note_unchanged(unchanged);
        }
    }

    /// Ends when no call has ended for as long as the source is patient.
    async fn no_progress(&self) {
        let source = self.context.source;
        self.context.progress.silence(|| source.patience()).await;
    }
}
