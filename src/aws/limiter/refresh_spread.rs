//! How thinly the calls of a refresh are spread, so that other tools of the account keep their
//! share of what AWS allows.

use std::time::Duration;

use tokio::time::Instant;

/// A refresh is spread no thinner than this, in requests per second. What it reads lags behind AWS
/// anyway, and a page should show the fleet at about one time.
const MIN_SPREAD_RATE: f64 = 1.0;
/// How many calls a refresh is expected to make for each call of the one before. More may be needed
/// because of what has changed since.
const EXPECTED_GROWTH: f64 = 1.1;

/// The rate to which a refresh is spread.
#[derive(Debug)]
pub(super) struct RefreshSpread {
    /// In requests per second, like all rates here.
    ceiling: f64,
    /// From the start of a refresh to the start of the next.
    refresh_interval: Duration,
    rate: f64,
    /// From this time on, the rest of the refresh is no longer spread.
    unpaced_from: Instant,
    /// The permits taken in this refresh.
    permits: u32,
}

impl RefreshSpread {
    pub(super) fn new(ceiling: f64, refresh_interval: Duration) -> Self {
        Self {
            ceiling,
            refresh_interval,
            rate: ceiling,
            unpaced_from: Instant::now(),
            permits: 0,
        }
    }

    /// Changes the ceiling and the interval. A refresh under way is not spread any more, because its
    /// rate was that of the former ones.
    pub(super) fn reconfigure(&mut self, ceiling: f64, refresh_interval: Duration) {
        self.ceiling = ceiling;
        self.refresh_interval = refresh_interval;
        self.rate = ceiling;
    }

    /// Spreads the refresh that begins now over half the interval, given how many calls the last
    /// one made.
    pub(super) fn begin_refresh(&mut self) {
        let calls = std::mem::take(&mut self.permits);
        // The first refresh hurries: nothing is shown before it, and there is nothing to go by.
        if calls == 0 {
            return;
        }
        // The other half is left for whatever takes longer than in the last refresh.
        let half = self.refresh_interval / 2;
        self.rate = self.rate_over(half, calls);
        self.unpaced_from = Instant::now() + half;
    }

    /// The rate at which a refresh takes `time`, if the last one made `calls` calls.
    fn rate_over(&self, time: Duration, calls: u32) -> f64 {
        let expected_calls = f64::from(calls) * EXPECTED_GROWTH;
        let rate = expected_calls / time.as_secs_f64();
        // Not `clamp`, which panics where a ceiling is below the lowest rate.
        rate.max(MIN_SPREAD_RATE).min(self.ceiling)
    }

    /// The rate of this refresh while it is spread.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Counts a permit that is taken now; returns the rate at which the next one may follow.
    pub(super) fn take_permit(&mut self, now: Instant) -> f64 {
        self.permits = self.permits.saturating_add(1);
        if now < self.unpaced_from {
            self.rate
        } else {
            self.ceiling
        }
    }
}
