//! The calls that wait for a permit, and whose turn it is.
//!
//! A call that is asked and is not the next to go wakes the next one. So does a call that leaves
//! the queue, with a permit or without. Thus the next to go is always awake, has a timer, or is
//! about to be woken, and all others may sleep without a timer.
//!
//! That holds when times change. A permit that is taken moves times forward, and its taker wakes
//! the next call. A throttle moves times back; then the timer of the call that was the next goes
//! off early, and that call wakes the one that is the next now. A wake-up too many costs one look
//! at the queue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::learnt_limits::LearntLimits;
use super::refresh_spread::RefreshSpread;
use super::throttle_pauses::ThrottlePauses;
use crate::model::Operation;

/// How late a permit may be taken without moving those after it, because a timer that goes off late
/// must not lower the rate. Below a hundredth of a second, so that no second has more than one
/// permit too many.
pub(super) const TIMER_TOLERANCE: Duration = Duration::from_millis(10);

/// Even the lowest ceiling allows one request in this time.
pub(super) const MAX_PERMIT_INTERVAL: Duration = Duration::from_hours(1);

/// Everything that decides who gets a permit, and when.
pub(super) struct Queue {
    ceiling: f64,
    pub(super) waiting: BTreeMap<QueuePosition, Arc<Notify>>,
    /// How many positions were given out.
    positions: u64,
    /// The time of the next permit, whatever its operation, if permits were evenly spaced.
    next_permit_at: Instant,
    /// How much earlier than that it may be taken.
    burst: Duration,
    spread: RefreshSpread,
    pub(super) limits: LearntLimits,
    pub(super) pauses: ThrottlePauses,
}

/// A call's position in the queue, the same for all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::aws) struct QueuePosition {
    // The order of these members is the order in the queue.
    is_detail: bool,
    number: u64,
    pub(super) operation: Operation,
}

/// When a call gets its permit.
pub(super) enum Turn {
    /// It has it.
    Now,
    /// It is the next to go, at that time.
    At(Instant),
    /// Another call is the next to go.
    Later,
}

impl Queue {
    pub(super) fn new(ceiling: f64, refresh_interval: Duration) -> Self {
        Self {
            ceiling,
            waiting: BTreeMap::new(),
            positions: 0,
            next_permit_at: Instant::now(),
            burst: Duration::ZERO,
            spread: RefreshSpread::new(ceiling, refresh_interval),
            limits: LearntLimits::new(ceiling),
            pauses: ThrottlePauses::default(),
        }
    }

    pub(super) fn reconfigure(&mut self, ceiling: f64, refresh_interval: Duration) {
        self.ceiling = ceiling;
        self.spread.reconfigure(ceiling, refresh_interval);
        self.limits.set_ceiling(ceiling);
    }

    /// Allows as many permits at once as the ceiling allows in `time`.
    pub(super) fn allow_burst(&mut self, time: Duration) {
        // The first of them needs no allowance.
        self.burst = time.saturating_sub(permit_interval(self.ceiling));
    }

    pub(super) fn begin_refresh(&mut self) {
        self.pauses.begin_refresh();
        self.spread.begin_refresh();
    }

    /// The rate of the operation that is the slowest now, in requests per second.
    pub(super) fn lowest_rate(&self, now: Instant) -> f64 {
        let start = self.ceiling.min(self.spread.rate());
        let learnt = Operation::ALL.map(|operation| self.limits.allowed(operation, now));
        learnt.into_iter().fold(start, f64::min)
    }

    pub(super) fn next_position(&mut self, operation: Operation) -> QueuePosition {
        self.positions += 1;
        QueuePosition {
            // `false` is less than `true`, so listings go first.
            is_detail: !operation.is_listing(),
            number: self.positions,
            operation,
        }
    }

    /// Adds a call; the answer wakes it.
    pub(super) fn join(&mut self, position: QueuePosition) -> Arc<Notify> {
        let woken = Arc::new(Notify::new());
        self.waiting.insert(position, Arc::clone(&woken));
        woken
    }

    pub(super) fn leave(&mut self, position: QueuePosition) {
        self.waiting.remove(&position);
        self.wake_next(Instant::now());
    }

    /// Gives a call its permit if it is its turn.
    pub(super) fn turn(&mut self, position: QueuePosition) -> Turn {
        let now = Instant::now();
        // This call woke up out of turn. It sleeps on without a timer, so it has to make sure that
        // the next to go is awake.
        if self.next(now) != Some(position) {
            self.wake_next(now);
            return Turn::Later;
        }
        let due = self.due(position.operation);
        if now < due {
            return Turn::At(due);
        }
        self.take_permit(position.operation, due, now);
        self.leave(position);
        Turn::Now
    }

    fn take_permit(&mut self, operation: Operation, due: Instant, now: Instant) {
        // The times count on from when the permit was due, so that lateness does not add up.
        let rate = self.spread.take_permit(now);
        self.next_permit_at = punctual(self.next_permit_at, now) + permit_interval(rate);
        self.limits.take_permit(operation, punctual(due, now), now);
    }

    pub(super) fn throttled(
        &mut self,
        operation: Operation,
        sent: Instant,
        retry_after: Option<Duration>,
    ) {
        let now = Instant::now();
        self.limits.attribute_throttle(operation, sent, now);
        if let Some(pause) = self.pauses.pause_after(sent, retry_after, now) {
            self.hold_back_until(now + pause);
        }
        self.wake_next(now);
    }

    fn hold_back_until(&mut self, end: Instant) {
        // A short pause must not end a longer one that AWS has asked for before. No burst follows a
        // throttle.
        self.next_permit_at = self.next_permit_at.max(end + self.burst);
    }

    /// The earliest time of the next permit of an operation.
    fn due(&self, operation: Operation) -> Instant {
        let early = self.next_permit_at.checked_sub(self.burst);
        let next_permit_at = early.unwrap_or(self.next_permit_at);
        match self.limits.next_permit_at(operation) {
            Some(learnt) => learnt.max(next_permit_at),
            None => next_permit_at,
        }
    }

    /// The next to go: the first of those in the queue that may go now, else the one that may go
    /// soonest.
    fn next(&self, now: Instant) -> Option<QueuePosition> {
        // Every call is looked at, because each operation has its own time. There are only about as
        // many as are under way at once.
        self.waiting
            .keys()
            .min_by_key(|position| (self.due(position.operation).max(now), **position))
            .copied()
    }

    fn wake_next(&self, now: Instant) {
        if let Some(next) = self.next(now)
            && let Some(woken) = self.waiting.get(&next)
        {
            // A call that does not wait yet finds this wake-up as soon as it does, so that none is
            // lost between its look at the queue and its sleep.
            woken.notify_one();
        }
    }
}

/// The time between two permits at a rate in requests per second.
pub(super) fn permit_interval(rate: f64) -> Duration {
    Duration::try_from_secs_f64(rate.recip())
        .unwrap_or(MAX_PERMIT_INTERVAL)
        .min(MAX_PERMIT_INTERVAL)
}

/// The time from which to count on after a permit that was `due` at that time and is taken now: its
/// own, unless it is taken so late that the late permits would come as a burst.
fn punctual(due: Instant, now: Instant) -> Instant {
    match now.checked_sub(TIMER_TOLERANCE) {
        Some(earliest) => due.max(earliest),
        None => due,
    }
}
