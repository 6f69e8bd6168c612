//! One target: refreshing it once, and everything a refresh needs.
//!
//! When it is refreshed, and what becomes of it when one of its tasks fails, is for
//! [`supervisor`](super::supervisor).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::clock::Clock;
use super::progress::Progress;
use super::refresh::{RefreshContext, fail_all, refresh};
use super::source::{Source, SourceError};
use crate::locks::{locked, unlocked};
use crate::model::{FailureReason, Now, Outcome, Selection, Target, Timestamp};

/// How much longer than its source's patience a refresh may show no progress. Credentials, which
/// are resolved before the first call, have a minute in all; a refresh that is silent for longer
/// does not run any more: its thread is blocked.
pub(super) const STALL_GRACE: Duration = Duration::from_mins(2);

/// Publishes what the refreshes of a target have read, and counts them.
pub trait RefreshObserver: Send + Sync + 'static {
    /// Says whose credentials the target has in this refresh.
    fn identified(&self, account_id: &str) -> Identification;

    /// A refresh starts.
    fn refresh_started(&self, at: Option<Timestamp>);

    /// A refresh has ended.
    fn refresh_ended(&self, took: Duration);

    /// A task of the target has panicked.
    fn panicked(&self);

    /// The state has changed. Publishes it, as it was at one moment.
    fn show(&self, snapshot: Target) -> impl Future<Output = ()> + Send;
}

/// What an account id means for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identification {
    /// The target is whom it was, or is known for the first time.
    Same,
    /// It was another account until now: what is known of that is not this one's.
    Changed,
    /// Another target is this account and region already.
    Duplicate,
}

/// What the refreshes of one target need, beside where they read and who publishes.
#[derive(Debug)]
pub struct TargetTask {
    /// For the log: the account as configured, and the region.
    pub name: String,
    /// What is read.
    pub selection: Selection,
    /// The clocks.
    pub clock: Clock,
    /// The state, of which nothing is known yet.
    pub target: Target,
}

/// One target and everything that its refreshes need.
#[derive(Debug)]
pub struct Refresher<S, O> {
    pub(super) source: Arc<S>,
    pub(super) observer: O,
    pub(super) selection: Selection,
    pub(super) clock: Clock,
    pub(super) target: Mutex<Target>,
    pub(super) name: String,
    pub(super) progress: Progress,
    /// How much longer than its source's patience a refresh may show no progress.
    pub(super) stall_grace: Duration,
}

/// Whether a refresh has brought anything to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Shown,
    /// Another target shows this account and region already.
    LeftOut,
}

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// A target that reads from `source` and shows itself to `observer`.
    pub fn new(source: Arc<S>, observer: O, task: TargetTask) -> Self {
        Self {
            source,
            observer,
            selection: task.selection,
            clock: task.clock,
            target: Mutex::new(task.target),
            name: task.name,
            progress: Progress::default(),
            stall_grace: STALL_GRACE,
        }
    }

    /// Refreshes the target once. A `first` refresh is shown collector by collector, the others at
    /// their end.
    pub async fn refresh(&self, first: bool) {
        let start = Instant::now();
        self.progress.note();
        self.observer.refresh_started(self.clock.now().wall);
        let reading = self.read(start, first).await;
        locked(&self.target).end_refresh();
        if reading == Reading::Shown {
            self.show().await;
            self.observer.refresh_ended(start.elapsed());
        }
    }

    /// Shows the state as it is now.
    pub(super) async fn show(&self) {
        let snapshot = locked(&self.target).clone();
        self.observer.show(snapshot).await;
    }

    async fn read(&self, start: Instant, first: bool) -> Reading {
        let account_id = match self.source.begin().await {
            Ok(account_id) => account_id,
            Err(error) => {
                self.fail(&error, start.elapsed());
                return Reading::Shown;
            }
        };
        self.progress.note();
        match self.observer.identified(&account_id) {
            Identification::Same if first => self.read_and_show_each().await,
            Identification::Same => self.read_whole().await,
            Identification::Changed => {
                warn!(
                    target_name = self.name,
                    account_id, "the credentials are another account's: starting anew"
                );
                self.start_anew();
                self.read_and_show_each().await;
            }
            Identification::Duplicate => {
                self.start_anew();
                return Reading::LeftOut;
            }
        }
        self.log_end(start);
        Reading::Shown
    }

    /// Starts anew, because what was known is another account's.
    fn start_anew(&self) {
        let mut target = locked(&self.target);
        *target = Target::new(target.age_limits());
    }

    /// Fails every collector, for one reason.
    fn fail(&self, error: &SourceError, took: Duration) {
        warn!(
            target_name = self.name,
            reason = error.reason.as_str(),
            error = error.detail,
            request_id = error.request_id.as_deref(),
            "refresh failed before its first call"
        );
        self.fail_collectors(error.reason, took);
    }

    pub(super) fn fail_collectors(&self, reason: FailureReason, took: Duration) {
        let now = self.clock.now();
        fail_all(&self.selection, reason, took, |outcome| {
            locked(&self.target).apply(outcome, now);
        });
    }

    /// Keeps what collectors brought until all have ended.
    async fn read_whole(&self) {
        let outcomes: Mutex<Vec<(Outcome, Now)>> = Mutex::default();
        self.read_collectors(|outcome, ended| locked(&outcomes).push((outcome, ended)))
            .await;
        let mut outcomes = unlocked(outcomes);
        // Listing, summaries, details: what each means depends on the one before.
        outcomes.sort_by_key(|(outcome, _)| outcome.collector);
        for (outcome, ended) in outcomes {
            locked(&self.target).apply(outcome, ended);
        }
    }

    /// Takes in what a collector brought as soon as it has ended, so that the first page is not
    /// long in coming.
    async fn read_and_show_each(&self) {
        let (sender, mut outcomes) = unbounded_channel();
        let reading = async {
            // Moved in, so that the channel closes when the reading ends.
            let sender = sender;
            self.read_collectors(|outcome, ended| {
                // The receiver is in this function too, so it is still there.
                let _ = sender.send((outcome, ended));
            })
            .await;
        };
        let showing = async {
            while let Some((outcome, ended)) = outcomes.recv().await {
                locked(&self.target).apply(outcome, ended);
                self.show().await;
            }
        };
        tokio::join!(reading, showing);
    }

    /// Reads with all collectors. `ended` gets each outcome with the time of its end: data is as
    /// old as that, not as the end of the refresh.
    async fn read_collectors(&self, ended: impl Fn(Outcome, Now) + Sync) {
        let context = RefreshContext {
            source: &*self.source,
            selection: &self.selection,
            target: &self.target,
            progress: &self.progress,
        };
        refresh(context, self.clock.now(), |outcome, error| {
            self.log_outcome(&outcome, error);
            ended(outcome, self.clock.now());
        })
        .await;
    }

    fn log_outcome(&self, outcome: &Outcome, error: Option<SourceError>) {
        match (outcome.attempt.result, error) {
            (Err(reason), error) => self.log_failure(outcome, reason, error),
            (Ok(()), Some(error)) => self.log_skipped(outcome, &error),
            (Ok(()), None) => debug!(
                target_name = self.name,
                collector = outcome.collector.as_str(),
                seconds = outcome.attempt.took.as_secs_f64(),
                "collector finished"
            ),
        }
    }

    fn log_failure(&self, outcome: &Outcome, reason: FailureReason, error: Option<SourceError>) {
        let (error, request_id) = match error {
            Some(error) => (error.detail, error.request_id),
            None => (String::new(), None),
        };
        warn!(
            target_name = self.name,
            collector = outcome.collector.as_str(),
            reason = reason.as_str(),
            error,
            request_id,
            "collector failed"
        );
    }

    fn log_skipped(&self, outcome: &Outcome, error: &SourceError) {
        warn!(
            target_name = self.name,
            collector = outcome.collector.as_str(),
            skipped = outcome.attempt.skipped,
            reason = error.reason.as_str(),
            error = error.detail,
            request_id = error.request_id,
            "some instances could not be read"
        );
    }

    fn log_end(&self, start: Instant) {
        let target = locked(&self.target);
        let known = target.instances().count();
        let listed = target
            .instances()
            .filter(|instance| instance.listing.is_some())
            .count();
        let failed_collectors = self
            .selection
            .collectors()
            .filter_map(|collector| target.collector(collector).attempt)
            .filter(|attempt| attempt.result.is_err())
            .count();
        info!(
            target_name = self.name,
            seconds = start.elapsed().as_secs_f64(),
            instances = listed,
            unlisted = known - listed,
            failed_collectors,
            "refresh finished"
        );
    }
}
