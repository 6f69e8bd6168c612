//! Points in time and ages, as explanations write them: always in UTC.

use time::{OffsetDateTime, PrimitiveDateTime};

use crate::model::Timestamp;

const MILLIS_PER_MINUTE: u64 = 60_000;
const MINUTES_PER_HOUR: u64 = 60;
const MINUTES_PER_DAY: u64 = 24 * MINUTES_PER_HOUR;

/// Writes a time as in RFC 3339, to the second: `2026-11-22T04:10:05Z`.
pub(super) fn rfc3339(time: Timestamp) -> String {
    let t = civil(time);
    let (hour, minute, second) = (t.hour(), t.minute(), t.second());
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(time))
}

/// Writes a time for a reader, with its age: `2026-11-22 04:10 UTC (3 days ago)`.
pub(super) fn with_age(time: Timestamp, now: Option<Timestamp>) -> String {
    let t = civil(time);
    let written = format!("{} {:02}:{:02} UTC", date(time), t.hour(), t.minute());
    match now {
        Some(now) => format!("{written} ({})", age(time, now)),
        None => written,
    }
}

/// Writes the date: `2026-11-22`.
pub(super) fn date(time: Timestamp) -> String {
    let t = civil(time);
    format!("{}-{:02}-{:02}", t.year(), u8::from(t.month()), t.day())
}

/// Returns the whole days from one time to another, 0 if it is not later.
pub(super) fn days_between(time: Timestamp, now: Timestamp) -> u64 {
    minutes_between(time, now) / MINUTES_PER_DAY
}

fn age(time: Timestamp, now: Timestamp) -> String {
    // A clock that is a little behind AWS's must not make the reader wonder.
    let minutes = minutes_between(time, now);
    if minutes == 0 {
        return "just now".to_owned();
    }
    let (count, unit) = if minutes < MINUTES_PER_HOUR {
        (minutes, "minute")
    } else if minutes < MINUTES_PER_DAY {
        (minutes / MINUTES_PER_HOUR, "hour")
    } else {
        (minutes / MINUTES_PER_DAY, "day")
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

fn minutes_between(time: Timestamp, now: Timestamp) -> u64 {
    now.millis().saturating_sub(time.millis()) / MILLIS_PER_MINUTE
}

fn civil(time: Timestamp) -> OffsetDateTime {
    let seconds = i64::try_from(time.millis() / 1000).unwrap_or(i64::MAX);
    // A timestamp ends with the year 9999, as the calendar does.
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(PrimitiveDateTime::MAX.assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).expect("after 2000")
    }

    #[test]
    fn a_time_is_written_in_utc_with_its_age() {
        let time = at(1_795_320_605);
        assert_eq!(rfc3339(time), "2026-11-22T04:10:05Z");
        assert_eq!(with_age(time, None), "2026-11-22 04:10 UTC");
        let later = |seconds: i64| with_age(time, Some(at(1_795_320_605 + seconds)));
        assert_eq!(later(3 * 86_400 + 5), "2026-11-22 04:10 UTC (3 days ago)");
        assert_eq!(later(3_700), "2026-11-22 04:10 UTC (1 hour ago)");
        assert_eq!(later(120), "2026-11-22 04:10 UTC (2 minutes ago)");
        assert_eq!(later(-120), "2026-11-22 04:10 UTC (just now)");
    }
}
