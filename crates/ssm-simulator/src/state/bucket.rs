//! A token bucket, which is how AWS limits rates. It holds one second's worth of tokens.

use std::time::Instant;

/// One bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    tokens_per_second: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(tokens_per_second: f64, now: Instant) -> Self {
        Self {
            tokens_per_second,
            tokens: tokens_per_second.max(1.0),
            filled_at: now,
        }
    }

    /// Takes one token and says whether there was one.
    pub(super) fn admit(&mut self, now: Instant) -> bool {
        self.fill(now);
        // Ten tenths are not quite one in binary.
        let admitted = self.tokens >= 1.0 - 1e-9;
        if admitted {
            // The tolerance above must not leave a debt.
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        admitted
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled_at);
        let gained = elapsed.as_secs_f64() * self.tokens_per_second;
        let capacity = self.tokens_per_second.max(1.0);
        self.tokens = (self.tokens + gained).min(capacity);
        self.filled_at = now;
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
