//! When a target is refreshed, and what becomes of it when a task of it fails.
//!
//! Refreshes run on other threads than this: AWS's SDK may block a thread or panic. Here are the
//! ticks, the expiry of data that grows too old, and what is said of a refresh that never ends or
//! that panics. None of it waits for AWS.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tracing::error;

use super::refresher::{RefreshObserver, Refresher};
use super::source::Source;
use crate::locks::locked;
use crate::model::FailureReason;

/// How often to look whether there is anything that may grow old.
const EXPIRY_CHECK_INTERVAL: Duration = Duration::from_mins(1);

/// A refresh that was given up although its thread is still blocked.
type Lingering = Option<AbortOnDropHandle<()>>;

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// Refreshes the target for ever, on the threads of `workers`. The first start is `delay` from
    /// now.
    ///
    /// A panic, in a refresh or here, fails the target's collectors and costs nothing else: it goes
    /// on at the next tick.
    pub async fn run(self: Arc<Self>, workers: Handle, interval: Duration, delay: Duration) {
        let mut delay = delay;
        loop {
            let schedule = Arc::clone(&self).keep_schedule(&workers, interval, delay);
            // The schedule has no end, so this is a panic of it.
            let _ = AssertUnwindSafe(schedule).catch_unwind().await;
            let _ = AssertUnwindSafe(self.recover_from_panic())
                .catch_unwind()
                .await;
            delay = interval;
        }
    }

    /// Refreshes the target once, on the threads of `workers`.
    pub async fn refresh_once(self: Arc<Self>, workers: Handle) {
        let _ = self.refresh_on(&workers, false, None).await;
    }

    /// Starts a refresh at each tick. One that outlasts the interval skips the ticks that it
    /// misses.
    async fn keep_schedule(self: Arc<Self>, workers: &Handle, interval: Duration, delay: Duration) {
        let mut start = Instant::now() + delay;
        let mut first = true;
        let mut lingering = None;
        loop {
            tokio::select! {
                () = sleep_until(start) => {}
                () = self.expire_for_ever() => {}
            }
            lingering = Arc::clone(&self)
                .refresh_on(workers, first, lingering)
                .await;
            first = false;
            start = next_tick(start, interval, Instant::now());
        }
    }

    /// Refreshes the target once, on the threads of `workers`. Answers the refresh if it was given
    /// up and still lingers.
    pub(super) async fn refresh_on(
        self: Arc<Self>,
        workers: &Handle,
        first: bool,
        lingering: Lingering,
    ) -> Lingering {
        // Two refreshes of a target never overlap.
        if let Some(lingering) = lingering.filter(|refresh| !refresh.is_finished()) {
            self.fail_stalled().await;
            return Some(lingering);
        }
        self.progress.note();
        let mut refresh = self.spawn_refresh(workers, first);
        tokio::select! {
            ended = &mut refresh => {
                if ended.is_err_and(|error| error.is_panic()) {
                    self.recover_from_panic().await;
                }
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

    fn spawn_refresh(self: &Arc<Self>, workers: &Handle, first: bool) -> AbortOnDropHandle<()> {
        let refresher = Arc::clone(self);
        let refresh = async move { refresher.refresh(first).await };
        AbortOnDropHandle::new(workers.spawn(refresh))
    }

    /// Ends when a refresh has shown no progress for so long that it cannot be running.
    async fn stalled(&self) {
        loop {
            let limit = self.progress.last() + self.source.patience() + self.stall_grace;
            if limit <= Instant::now() {
                return;
            }
            sleep_until(limit).await;
        }
    }

    async fn fail_stalled(&self) {
        error!(
            target_name = self.name,
            "the refresh stands still: something that it calls blocks its thread"
        );
        let took = self.progress.last().elapsed();
        self.fail_collectors(FailureReason::Timeout, took);
        locked(&self.target).end_refresh();
        self.show().await;
    }

    /// What a panic leaves behind. The panic itself has been logged where it happened.
    async fn recover_from_panic(&self) {
        self.observer.panicked();
        // A panic in the middle of a change leaves half a state, which must not be shown.
        if self.target.is_poisoned() {
            locked(&self.target).forget();
            self.target.clear_poison();
        }
        self.fail_collectors(FailureReason::Internal, Duration::ZERO);
        locked(&self.target).end_refresh();
        self.show().await;
    }

    /// Drops data as it grows too old, also while a refresh hangs.
    async fn expire_for_ever(&self) {
        loop {
            let now = self.clock.now();
            let expiry = locked(&self.target).expire(now);
            if expiry.has_dropped {
                self.show().await;
            }
            match expiry.next {
                Some(next) => sleep_until(self.clock.instant(next)).await,
                // Nothing to drop yet; a long first refresh brings something.
                None => sleep(EXPIRY_CHECK_INTERVAL).await,
            }
        }
    }
}

/// The first of the ticks after `start` that is not past.
fn next_tick(start: Instant, interval: Duration, now: Instant) -> Instant {
    let passed = now
        .saturating_duration_since(start)
        .as_nanos()
        .div_ceil(interval.as_nanos().max(1))
        .max(1);
    start + interval.saturating_mul(u32::try_from(passed).unwrap_or(u32::MAX))
}
