//! Times as people read them: how long ago, and when in UTC.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use time::OffsetDateTime;

use crate::model::Timestamp;

/// A duration in its two largest units.
pub(super) struct Age(pub(super) Duration);

/// A time as it is written in RFC 3339, in UTC and whole seconds.
pub(super) struct Utc(pub(super) Timestamp);

/// A time beside its age, for a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    /// The time in UTC; empty if it is not known.
    pub(super) utc: String,
    /// How long ago that was, in words.
    pub(super) age: String,
}

impl Moment {
    /// What to show of a time, which may not be known.
    pub(super) fn of(time: Option<Timestamp>, now: Option<Timestamp>) -> Option<Self> {
        let time = time?;
        Some(Self {
            utc: Utc(time).to_string(),
            age: age_in_words(time, now),
        })
    }
}

/// How long ago something was, in words.
fn age_in_words(time: Timestamp, now: Option<Timestamp>) -> String {
    // AWS's clock may be ahead of ours, and ours may not be set at all.
    match now.and_then(|now| now.millis().checked_sub(time.millis())) {
        Some(millis) => format!("{} ago", Age(Duration::from_millis(millis))),
        None => Utc(time).to_string(),
    }
}

impl Display for Age {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let minutes = seconds / 60;
        let hours = minutes / 60;
        let days = hours / 24;
        if days > 0 {
            write!(f, "{days}d {}h", hours % 24)
        } else if hours > 0 {
            write!(f, "{hours}h {}m", minutes % 60)
        } else if minutes > 0 {
            write!(f, "{minutes}m {}s", seconds % 60)
        } else {
            write!(f, "{seconds}s")
        }
    }
}

impl Display for Utc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.0.millis() / 1000).unwrap_or(i64::MAX);
        // A timestamp ends with the year 9999, as the calendar does.
        let t = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = (t.year(), u8::from(t.month()), t.day());
        let (hour, minute, second) = (t.hour(), t.minute(), t.second());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn ages_are_shown_in_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m 0s"),
            (3_661, "1h 1m"),
            (90_000, "1d 1h"),
        ] {
            assert_eq!(Age(Duration::from_secs(seconds)).to_string(), text);
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        for (seconds, text) in [
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Utc(at(seconds * 1000)).to_string(), text);
        }
    }

    #[test]
    fn a_time_in_the_future_has_no_age() {
        let (before, after) = (at(1_735_689_600_000), at(1_735_689_661_000));
        let age = |time, now| Moment::of(Some(time), Some(now)).unwrap().age;
        assert_eq!(age(before, after), "1m 1s ago");
        assert_eq!(age(after, before), "2025-01-01T00:01:01Z");
    }
}
