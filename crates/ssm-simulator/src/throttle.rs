//! The rate limit of AWS: token buckets, filled at a rate, holding one second's worth.

use std::time::Instant;

/// One bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(super) fn new(rate: f64, now: Instant) -> Self {
        Self {
            rate,
            tokens: rate.max(1.0),
            filled: now,
        }
    }

    /// Takes one token if there is one.
    pub(super) fn admit(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.rate.max(1.0));
        self.filled = now;
        // Ten tenths are not quite one in binary.
        let admitted = self.tokens >= 1.0 - 1e-9;
        if admitted {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Bucket;

    fn admitted(
        bucket: &mut Bucket,
        start: Instant,
        milliseconds: impl Iterator<Item = u64>,
    ) -> usize {
        milliseconds
            .filter(|at| bucket.admit(start + Duration::from_millis(*at)))
            .count()
    }

    #[test]
    fn a_burst_is_one_seconds_worth_and_then_the_rate_rules() {
        let start = Instant::now();
        let mut bucket = Bucket::new(5.0, start);
        assert_eq!(admitted(&mut bucket, start, std::iter::repeat_n(0, 20)), 5);
        assert_eq!(
            admitted(&mut bucket, start, (1..=100).map(|n| n * 20)),
            10,
            "two seconds at five per second"
        );
    }

    #[test]
    fn a_rate_below_one_still_admits_a_first_call() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0.5, start);
        assert_eq!(
            admitted(&mut bucket, start, [0, 0, 1999, 2001].into_iter()),
            2
        );
    }
}
