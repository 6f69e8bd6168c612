//! When the next discovery begins, and what it lists.

use std::time::Duration;

use tokio::time::Instant;

use super::round::Extent;

/// The pause before what failed is listed again. It doubles with each further failure.
// Nobody should wait an hour for the first accounts because of one bad minute.
const FIRST_RETRY_PAUSE: Duration = Duration::from_mins(1);
/// More doublings would make it longer than any interval.
const MAX_DOUBLINGS: u32 = 16;

/// The times of the discoveries.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    /// When everything is listed again.
    next_full: Instant,
    /// How many discoveries have failed in a row.
    failures: u32,
}

impl Schedule {
    /// The first discovery begins now.
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            next_full: Instant::now(),
            failures: 0,
        }
    }

    /// What a discovery that begins now lists.
    pub(super) fn begin(&mut self) -> Extent {
        let now = Instant::now();
        if now < self.next_full {
            return Extent::WhatFailed;
        }
        self.next_full = now + self.interval;
        Extent::Everything
    }

    /// When the next discovery begins, after one that has just ended.
    pub(super) fn next(&mut self, has_failed: bool) -> Instant {
        if !has_failed {
            self.failures = 0;
            return self.next_full;
        }
        let doublings = self.failures.min(MAX_DOUBLINGS);
        self.failures = self.failures.saturating_add(1);
        let retry = Instant::now() + FIRST_RETRY_PAUSE.saturating_mul(1 << doublings);
        retry.min(self.next_full)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep_until};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn everything_is_listed_every_interval_and_what_failed_more_and_more_seldom_in_between() {
        let start = Instant::now();
        let mut schedule = Schedule::new(HOUR);
        let mut minutes = Vec::new();
        for _ in 0..8 {
            let extent = schedule.begin();
            minutes.push((start.elapsed().as_secs() / 60, extent));
            sleep_until(schedule.next(true)).await;
        }
        let full = |minute| (minute, Extent::Everything);
        let some = |minute| (minute, Extent::WhatFailed);
        let expected = [
            full(0),
            some(1),
            some(3),
            some(7),
            some(15),
            some(31),
            full(60),
            full(120),
        ];
        assert_eq!(minutes, expected);
        assert_eq!(schedule.next(false), start + 3 * HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_discovery_that_outlasts_the_interval_is_followed_by_the_next_at_once() {
        let mut schedule = Schedule::new(HOUR);
        schedule.begin();
        advance(2 * HOUR).await;
        assert!(schedule.next(false) <= Instant::now());
        assert_eq!(schedule.begin(), Extent::Everything);
    }
}
