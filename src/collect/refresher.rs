//! One target: refreshing it once, and everything a refresh needs.
//!
//! When it is refreshed, and what becomes of it when a task of it fails, is for
//! [`supervisor`](super::supervisor).

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::clock::Clock;
use super::estimate::{Estimate, estimate};
use super::plan::Plan;
use super::progress::Progress;
use super::refresh::{fail_all, refresh};
use super::source::{Source, SourceError, SourceResult};
use super::supervisor::STALL_GRACE;
use crate::model::{FailureReason, Now, Outcome, Target, Timestamp};

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

    /// The state has changed: publishes it.
    fn show(&self, target: &Arc<Mutex<Target>>) -> impl Future<Output = ()> + Send;
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

/// One target and everything its refreshes need.
#[derive(Debug)]
pub struct Refresher<S, O> {
    pub(super) source: S,
    pub(super) observer: O,
    pub(super) plan: Plan,
    pub(super) clock: Clock,
    pub(super) target: Arc<Mutex<Target>>,
    /// For the log: the account as configured, and the region.
    pub(super) name: String,
    pub(super) progress: Progress,
    /// How much longer than its source's patience a refresh may show no progress; then its thread
    /// is blocked.
    pub(super) stall_grace: Duration,
}

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// A target of which nothing is known yet; `name` is for the log.
    pub fn new(
        source: S,
        observer: O,
        plan: Plan,
        clock: Clock,
        target: Target,
        name: String,
    ) -> Self {
        let target = Arc::new(Mutex::new(target));
        let progress = Progress::default();
        Self {
            source,
            observer,
            plan,
            clock,
            target,
            name,
            progress,
            stall_grace: STALL_GRACE,
        }
    }

    /// What refreshes of the target will cost.
    ///
    /// # Errors
    /// The first failure of a call.
    pub async fn estimate(&self) -> SourceResult<Estimate> {
        let ages = locked(&self.target).ages();
        estimate(&self.source, &self.plan, ages).await
    }

    /// Refreshes the target once. A `first` refresh is shown collector by collector, the others at
    /// their end.
    pub async fn refresh(&self, first: bool) {
        let start = Instant::now();
        self.progress.note();
        self.observer.refresh_started(self.clock.now().wall);
        let is_shown = self.read(start, first).await;
        locked(&self.target).end_refresh();
        if is_shown {
            self.observer.show(&self.target).await;
            self.observer.refresh_ended(start.elapsed());
        }
    }

    /// Whether there is anything to show: not if another target shows it already.
    async fn read(&self, start: Instant, first: bool) -> bool {
        let account_id = match self.source.begin().await {
            Ok(account_id) => account_id,
            Err(error) => {
                self.fail(&error, start.elapsed());
                return true;
            }
        };
        self.progress.note();
        match self.observer.identified(&account_id) {
            Identification::Same if first => self.read_and_show_each(start).await,
            Identification::Same => self.read_whole(start).await,
            Identification::Changed => {
                warn!(
                    target_name = self.name,
                    account_id, "the credentials are another account's: starting anew"
                );
                self.start_anew();
                self.read_and_show_each(start).await;
            }
            Identification::Duplicate => {
                self.start_anew();
                return false;
            }
        }
        true
    }

    /// Starts anew: what was known is another account's.
    fn start_anew(&self) {
        let mut target = locked(&self.target);
        *target = Target::new(target.ages());
    }

    /// Fails every collector, for one reason.
    fn fail(&self, error: &SourceError, took: Duration) {
        let reason = error.reason.as_str();
        let request_id = error.request_id.as_deref();
        warn!(
            target_name = self.name,
            reason,
            error = error.detail,
            request_id,
            "refresh failed before its first call"
        );
        self.fail_collectors(error.reason, took);
    }

    pub(super) fn fail_collectors(&self, reason: FailureReason, took: Duration) {
        fail_all(&self.plan, reason, took, |outcome| {
            locked(&self.target).apply(outcome, self.clock.now())
        });
    }

    /// Keeps what collectors brought until all have ended.
    async fn read_whole(&self, start: Instant) {
        let outcomes: Mutex<Vec<(Outcome, Now)>> = Mutex::default();
        let ended = |outcome: Outcome, error| {
            self.log_failure(&outcome, error);
            // Data is as old as its collector's end, not as the refresh's.
            locked(&outcomes).push((outcome, self.clock.now()));
        };
        refresh(
            &self.source,
            &self.plan,
            &self.target,
            &self.progress,
            self.clock.now(),
            ended,
        )
        .await;
        let mut outcomes = outcomes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        // Listing, summaries, details: what each means depends on the one before.
        outcomes.sort_by_key(|(outcome, _)| outcome.collector);
        for (outcome, ended) in outcomes {
            locked(&self.target).apply(outcome, ended);
        }
        self.log_end(start);
    }

    /// Takes in what a collector brought as soon as it has ended, so that the first page is not
    /// long in coming.
    async fn read_and_show_each(&self, start: Instant) {
        let (sender, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let reading = async {
            let sender = sender;
            let ended = |outcome: Outcome, error| {
                self.log_failure(&outcome, error);
                // The receiver is in this function, too.
                let _ = sender.send((outcome, self.clock.now()));
            };
            refresh(
                &self.source,
                &self.plan,
                &self.target,
                &self.progress,
                self.clock.now(),
                ended,
            )
            .await;
        };
        let showing = async {
            while let Some((outcome, now)) = ended.recv().await {
                locked(&self.target).apply(outcome, now);
                self.observer.show(&self.target).await;
            }
        };
        tokio::join!(reading, showing);
        self.log_end(start);
    }

    fn log_failure(&self, outcome: &Outcome, error: Option<SourceError>) {
        let collector = outcome.collector.as_str();
        match (outcome.attempt.result, error) {
            (Err(reason), error) => {
                let (error, request_id) = error
                    .map(|error| (error.detail, error.request_id))
                    .unwrap_or_default();
                let reason = reason.as_str();
                warn!(
                    target_name = self.name,
                    collector, reason, error, request_id, "collector failed"
                );
            }
            (Ok(()), Some(error)) => {
                let (skipped, reason) = (outcome.attempt.skipped, error.reason.as_str());
                warn!(
                    target_name = self.name,
                    collector,
                    skipped,
                    reason,
                    error = error.detail,
                    request_id = error.request_id,
                    "some instances could not be read"
                );
            }
            (Ok(()), None) => debug!(
                target_name = self.name,
                collector,
                seconds = outcome.attempt.took.as_secs_f64(),
                "collector finished"
            ),
        }
    }

    fn log_end(&self, start: Instant) {
        let target = locked(&self.target);
        let (known, listed) =
            target
                .instances()
                .fold((0_usize, 0_usize), |(known, listed), instance| {
                    (known + 1, listed + usize::from(instance.listing.is_some()))
                });
        let attempts = self
            .plan
            .collectors()
            .filter_map(|collector| target.collector(collector).attempt);
        let failed = attempts.filter(|attempt| attempt.result.is_err()).count();
        let (seconds, unlisted) = (start.elapsed().as_secs_f64(), known - listed);
        info!(
            target_name = self.name,
            seconds,
            instances = listed,
            unlisted,
            failed_collectors = failed,
            "refresh finished"
        );
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
