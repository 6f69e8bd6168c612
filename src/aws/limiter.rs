//! The request ceiling of one target: every attempt waits for a permit first.
//!
//! Permits are spaced evenly, so that a quiet minute does not earn a burst. Listings go before
//! details: the pages of a listing come one after the other, and a page that queued behind a pile
//! of details would hold up the refresh. A call that was throttled keeps its position in the queue.
//!
//! When AWS throttles, no call gets a permit for a moment. After that the operation is slowed down,
//! or all of them are where AWS has one limit for all ([`LearntLimits`](learnt_limits)).
//!
//! Where the ceiling allows, a refresh is spread over half the interval, so that the other tools of
//! the account keep their share ([`refresh_spread`]).

mod adaptive_rate;
mod learnt_limits;
mod queue;
mod refresh_spread;
mod throttle_pauses;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::queue::{MAX_PERMIT_INTERVAL, Queue, Turn, permit_interval};
use crate::locks::locked;
use crate::model::Operation;

pub(super) use queue::QueuePosition;

/// The request ceiling of one target.
pub(super) struct Limiter {
    queue: Mutex<Queue>,
}

impl Limiter {
    /// `ceiling` is in requests per second. One of zero or nearly zero becomes one request per
    /// hour, and one that is not a finite number becomes one request per second.
    pub(super) fn new(ceiling: f64, refresh_interval: Duration) -> Self {
        let queue = Queue::new(usable_ceiling(ceiling), refresh_interval);
        Self {
            queue: Mutex::new(queue),
        }
    }

    /// Lets a time without calls be made up for by a burst, so that a handful of calls need not wait
    /// for each other. What is taken at once is missing afterwards: over any time there are no more
    /// permits than the ceiling and one burst.
    pub(super) fn with_burst(self, burst: Duration) -> Self {
        self.queue().allow_burst(burst);
        self
    }

    /// The longest time between two permits of an operation, as things stand.
    pub(super) fn interval(&self) -> Duration {
        permit_interval(self.queue().lowest_rate(Instant::now()))
    }

    /// What an operation is allowed now, in requests per second.
    pub(super) fn allowed(&self, operation: Operation) -> f64 {
        self.queue().limits.allowed(operation, Instant::now())
    }

    /// The longest pause of this refresh.
    pub(super) fn longest_pause(&self) -> Duration {
        self.queue().pauses.longest()
    }

    /// Changes the ceiling, the interval and the burst. What was learnt of AWS's own limits stays,
    /// and so do the calls that wait.
    pub(super) fn reconfigure(&self, ceiling: f64, refresh_interval: Duration, burst: Duration) {
        let mut queue = self.queue();
        queue.reconfigure(usable_ceiling(ceiling), refresh_interval);
        queue.allow_burst(burst);
    }

    /// Begins a refresh.
    pub(super) fn begin(&self) {
        self.queue().begin_refresh();
    }

    /// A position for a call: behind the calls of its rank that came before. All attempts of the
    /// call use the same one.
    pub(super) fn next_position(&self, operation: Operation) -> QueuePosition {
        self.queue().next_position(operation)
    }

    /// Waits for a permit; says how long that took. Dropping the future leaves the queue.
    pub(super) async fn permit(&self, position: QueuePosition) -> Duration {
        let asked = Instant::now();
        let waiter = Waiter::join(self, position);
        loop {
            // A statement of its own: within the `match`, the lock would be held across the waits.
            let turn = self.queue().turn(position);
            match turn {
                Turn::Now => return asked.elapsed(),
                Turn::At(due) => waiter.wait_until(due).await,
                Turn::Later => waiter.woken.notified().await,
            }
        }
    }

    /// AWS throttled an attempt `sent` at that time, and may have said how long to wait.
    pub(super) fn throttled(
        &self,
        operation: Operation,
        sent: Instant,
        retry_after: Option<Duration>,
    ) {
        self.queue().throttled(operation, sent, retry_after);
    }

    /// AWS answered.
    pub(super) fn answered(&self) {
        self.queue().pauses.answered();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        locked(&self.queue)
    }
}

fn usable_ceiling(ceiling: f64) -> f64 {
    // The configuration accepts no ceiling that would have to be changed here, but a limiter must
    // neither stop its target for good nor let it flood AWS.
    if ceiling.is_finite() {
        ceiling.max(MAX_PERMIT_INTERVAL.as_secs_f64().recip())
    } else {
        1.0
    }
}

/// A call that waits. It leaves the queue however the waiting ends.
struct Waiter<'a> {
    limiter: &'a Limiter,
    position: QueuePosition,
    woken: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn join(limiter: &'a Limiter, position: QueuePosition) -> Self {
        let woken = limiter.queue().join(position);
        Self {
            limiter,
            position,
            woken,
        }
    }

    /// Sleeps until that time, or until another call wakes this one.
    async fn wait_until(&self, due: Instant) {
        tokio::select! {
            () = sleep_until(due) => {}
            () = self.woken.notified() => {}
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.limiter.queue().leave(self.position);
    }
}

#[cfg(test)]
mod tests;
