//! Supervises the refreshes of a target: when they start, and what happens when one of them fails.
//!
//! The refreshes themselves run on other threads, because AWS's SDK may block a thread or panic.
//! The supervisor keeps the schedule, drops data that grows too old, and deals with a refresh that
//! never ends or that panics. It never waits for AWS itself.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinError;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use super::refresher::{RefreshObserver, Refresher};
use super::source::Source;
use crate::model::FailureReason;

/// How often to check for data that may expire, as long as there is none.
const EXPIRY_CHECK_INTERVAL: Duration = Duration::from_mins(1);

/// A refresh that was given up although its thread is still blocked.
// Aborting a task takes effect only when the task next yields, which a blocked one never does.
type Lingering = Option<AbortOnDropHandle<()>>;

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// Refreshes the target for ever, on the threads of `workers`. The first refresh starts `delay`
    /// from now, so that many targets do not start at once.
    ///
    /// A panic, in a refresh or in the schedule itself, fails the collectors of this target. Other
    /// targets are not affected, and this one is tried again at the next tick.
    pub async fn run(self: Arc<Self>, workers: Handle, delay: Duration) {
        let mut delay = delay;
        loop {
            let schedule = Arc::clone(&self).keep_schedule(&workers, delay);
            // The schedule has no end, so it can only have panicked.
            let _ = AssertUnwindSafe(schedule).catch_unwind().await;
            // Recovering renders the target, and it may have been the rendering that panicked.
            let _ = AssertUnwindSafe(self.recover_from_panic())
                .catch_unwind()
                .await;
            delay = self.interval();
        }
    }

    /// Refreshes the target once, on the threads of `workers`.
    pub async fn refresh_once(self: Arc<Self>, workers: Handle) {
        let _ = self.refresh_on(&workers, false, None).await;
    }

    /// Starts a refresh at each tick. A refresh that outlasts the interval skips the ticks that it
    /// misses.
    async fn keep_schedule(self: Arc<Self>, workers: &Handle, delay: Duration) {
        let mut start = Instant::now() + delay;
        tokio::select! {
            () = sleep_until(start) => {}
            () = self.expire_for_ever() => {}
        }
        let mut first = true;
        let mut lingering = None;
        loop {
            lingering = Arc::clone(&self)
                .refresh_on(workers, first, lingering)
                .await;
            first = false;
            start = self.wait_for_tick(start).await;
        }
    }

    /// Waits for the next start after `last`, while data expires, and returns it.
    async fn wait_for_tick(&self, last: Instant) -> Instant {
        let mut reconfigured = self.reconfigured.subscribe();
        loop {
            let next = next_tick(last, self.interval(), Instant::now());
            tokio::select! {
                () = sleep_until(next) => return next,
                () = self.expire_for_ever() => {}
                // The interval may be another one now. The sender is ours, so there is no error.
                _ = reconfigured.changed() => {}
            }
        }
    }

    /// The time from the start of a refresh to the start of the next, as of now.
    fn interval(&self) -> Duration {
        self.target.lock().age_limits().interval
    }

    /// Refreshes the target once, on the threads of `workers`. Returns the refresh if it was given
    /// up and its thread is still blocked.
    pub(super) async fn refresh_on(
        self: Arc<Self>,
        workers: &Handle,
        first: bool,
        lingering: Lingering,
    ) -> Lingering {
        // Two refreshes of a target must never overlap: both would change the same state, and a
        // target whose thread blocks at every refresh would use up all threads.
        if let Some(lingering) = lingering.filter(|refresh| !refresh.is_finished()) {
            self.fail_stalled().await;
            return Some(lingering);
        }
        self.progress.note();
        let refresh = self.spawn_refresh(workers, first);
        self.watch(refresh).await
    }

    /// Waits for the end of a refresh, or for the time at which it must be given up.
    async fn watch(&self, mut refresh: AbortOnDropHandle<()>) -> Lingering {
        tokio::select! {
            ended = &mut refresh => {
                self.note_end(ended).await;
                None
            }
            () = self.stalled() => {
                refresh.abort();
                self.fail_stalled().await;
                Some(refresh)
            }
            () = self.expire_for_ever() => None,
        }
    }

    async fn note_end(&self, ended: Result<(), JoinError>) {
        if ended.is_err_and(|error| error.is_panic()) {
            self.recover_from_panic().await;
        }
    }

    fn spawn_refresh(self: &Arc<Self>, workers: &Handle, first: bool) -> AbortOnDropHandle<()> {
        let refresher = Arc::clone(self);
        let refresh = async move { refresher.refresh(first).await };
        AbortOnDropHandle::new(workers.spawn(refresh))
    }

    /// Ends when a refresh has shown no progress for so long that it cannot be running.
    async fn stalled(&self) {
        self.progress
            .silence(|| self.settings().source.patience() + self.stall_grace)
            .await;
    }

    async fn fail_stalled(&self) {
        self.log_stalled();
        let took = self.progress.last().elapsed();
        self.fail_collectors(FailureReason::Timeout, took);
        self.target.lock().end_refresh();
        self.show().await;
    }

    /// Puts the target in order after a panic. The panic itself has been logged by the panic hook.
    async fn recover_from_panic(&self) {
        self.observer.panicked();
        // A panic in the middle of a change leaves a state that is half changed and must not be
        // shown. The lock is poisoned exactly in that case.
        self.target.forget_half_changed();
        self.fail_collectors(FailureReason::Internal, Duration::ZERO);
        self.target.lock().end_refresh();
        self.show().await;
    }

    /// Drops data as it grows too old, even while a refresh hangs.
    async fn expire_for_ever(&self) {
        let mut reconfigured = self.reconfigured.subscribe();
        loop {
            let next = self.expire().await;
            tokio::select! {
                () = self.until_expiry(next) => {}
                // Data may have to go sooner now.
                _ = reconfigured.changed() => {}
            }
        }
    }

    async fn until_expiry(&self, next: Option<Duration>) {
        match next {
            Some(next) => sleep_until(self.clock.instant(next)).await,
            // There is nothing to drop yet, but a long first refresh will bring something.
            None => sleep(EXPIRY_CHECK_INTERVAL).await,
        }
    }

    /// Drops data that has grown too old. Returns when the next data will have, as time since the
    /// exporter's start.
    async fn expire(&self) -> Option<Duration> {
        let now = self.clock.now();
        let expiry = self.target.lock().expire(now);
        if expiry.has_dropped {
            self.show().await;
        }
        expiry.next
    }
}

/// Returns the first of the ticks after `start` that has not passed.
fn next_tick(start: Instant, interval: Duration, now: Instant) -> Instant {
    let passed = now
        .saturating_duration_since(start)
        .as_nanos()
        .div_ceil(interval.as_nanos().max(1))
        .max(1);
    start + interval.saturating_mul(u32::try_from(passed).unwrap_or(u32::MAX))
}
