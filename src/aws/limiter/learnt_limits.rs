//! What AWS allows each operation, learnt from its throttles.
//!
//! AWS does not say whether its operations have limits of their own or share one. An empty bucket
//! from which all operations draw refuses one after the other, whatever they are, while buckets of
//! their own seldom run out at the same moment. So two operations that are throttled at once are
//! taken to share a limit.
//!
//! That is believed until the shared rate is back at the ceiling. It is doubted when the same
//! operation is throttled again and again, though others are called as well. Then that operation
//! alone is slowed down and the others are let go faster, which shows which of the two was right.

use std::time::Duration;

use tokio::time::Instant;

use super::adaptive_rate::AdaptiveRate;
use crate::model::Operation;

/// Two throttled operations share a limit if their attempts were sent no further apart.
pub(super) const MAX_SIMULTANEOUS_GAP: Duration = Duration::from_millis(150);
/// A limit that the same operation hits this many times in a row is its own.
pub(super) const OWN_LIMIT_STREAK: u32 = 2;
/// An operation with a smaller share of all calls than this is not nearly all that is called.
const DOMINANT_SHARE: f64 = 0.8;

const OPERATION_COUNT: usize = Operation::ALL.len();

/// The limits of one target.
#[derive(Debug)]
pub(super) struct LearntLimits {
    /// In the order of [`Operation::ALL`].
    by_operation: [AdaptiveRate; OPERATION_COUNT],
    /// Of all operations together, where they share a limit.
    shared: AdaptiveRate,
    last_throttle: Option<Throttle>,
    /// How many times in a row the shared limit was hit by the same operation.
    streak: u32,
}

/// A throttled attempt.
#[derive(Clone, Copy, Debug)]
struct Throttle {
    operation: Operation,
    sent: Instant,
}

impl LearntLimits {
    /// Nothing is learnt yet: every operation may use the whole `ceiling`, in requests per
    /// second.
    pub(super) fn new(ceiling: f64) -> Self {
        Self {
            by_operation: Operation::ALL.map(|_| AdaptiveRate::new(ceiling, 1)),
            shared: AdaptiveRate::new(ceiling, OPERATION_COUNT),
            last_throttle: None,
            streak: 0,
        }
    }

    /// Changes the ceiling, in requests per second.
    pub(super) fn set_ceiling(&mut self, ceiling: f64) {
        let rates = self.by_operation.iter_mut().chain([&mut self.shared]);
        rates.for_each(|rate| rate.set_ceiling(ceiling));
    }

    /// What an operation is allowed now, in requests per second.
    pub(super) fn allowed(&self, operation: Operation, now: Instant) -> f64 {
        let own = self.own(operation).allowed(now);
        own.min(self.shared.allowed(now))
    }

    /// The earliest time of the next permit of an operation; `None` if nothing holds it back.
    pub(super) fn next_permit_at(&self, operation: Operation) -> Option<Instant> {
        let own = self.own(operation).next_permit_at();
        // `None` is less than any time, so the maximum is whatever holds the operation back longer.
        own.max(self.shared.next_permit_at())
    }

    /// A permit is taken now that was `due` at that time.
    pub(super) fn take_permit(&mut self, operation: Operation, due: Instant, now: Instant) {
        // The shared rate comes first, because the total must include this permit.
        self.shared.take_permit(due, now);
        let total = self.shared.measured(now);
        let own = self.own_mut(operation);
        own.take_permit(due, now);
        own.adapt_to_quiet_peers(now, total);
    }

    /// Slows down the operation that was throttled, or all of them where they share a limit.
    pub(super) fn attribute_throttle(&mut self, operation: Operation, sent: Instant, now: Instant) {
        let throttle = Throttle { operation, sent };
        let last_throttle = self.last_throttle.replace(throttle);
        let of_another = last_throttle.filter(|last| last.operation != operation);
        self.update_streak(throttle, of_another.is_some(), now);
        if self.is_own_limit(throttle, of_another) {
            self.slow_down(throttle, now);
        } else {
            self.slow_down_all(throttle, now);
        }
    }

    /// Whether a throttle came from a limit of the operation's own; `of_another` is the throttle
    /// before, if it was of another operation.
    fn is_own_limit(&self, throttle: Throttle, of_another: Option<Throttle>) -> bool {
        if self.shared.is_held_back() {
            return self.streak >= OWN_LIMIT_STREAK;
        }
        // The very first throttle counts as the operation's own until another operation's follows.
        !of_another.is_some_and(|other| throttle.is_simultaneous_with(other))
    }

    fn update_streak(&mut self, throttle: Throttle, is_after_another: bool, now: Instant) {
        if is_after_another {
            self.streak = 0;
        } else if self.hits_shared_limit(throttle) && !self.is_dominant(throttle.operation, now) {
            self.streak += 1;
        }
    }

    fn hits_shared_limit(&self, throttle: Throttle) -> bool {
        self.shared.is_held_back() && !self.shared.is_outdated(throttle.sent)
    }

    /// Whether nearly all calls are of this operation. Then it says nothing that others are not
    /// throttled.
    fn is_dominant(&self, operation: Operation, now: Instant) -> bool {
        let own = self.own(operation).measured(now);
        own >= DOMINANT_SHARE * self.shared.measured(now)
    }

    fn slow_down(&mut self, throttle: Throttle, now: Instant) {
        self.streak = 0;
        let total = self.shared.measured(now);
        // If the limit is shared after all, the others run into it soon, and all slow down again.
        self.shared.raise(now);
        let own = self.own_mut(throttle.operation);
        own.refuse(throttle.sent, now, total);
    }

    fn slow_down_all(&mut self, throttle: Throttle, now: Instant) {
        // The operations throttled just before were slowed down as if their limits were their own.
        if !self.shared.is_held_back() {
            self.revoke_own_backoffs(now);
        }
        let total = self.shared.measured(now);
        self.shared.refuse(throttle.sent, now, total);
    }

    fn revoke_own_backoffs(&mut self, now: Instant) {
        for own in &mut self.by_operation {
            own.revoke_backoff(now);
        }
    }

    fn own(&self, operation: Operation) -> &AdaptiveRate {
        &self.by_operation[operation as usize]
    }

    fn own_mut(&mut self, operation: Operation) -> &mut AdaptiveRate {
        &mut self.by_operation[operation as usize]
    }
}

impl Throttle {
    fn is_simultaneous_with(self, other: Self) -> bool {
        let later = self.sent.max(other.sent);
        let earlier = self.sent.min(other.sent);
        later.duration_since(earlier) <= MAX_SIMULTANEOUS_GAP
    }
}
