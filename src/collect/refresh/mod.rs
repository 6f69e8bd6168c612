//! One refresh of one target: all collectors as one pipeline.
//!
//! Listings are chains of pages, each page needing the one before; details are independent calls.
//! So all chains run side by side, and details start while pages still come: patch states as soon
//! as fifty instances are listed, items as soon as an instance is both listed and known to be
//! non-compliant. No detail call names a resource that is not listed.

mod details;
mod ending;
mod listings;
mod summaries;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::details::Details;
use super::progress::Progress;
use super::resources::Resources;
use super::source::{Source, SourceError};
use crate::locks::locked;
use crate::model::{
    Collector, DetailKind, FailureReason, Interner, Now, Outcome, Selection, Target,
};

/// What a refresh works on.
pub(super) struct RefreshContext<'a, S> {
    pub(super) source: &'a S,
    pub(super) selection: &'a Selection,
    pub(super) target: &'a Mutex<Target>,
    pub(super) progress: &'a Progress,
}

/// Reads a target once; `done` gets each collector's outcome as it ends, with the error for the log.
///
/// The refresh ends when every collector has ended, or when no call has finished for the source's
/// patience. Then collectors that were complete keep what they have read, and the others have
/// failed with [`FailureReason::Timeout`].
pub(super) async fn refresh<S: Source>(
    context: RefreshContext<'_, S>,
    now: Now,
    done: impl Fn(Outcome, Option<SourceError>) + Sync,
) {
    let run = RefreshRun::begin(context, now, &done);
    tokio::select! {
        () = run.read_everything() => {}
        () = run.no_progress() => run.give_up(),
    }
}

/// Fails every collector that is on, for want of credentials.
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
struct RefreshRun<'a, S, D> {
    context: RefreshContext<'a, S>,
    /// The number of the refresh.
    number: u32,
    interner: Arc<Interner>,
    start: Instant,
    details: Details,
    /// Whether the instances could be listed; `None` before that is known.
    has_listed: watch::Sender<Option<bool>>,
    ended: Mutex<HashSet<Collector>>,
    done: &'a D,
}

impl<'a, S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> RefreshRun<'a, S, D> {
    fn begin(context: RefreshContext<'a, S>, now: Now, done: &'a D) -> Self {
        let mut target = locked(context.target);
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

    async fn read_everything(&self) {
        let (resources, due) = Resources::new();
        tokio::join!(
            self.read_fleet(resources),
            self.read_details(&self.details.patch_states, due.patch_states),
            self.read_details(&self.details.association_items, due.association_items),
            self.read_baselines(),
            self.read_associations(),
        );
    }

    /// Reads the instances and their summaries. The resources are dropped at the end of both, and
    /// then no more details come due.
    async fn read_fleet(&self, resources: Resources) {
        let resources = Mutex::new(resources);
        let (listing, summaries) = tokio::join!(
            self.read_instances(&resources),
            self.read_compliance(&resources)
        );
        let mut resources = locked(&resources);
        if summaries.is_ok() {
            resources.summaries_complete(&locked(self.context.target));
        } else {
            resources.summaries_incomplete();
        }
        self.owe_unknown(listing.err(), summaries.err());
        for kind in DetailKind::ALL {
            let unchanged = resources.unchanged(kind);
            self.details.of(kind).note_unchanged(unchanged);
        }
    }

    /// Ends when no call has finished for as long as the source's patience.
    async fn no_progress(&self) {
        loop {
            let give_up = self.context.progress.last() + self.context.source.patience();
            if give_up <= Instant::now() {
                return;
            }
            sleep_until(give_up).await;
        }
    }
}
