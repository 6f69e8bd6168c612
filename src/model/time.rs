//! Instants as AWS gives them, and ages as the model measures them.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

/// A wall-clock instant of AWS's, in milliseconds since the Unix epoch.
///
/// Always in or after the year 2000: AWS writes an unknown time as 0 or as the year 0001, so a
/// smaller value means "not known" and is no `Timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(NonZeroU64);

impl Timestamp {
    const YEAR_2000_MILLIS: u64 = 946_684_800_000;
    /// The end of the year 9999, the last that AWS's own formats can write.
    const YEAR_9999_MILLIS: u64 = 253_402_300_799_999;

    /// `None` for a time that stands for "unknown".
    pub fn from_millis(millis: i64) -> Option<Self> {
        let millis = u64::try_from(millis).ok()?;
        let known = (Self::YEAR_2000_MILLIS..=Self::YEAR_9999_MILLIS).contains(&millis);
        NonZeroU64::new(millis).filter(|_| known).map(Self)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> u64 {
        self.0.get()
    }
}

/// Seconds since the Unix epoch, with as many decimals as are needed: how Prometheus takes an
/// instant as a value.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.millis() / 1000, self.millis() % 1000);
        if millis == 0 {
            return write!(f, "{seconds}");
        }
        let decimals = format!("{millis:03}");
        write!(f, "{seconds}.{}", decimals.trim_end_matches('0'))
    }
}

/// Both clocks at one moment. The model has no clock: whoever calls it says what time it is.
///
/// Ages come from `since_start`, which never jumps; series show `wall`, which may.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Monotonic time since the exporter started.
    pub since_start: Duration,
    /// The wall clock; `None` while it stands before the year 2000.
    pub wall: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_before_2000_is_unknown() {
        for millis in [0, -62_135_596_800_000, 946_684_799_999, i64::MIN, i64::MAX] {
            assert_eq!(Timestamp::from_millis(millis), None, "{millis}");
        }
    }

    #[test]
    fn a_timestamp_is_written_in_seconds_without_needless_decimals() {
        let written = |millis| {
            Timestamp::from_millis(millis)
                .expect("after 2000")
                .to_string()
        };
        assert_eq!(written(1_763_200_000_000), "1763200000");
        assert_eq!(written(1_763_200_000_500), "1763200000.5");
        assert_eq!(written(1_763_200_000_007), "1763200000.007");
    }
}
