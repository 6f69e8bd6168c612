//! How many retries a target has left in a refresh, so that a lasting fault does not multiply its
//! calls.

use std::sync::atomic::{AtomicI64, Ordering};

/// The retries of one target, per kind of failure.
pub(super) struct RetryBudgets {
    pub(super) transient: RetryBudget,
    pub(super) throttled: RetryBudget,
}

impl RetryBudgets {
    pub(super) const fn new() -> Self {
        Self {
            // Ten good answers earn one retry. If more calls than that fail, AWS or the network is
            // down, and further attempts would not help.
            transient: RetryBudget::new(50, 1),
            // Each good answer earns one retry. There may be many, because throttled calls are
            // slowed down anyway, and some throttles are how the limiter finds out what is allowed.
            throttled: RetryBudget::new(500, 10),
        }
    }

    /// Begins a refresh.
    pub(super) fn refill(&self) {
        self.transient.refill();
        self.throttled.refill();
    }

    /// Notes a good answer. Each earns some retries, because a long refresh meets more faults than
    /// a short one.
    pub(super) fn earn(&self) {
        self.transient.earn();
        self.throttled.earn();
    }
}

/// A number of retries, counted in tenths.
pub(super) struct RetryBudget {
    left: AtomicI64,
    full: i64,
    /// What a good answer earns.
    earned: i64,
}

impl RetryBudget {
    const TENTHS_PER_RETRY: i64 = 10;

    const fn new(retries: i64, earned_tenths: i64) -> Self {
        let full = retries * Self::TENTHS_PER_RETRY;
        Self {
            left: AtomicI64::new(full),
            full,
            earned: earned_tenths,
        }
    }

    fn refill(&self) {
        self.left.store(self.full, Ordering::Relaxed);
    }

    fn earn(&self) {
        let _full_already = self.update(|left| self.after_answer(left));
    }

    /// Takes one retry; says whether there was one.
    pub(super) fn spend(&self) -> bool {
        self.update(Self::after_retry).is_ok()
    }

    fn after_answer(&self, left: i64) -> Option<i64> {
        (left < self.full).then(|| (left + self.earned).min(self.full))
    }

    fn after_retry(left: i64) -> Option<i64> {
        (left >= Self::TENTHS_PER_RETRY).then(|| left - Self::TENTHS_PER_RETRY)
    }

    fn update(&self, change: impl FnMut(i64) -> Option<i64>) -> Result<i64, i64> {
        // Nothing else is read along with the number, so no stronger ordering is needed.
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_ends_and_good_answers_earn_retries() {
        let budget = RetryBudget::new(2, 5);
        assert!(budget.spend() && budget.spend() && !budget.spend());
        budget.earn();
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
        budget.refill();
        budget.earn();
        assert!(budget.spend() && budget.spend() && !budget.spend());
    }
}
