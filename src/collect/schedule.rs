//! When targets are refreshed: each at its own pace, from start to start, and never twice at once.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, info, warn};

use super::estimate::{Estimate, estimate};
use super::plan::Plan;
use super::refresh::{fail_all, refresh};
use super::source::{Answer, Source, SourceError};
use crate::model::{Now, Outcome, Target, Timestamp};

/// Both clocks, as the model wants them told.
#[derive(Clone)]
pub struct Clock {
    start: Instant,
    wall: Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>,
}

/// Whoever shows what was read.
pub trait Board: Send + Sync + 'static {
    /// The target's account is known now. `false`: another target is this account and region already, stop.
    fn identified(&self, account_id: &str) -> bool;

    /// A refresh starts.
    fn refresh_started(&self, at: Option<Timestamp>);

    /// A refresh has ended.
    fn refresh_ended(&self, took: Duration);

    /// The state has changed: show it.
    fn show(&self, target: &Arc<Mutex<Target>>) -> impl Future<Output = ()> + Send;
}

/// One target and everything its refreshes need.
#[derive(Debug)]
pub struct Refresher<S, B> {
    source: S,
    board: B,
    plan: Plan,
    clock: Clock,
    target: Arc<Mutex<Target>>,
    /// For the log: the account as configured, and the region.
    name: String,
}

/// Whether a target goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At the next tick.
    Again,
    /// Never: another target is the same account and region.
    Stop,
}

/// How often to look whether there is anything that may grow old.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

// === impl Clock ===

impl Clock {
    /// A clock that starts now.
    pub fn new(wall: impl Fn() -> Option<Timestamp> + Send + Sync + 'static) -> Self {
        Self { start: Instant::now(), wall: Arc::new(wall) }
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        Now { since_start: self.start.elapsed(), wall: (self.wall)() }
    }

    fn instant(&self, since_start: Duration) -> Instant {
        self.start + since_start
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").field("start", &self.start).finish_non_exhaustive()
    }
}

// === impl Refresher ===

impl<S: Source, B: Board> Refresher<S, B> {
    /// A target of which nothing is known yet; `name` is for the log.
    pub fn new(source: S, board: B, plan: Plan, clock: Clock, target: Target, name: String) -> Self {
        Self { source, board, plan, clock, target: Arc::new(Mutex::new(target)), name }
    }

    /// Refreshes the target until it turns out to be another one's double; else for ever.
    ///
    /// The first start is `delay` from now. A refresh that outlasts the interval skips the ticks that it misses.
    pub async fn run(&self, interval: Duration, delay: Duration) {
        let mut start = Instant::now() + delay;
        let mut first = true;
        loop {
            tokio::select! {
                () = sleep_until(start) => {}
                () = self.expire_for_ever() => {}
            }
            if self.refresh(first).await == Next::Stop {
                return;
            }
            first = false;
            start = next_tick(start, interval, Instant::now());
        }
    }

    /// What refreshes of the target will cost.
    ///
    /// # Errors
    /// The first failure of a call.
    pub async fn estimate(&self) -> Answer<Estimate> {
        let ages = locked(&self.target).ages();
        estimate(&self.source, &self.plan, ages).await
    }

    /// Refreshes the target once. A `first` refresh is shown collector by collector, the others at their end.
    pub async fn refresh(&self, first: bool) -> Next {
        let start = Instant::now();
        self.board.refresh_started(self.clock.now().wall);
        let next = tokio::select! {
            next = self.read(start, first) => next,
            () = self.expire_for_ever() => Next::Again,
        };
        locked(&self.target).end_refresh();
        if next == Next::Again {
            self.board.show(&self.target).await;
            self.board.refresh_ended(start.elapsed());
        }
        next
    }

    async fn read(&self, start: Instant, first: bool) -> Next {
        match self.source.begin().await {
            Ok(account_id) if !self.board.identified(&account_id) => {
                warn!(target_name = self.name, account_id, "left out: another target is the same account and region");
                return Next::Stop;
            }
            Ok(_) if first => self.read_and_show_each(start).await,
            Ok(_) => self.read_whole(start).await,
            Err(error) => {
                warn!(
                    target_name = self.name,
                    reason = error.reason.as_str(),
                    error = error.detail,
                    "refresh failed: no credentials"
                );
                fail_all(&self.plan, error.reason, start.elapsed(), |outcome| {
                    locked(&self.target).apply(outcome, self.clock.now());
                });
            }
        }
        Next::Again
    }

    /// Keeps what collectors brought until all have ended.
    async fn read_whole(&self, start: Instant) {
        let outcomes: Mutex<Vec<(Outcome, Now)>> = Mutex::default();
        refresh(&self.source, &self.plan, &self.target, self.clock.now(), |outcome, error| {
            self.log_failure(&outcome, error);
            // Data is as old as its collector's end, not as the refresh's.
            locked(&outcomes).push((outcome, self.clock.now()));
        })
        .await;
        let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Listing, summaries, details: what each means depends on the one before.
        outcomes.sort_by_key(|(outcome, _)| outcome.collector);
        for (outcome, ended) in outcomes {
            locked(&self.target).apply(outcome, ended);
        }
        self.log_end(start);
    }

    /// Takes in what a collector brought as soon as it has ended, so that the first page is not long in coming.
    async fn read_and_show_each(&self, start: Instant) {
        let (sender, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let reading = async {
            let sender = sender;
            refresh(&self.source, &self.plan, &self.target, self.clock.now(), |outcome, error| {
                self.log_failure(&outcome, error);
                // The receiver is in this function, too.
                let _ = sender.send((outcome, self.clock.now()));
            })
            .await;
        };
        let showing = async {
            while let Some((outcome, now)) = ended.recv().await {
                locked(&self.target).apply(outcome, now);
                self.board.show(&self.target).await;
            }
        };
        tokio::join!(reading, showing);
        self.log_end(start);
    }

    /// Drops data as it grows too old, also while a refresh hangs.
    async fn expire_for_ever(&self) {
        loop {
            let now = self.clock.now();
            let (next, dropped) = locked(&self.target).expire(now);
            if dropped {
                self.board.show(&self.target).await;
            }
            match next {
                Some(next) => sleep_until(self.clock.instant(next)).await,
                // Nothing to drop yet; a long first refresh brings something.
                None => sleep(LOOK_AGAIN).await,
            }
        }
    }

    fn log_failure(&self, outcome: &Outcome, error: Option<SourceError>) {
        let collector = outcome.collector.as_str();
        match (outcome.attempt.result, error) {
            (Err(reason), error) => {
                let error = error.map_or_else(String::new, |error| error.detail);
                warn!(target_name = self.name, collector, reason = reason.as_str(), error, "collector failed");
            }
            (Ok(()), Some(error)) => {
                let (skipped, reason) = (outcome.attempt.skipped, error.reason.as_str());
                warn!(
                    target_name = self.name,
                    collector,
                    skipped,
                    reason,
                    error = error.detail,
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
        let (known, listed) = target.instances().fold((0_usize, 0_usize), |(known, listed), instance| {
            (known + 1, listed + usize::from(instance.listing.is_some()))
        });
        let attempts = self.plan.collectors().filter_map(|collector| target.collector(collector).attempt);
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

/// The first of the ticks after `start` that is not past.
fn next_tick(start: Instant, interval: Duration, now: Instant) -> Instant {
    let passed = now.saturating_duration_since(start).as_nanos().div_ceil(interval.as_nanos().max(1)).max(1);
    start + interval.saturating_mul(u32::try_from(passed).unwrap_or(u32::MAX))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
