//! A number of bytes that fades with time, as the measure of a client's progress.

use std::time::Duration;

use tokio::time::Instant;

/// The time in which bytes come to count half. It is short enough to tell a reader that has
/// stopped, and long enough to bridge the pauses of one that is slow.
const HALF_LIFE: Duration = Duration::from_secs(2);

/// A number of bytes that fades with time.
#[derive(Debug)]
pub(super) struct RecentBytes {
    /// The count as of `updated`.
    count: u64,
    updated: Instant,
}

impl RecentBytes {
    pub(super) fn none(now: Instant) -> Self {
        Self {
            count: 0,
            updated: now,
        }
    }

    pub(super) fn add(&mut self, bytes: u64, now: Instant) {
        self.count = self.count_at(now).saturating_add(bytes);
        self.updated = now;
    }

    /// The count as of now: half of it after each half-life, in a straight line between. An exact
    /// curve would need floating point, and all that matters is which of two clients takes more.
    pub(super) fn count_at(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.updated).as_nanos();
        let half_life = HALF_LIFE.as_nanos();
        let count = u128::from(halved(self.count, elapsed / half_life));
        let faded = count * (elapsed % half_life) / (2 * half_life);
        u64::try_from(count - faded).unwrap_or(u64::MAX)
    }
}

fn halved(count: u64, times: u128) -> u64 {
    let times = u32::try_from(times).unwrap_or(u32::MAX);
    // A shift by 64 bits or more is an error and not 0.
    count.checked_shr(times).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bytes_fade_by_half_in_each_half_life() {
        let now = Instant::now();
        let later = |half_lives| now + HALF_LIFE.mul_f64(half_lives);
        let mut taken = RecentBytes::none(now);
        taken.add(1_000, now);
        for (half_lives, left) in [
            (0.0, 1_000),
            (0.5, 750),
            (1.0, 500),
            (1.5, 375),
            (2.0, 250),
            (100.0, 0),
            (1e6, 0),
        ] {
            assert_eq!(taken.count_at(later(half_lives)), left, "{half_lives}");
        }
        taken.add(u64::MAX, later(1.0));
        assert_eq!(taken.count_at(later(1.0)), u64::MAX);
    }
}
