//! Times as AWS writes them: as seconds since 1970 in JSON numbers, and as ISO 8601 text inside
//! details and filters.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Windows reports the year 1 as the time of patches whose installation it does not know.
pub(crate) const YEAR_ONE: f64 = -62_135_596_800.0;

/// Whole seconds since 1970, or 0 for a clock before that.
pub(crate) fn epoch(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs_f64()
        .floor()
}

/// The latest moment not after `clock` of something that happens every `period` seconds, `phase`
/// seconds into it.
pub(crate) fn latest(clock: f64, period: u32, phase: u32) -> f64 {
    clock - (clock - f64::from(phase)).rem_euclid(f64::from(period))
}

/// The text of a time in ISO 8601, in UTC and whole seconds, for the years 1 to 9999.
pub(crate) fn iso(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "times of this century, or the year 1"
    )]
    let seconds = seconds.clamp(YEAR_ONE, 253_402_300_799.0) as i64;
    let rest = seconds.rem_euclid(86_400);
    let (year, month, day) = civil_date(seconds.div_euclid(86_400));
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// The year, month and day of the proleptic Gregorian calendar, from days since 1970-01-01.
fn civil_date(days: i64) -> (i64, i64, i64) {
    // The years start on the 1st of March, so that the leap day comes last. An era has 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{YEAR_ONE, iso, latest};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(iso(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_550_408_470.0), "2019-02-17T13:01:10Z");
        assert_eq!(iso(1_709_164_800.0), "2024-02-29T00:00:00Z");
        assert_eq!(iso(YEAR_ONE), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn the_latest_moment_is_at_most_one_period_ago() {
        let moment = latest(1_000_000.0, 300, 17);
        assert!(moment <= 1_000_000.0 && moment > 1_000_000.0 - 300.0);
        assert!((latest(moment + 299.0, 300, 17) - moment).abs() < f64::EPSILON);
        assert!((latest(moment + 300.0, 300, 17) - moment - 300.0).abs() < f64::EPSILON);
    }
}
