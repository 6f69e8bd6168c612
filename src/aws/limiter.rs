//! The request ceiling of one target: every attempt takes a ticket first.
//!
//! Tickets are spaced evenly, so that idleness earns no burst, and lists go before details: pages
//! of a list come one after the other, and one that queued behind a pile of details would hold up
//! the refresh. Who was throttled keeps its place. When AWS throttles, nobody gets a ticket for a
//! moment, and that operation is slowed down ([`Pace`]), or all of them where AWS has one limit for
//! all.
//!
//! A refresh is spread over half the interval where the ceiling allows, so that other tools keep
//! their share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::adaptive_rate::Pace;
use super::backoff::{MAX_RETRY_AFTER, backoff, jitter};
use crate::collect::Operation;

/// How late a ticket may be taken without moving those after it: a timer's lateness must not lower
/// the rate. Below a hundredth of a second so that no second has more than one ticket too many.
const TOLERANCE: Duration = Duration::from_millis(10);
const SLOWEST: Duration = Duration::from_hours(1);
/// The first pause after a throttle; it doubles with each that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Two operations that are throttled share a limit if the attempts were sent no further apart.
const AT_ONCE: Duration = Duration::from_millis(150);

/// A limit that is hit this often in a row by the same operation, though others are called too, is
/// that operation's own.
const OWN: u32 = 2;
/// The share of all calls below which an operation is not nearly all of them.
const MOST: f64 = 0.8;

#[expect(clippy::cast_possible_truncation, reason = "a handful")]
const OPERATIONS: u32 = Operation::ALL.len() as u32;

/// The ceiling of one target.
pub(super) struct Limiter {
    ceiling: f64,
    /// From the start of a refresh to the start of the next.
    refresh_interval: Duration,
    line: Mutex<Queue>,
}

/// A refresh that is not spread thinner than this, in requests per second: views lag, and a page
/// should be of one time.
const THINNEST: f64 = 1.0;
/// Calls expected of a refresh, in calls of the one before: some changes more.
const EXPECTED: f64 = 1.1;

struct Queue {
    waiting: BTreeMap<QueuePosition, Arc<Notify>>,
    places: u64,
    /// The earliest time of the next ticket.
    slot: Instant,
    /// Requests per second that the refresh is spread to, until `unpaced_from`.
    spread: f64,
    unpaced_from: Instant,
    /// Tickets taken in this refresh.
    taken: u32,
    /// What is learnt of each operation, in the order of [`Operation::ALL`].
    paces: [Pace; Operation::ALL.len()],
    /// What is learnt of all of them together, where they share a limit.
    shared: Pace,
    /// The operation that was throttled last, and when that attempt was sent.
    blamed: Option<(Operation, Instant)>,
    /// How often in a row the shared pace was lowered for the same operation.
    in_a_row: u32,
    /// When AWS throttled last, with a pause for it.
    paused_at: Option<Instant>,
    /// Throttles since the last good answer.
    throttles: u32,
    longest_pause: Duration,
}

/// A call's place in the line, the same for all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueuePosition {
    is_detail: bool,
    number: u64,
    operation: Operation,
}

enum Turn {
    Now,
    /// The next to go, at that time.
    At(Instant),
    /// Somebody else is the next to go.
    Later,
}

impl Limiter {
    /// A ceiling that is nearly zero, or none at all, is one request per hour.
    pub(super) fn new(ceiling: f64, refresh_interval: Duration) -> Self {
        let ceiling = if ceiling.is_finite() {
            ceiling.max(SLOWEST.as_secs_f64().recip())
        } else {
            1.0
        };
        let line = Queue {
            waiting: BTreeMap::new(),
            places: 0,
            slot: Instant::now(),
            spread: ceiling,
            unpaced_from: Instant::now(),
            taken: 0,
            paces: Operation::ALL.map(|_| Pace::of(1)),
            shared: Pace::of(OPERATIONS),
            blamed: None,
            in_a_row: 0,
            paused_at: None,
            throttles: 0,
            longest_pause: Duration::ZERO,
        };
        Self {
            ceiling,
            refresh_interval,
            line: Mutex::new(line),
        }
    }

    /// The longest time between two tickets of an operation, as things stand.
    pub(super) fn interval(&self) -> Duration {
        let (line, now) = (self.line(), Instant::now());
        let allowed = Operation::ALL.map(|operation| line.allowed(operation, now, self.ceiling));
        let slowest = allowed.into_iter().fold(self.ceiling, f64::min);
        interval(slowest.min(line.spread))
    }

    /// What an operation is allowed now, in requests per second.
    pub(super) fn allowed(&self, operation: Operation) -> f64 {
        self.line().allowed(operation, Instant::now(), self.ceiling)
    }

    /// The longest pause of this refresh.
    pub(super) fn longest_pause(&self) -> Duration {
        self.line().longest_pause
    }

    /// Begins a refresh.
    pub(super) fn begin(&self) {
        let mut line = self.line();
        line.throttles = 0;
        line.longest_pause = Duration::ZERO;
        let expected = f64::from(std::mem::take(&mut line.taken)) * EXPECTED;
        let half = self.refresh_interval / 2;
        // The first refresh hurries: there is nothing to show before it, and nothing to go by.
        if expected > 0.0 {
            line.spread = (expected / half.as_secs_f64())
                .max(THINNEST)
                .min(self.ceiling);
            line.unpaced_from = Instant::now() + half;
        }
    }

    /// Joins the line: behind the calls of its kind that came before.
    pub(super) fn next_position(&self, operation: Operation) -> QueuePosition {
        let mut line = self.line();
        line.places += 1;
        QueuePosition {
            is_detail: !operation.is_listing(),
            number: line.places,
            operation,
        }
    }

    /// Waits for a ticket; says how long that took. Dropping the future leaves the line.
    pub(super) async fn permit(&self, place: QueuePosition) -> Duration {
        let asked = Instant::now();
        let waiter = Waiter::join(self, place);
        loop {
            let turn = self.line().turn(place, self.ceiling);
            match turn {
                Turn::Now => return asked.elapsed(),
                Turn::Later => waiter.woken.notified().await,
                Turn::At(slot) => tokio::select! {
                    () = sleep_until(slot) => {}
                    () = waiter.woken.notified() => {}
                },
            }
        }
    }

    /// AWS throttled an attempt `sent` at that time, and may have said how long to wait.
    ///
    /// Attempts that were on their way when the pause began say nothing new about it.
    pub(super) fn throttled(&self, operation: Operation, sent: Instant, asked: Option<Duration>) {
        let mut line = self.line();
        line.attribute_throttle(operation, sent, self.ceiling);
        match asked {
            Some(asked) => line.pause(asked.min(MAX_RETRY_AFTER)),
            None if line.paused_at.is_some_and(|paused_at| sent < paused_at) => {}
            None => {
                line.throttles = line.throttles.saturating_add(1);
                let pause = jitter(backoff(FIRST_PAUSE, line.throttles).min(LONGEST_PAUSE));
                line.pause(pause);
            }
        }
        line.wake_next(Instant::now());
    }

    /// AWS answered.
    pub(super) fn answered(&self) {
        self.line().throttles = 0;
    }

    fn line(&self) -> MutexGuard<'_, Queue> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is asked and is not the next to go wakes the next, and so does who leaves, whether with a
/// ticket or without.
///
/// Thus the next to go is always awake, has a timer, or is about to be woken, and all others may
/// sleep without one: what moves a time forward (a ticket taken) wakes the next, and what moves it
/// back (a throttle) leaves the timer of the one that was the next, which goes off early and wakes
/// the one that now is. A wake-up too many costs one look at the line.
impl Queue {
    fn turn(&mut self, place: QueuePosition, ceiling: f64) -> Turn {
        let now = Instant::now();
        if self.next(now) != Some(place) {
            self.wake_next(now);
            return Turn::Later;
        }
        let slot = self.slot_of(place.operation);
        if now < slot {
            return Turn::At(slot);
        }
        let punctual = |slot: Instant| {
            now.checked_sub(TOLERANCE)
                .map_or(slot, |earliest| earliest.max(slot))
        };
        let per_second = if now < self.unpaced_from {
            self.spread
        } else {
            ceiling
        };
        self.slot = punctual(self.slot) + interval(per_second);
        let learnt = &mut self.paces[place.operation as usize];
        self.shared.take(punctual(slot), now, ceiling);
        learnt.take(punctual(slot), now, ceiling);
        learnt.adapt_to_quiet_peers(now, ceiling, self.shared.in_use(now));
        self.taken = self.taken.saturating_add(1);
        self.leave(place);
        Turn::Now
    }

    /// The earliest time of the next ticket of an operation.
    fn slot_of(&self, operation: Operation) -> Instant {
        let learnt = self.paces[operation as usize]
            .slot()
            .max(self.shared.slot());
        learnt.map_or(self.slot, |slot| slot.max(self.slot))
    }

    fn allowed(&self, operation: Operation, now: Instant, ceiling: f64) -> f64 {
        self.paces[operation as usize]
            .allowed(now, ceiling)
            .min(self.shared.allowed(now, ceiling))
    }

    /// Slows down the operation that was throttled, or all of them where they share a limit.
    ///
    /// An empty bucket that all draw on refuses one after the other, whatever they are; buckets of
    /// their own seldom run out at the same moment. So two that are throttled at once share a
    /// limit. That is believed until the shared pace is back at the ceiling, and doubted when it is
    /// always the same operation that is throttled though others are called as well: then that one
    /// alone is slowed down, and the others are let go faster, which shows who was right.
    fn attribute_throttle(&mut self, operation: Operation, sent: Instant, ceiling: f64) {
        let now = Instant::now();
        let earlier = self.blamed.replace((operation, sent));
        let other = earlier.filter(|(earlier, _)| *earlier != operation);
        let at_once =
            other.is_some_and(|(_, at)| sent.max(at).duration_since(sent.min(at)) <= AT_ONCE);
        let (is_shared, total) = (self.shared.is_refused(), self.shared.in_use(now));
        let pace = &mut self.paces[operation as usize];
        if other.is_some() {
            self.in_a_row = 0;
        } else if is_shared && !self.shared.is_old(sent) && pace.in_use(now) < MOST * total {
            self.in_a_row += 1;
        }
        let is_own = if is_shared {
            self.in_a_row >= OWN
        } else {
            !at_once
        };
        if is_own {
            self.in_a_row = 0;
            self.shared.raise(now, ceiling);
            return pace.refuse(sent, now, ceiling, total);
        }
        if !is_shared {
            self.paces
                .iter_mut()
                .for_each(|pace| pace.revoke_backoff(now));
        }
        self.shared.refuse(sent, now, ceiling, total);
    }

    /// The next to go: the first in the line of those that may go now, else the one that may go
    /// soonest.
    fn next(&self, now: Instant) -> Option<QueuePosition> {
        self.waiting
            .keys()
            .min_by_key(|place| (self.slot_of(place.operation).max(now), **place))
            .copied()
    }

    fn wake_next(&self, now: Instant) {
        if let Some(woken) = self.next(now).and_then(|next| self.waiting.get(&next)) {
            woken.notify_one();
        }
    }

    fn leave(&mut self, place: QueuePosition) {
        self.waiting.remove(&place);
        self.wake_next(Instant::now());
    }

    fn pause(&mut self, pause: Duration) {
        let now = Instant::now();
        self.paused_at = Some(now);
        self.longest_pause = self.longest_pause.max(pause);
        self.slot = self.slot.max(now + pause);
    }
}

/// One that waits. Leaves the line however the waiting ends.
struct Waiter<'a> {
    limiter: &'a Limiter,
    place: QueuePosition,
    woken: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn join(limiter: &'a Limiter, place: QueuePosition) -> Self {
        let woken = Arc::new(Notify::new());
        limiter.line().waiting.insert(place, Arc::clone(&woken));
        Self {
            limiter,
            place,
            woken,
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.limiter.line().leave(self.place);
    }
}

/// The time between two tickets.
fn interval(per_second: f64) -> Duration {
    Duration::try_from_secs_f64(per_second.recip())
        .unwrap_or(SLOWEST)
        .min(SLOWEST)
}

#[cfg(test)]
mod tests;
