//! The rate limit of a web configuration: a bucket of tokens that fills with time, of which each
//! request takes one.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::locks::locked;

/// How often the server answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct RateLimit {
    /// The time between two requests, on average.
    pub(super) interval: Duration,
    /// How many may come at once.
    pub(super) burst: u32,
}

impl RateLimit {
    /// How long an empty bucket takes to be full.
    fn time_to_fill(self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }
}

/// Says which requests are within the limit.
#[derive(Debug)]
pub(super) struct RateLimiter {
    limit: RateLimit,
    /// When the bucket is, or was, full.
    full_at: Mutex<Instant>,
}

impl RateLimiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Takes a token, if there is one.
    pub(super) fn allows(&self, now: Instant) -> bool {
        let mut full_at = locked(&self.full_at);
        // Each token that is taken puts off the moment at which the bucket is full by an interval.
        let Some(full_after) = (*full_at).max(now).checked_add(self.limit.interval) else {
            return false;
        };
        let is_within = full_after.duration_since(now) <= self.limit.time_to_fill();
        if is_within {
            *full_at = full_after;
        }
        is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_answered_and_then_one_request_in_each_interval() {
        let limiter = RateLimiter::new(RateLimit {
            interval: Duration::from_secs(1),
            burst: 3,
        });
        let start = Instant::now();
        let answered = |after: f64| {
            let now = start + Duration::from_secs_f64(after);
            (0..10).filter(|_| limiter.allows(now)).count()
        };
        assert_eq!(answered(0.0), 3);
        assert_eq!(answered(0.9), 0);
        assert_eq!(answered(1.0), 1);
        assert_eq!(answered(3.5), 2);
        assert_eq!(answered(1e6), 3, "more than a burst is never saved up");
    }

    #[tokio::test]
    async fn no_limit_is_too_large_to_reckon_with() {
        let limiter = RateLimiter::new(RateLimit {
            interval: Duration::from_hours(100 * 365 * 24),
            burst: u32::MAX,
        });
        let now = Instant::now();
        assert!((0..10_000).all(|_| limiter.allows(now)));
    }
}
