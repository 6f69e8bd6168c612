//! How long to wait after a failure.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The longest `x-amz-retry-after` that is honoured. An endpoint that asks for more must not stop
/// a target for hours.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// `first` after the first failure, doubled for each further one.
pub(super) fn backoff(first: Duration, failures: u32) -> Duration {
    // A call makes far fewer attempts. More doublings would overflow the shift.
    let doublings = failures.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings)
}

/// Anything between nothing and `longest`, so that calls that failed together are not made again
/// together.
pub(super) fn jitter(longest: Duration) -> Duration {
    longest.mul_f64(random_share())
}

/// Anything from 0 to 1.
fn random_share() -> f64 {
    // The keys of each `RandomState` are different. That is random enough here, and needs no
    // further crate.
    let random = RandomState::new().hash_one(0);
    let share = u32::try_from(random >> 32).unwrap_or(u32::MAX);
    f64::from(share) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(200);

    #[test]
    fn backoff_doubles_and_jitter_stays_below() {
        assert_eq!(backoff(FIRST, 1), FIRST);
        assert_eq!(backoff(FIRST, 3), 4 * FIRST);
        assert!(backoff(FIRST, u32::MAX) > Duration::from_secs(5));
        let drawn: Vec<_> = (0..100).map(|_| jitter(FIRST)).collect();
        assert!(drawn.iter().all(|pause| *pause <= FIRST));
        assert!(drawn.iter().any(|pause| *pause != drawn[0]));
    }
}
