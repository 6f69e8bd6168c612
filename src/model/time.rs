//! The times that AWS reports, and the two clocks that the model is told.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

/// A wall-clock time, in milliseconds since the Unix epoch. It is never before the year 2000.
// AWS writes an unknown time as 0, or on Windows as the year 0001 (boto3 issue 2069). An age that
// is computed from such a time would be decades or centuries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(NonZeroU64);

impl Timestamp {
    const YEAR_2000_MILLIS: u64 = 946_684_800_000;
    /// The end of the year 9999, the last that AWS's own formats can write.
    const YEAR_9999_MILLIS: u64 = 253_402_300_799_999;

    /// Takes a time in milliseconds since the Unix epoch. Returns `None` for one that stands for
    /// "unknown".
    pub fn from_millis(millis: i64) -> Option<Self> {
        let millis = u64::try_from(millis).ok()?;
        let known = (Self::YEAR_2000_MILLIS..=Self::YEAR_9999_MILLIS).contains(&millis);
        NonZeroU64::new(millis).filter(|_| known).map(Self)
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn millis(self) -> u64 {
        self.0.get()
    }
}

/// Writes the seconds since the Unix epoch with as many decimals as are needed, which is the form
/// in which Prometheus expects a time as a value.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The number never becomes an `f64`, which cannot hold most decimals exactly: a time could
        // then be written differently from the way in which AWS gave it.
        let seconds = self.millis() / 1000;
        let millis = self.millis() % 1000;
        if millis == 0 {
            return write!(f, "{seconds}");
        }
        let decimals = format!("{millis:03}");
        write!(f, "{seconds}.{}", decimals.trim_end_matches('0'))
    }
}

/// Both clocks at one moment. The model has no clock of its own: its caller says what time it is.
// Ages are measured with the monotonic clock. The wall clock may jump, for example when a machine
// starts with a wrong time and is corrected, and that must neither drop data nor keep it for ever.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The monotonic time since the exporter started.
    pub since_start: Duration,
    /// The wall-clock time, or `None` if the clock is set to a time before the year 2000.
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
