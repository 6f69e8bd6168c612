//! Durations as Prometheus and Go write them: `90s`, `5m`, `1h30m`, `1.5s`, `1d`.
//!
//! Stricter than both: units descend and appear once, a sum of zero is refused, and so is what a
//! timer cannot hold.

use std::fmt::Write as _;
use std::time::Duration;

use super::problem::Fault;

/// Units in descending order, in nanoseconds. `y`, `w` and `d` are Prometheus's: 365 days, 7 days,
/// 24 hours.
const UNITS: [(&str, u128); 7] = [
    ("y", 365 * 86_400_000_000_000),
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];
/// Longest duration, 100 years: sums with a clock's reading stay far from overflow.
const LONGEST: u128 = 100 * UNITS[0].1;
/// Digits read of a number; more cannot be meant.
const DIGITS: usize = 18;

const HINT: &str = "write it like 90s, 5m, 1h30m or 1d";

/// Reads a duration above zero.
pub(super) fn parse(text: &str) -> Result<Duration, Fault> {
    let total = sum(text).ok_or_else(|| not_a_duration(text))?;
    match u64::try_from(total) {
        _ if total == 0 => Err(Fault::new(
            "is zero",
            "a duration must be longer than zero, such as 5m",
        )),
        Ok(nanos) if total <= LONGEST => Ok(Duration::from_nanos(nanos)),
        _ => Err(Fault::new("is too long", "durations end at 100 years")),
    }
}

fn not_a_duration(text: &str) -> Fault {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Fault::new(
            "has no unit",
            format!("write {text}s for seconds or {text}m for minutes"),
        );
    }
    Fault::new("is not a duration", HINT)
}

/// Nanoseconds, or nothing if the text has another form.
fn sum(text: &str) -> Option<u128> {
    let (mut rest, mut units, mut total) = (text, &UNITS[..], 0_u128);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_ends = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(number_ends);
        let unit_ends = tail
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_ends);
        let position = units.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, units[position].1)?)?;
        units = &units[position + 1..];
        rest = tail;
    }
    Some(total)
}

/// `number` (digits, perhaps with a fraction) times `unit`, cut at whole nanoseconds.
fn scaled(number: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    if whole.is_empty() || whole.len() > DIGITS || fraction.len() > DIGITS || fraction.contains('.')
    {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let mut nanos = whole.checked_mul(unit)?;
    if !fraction.is_empty() {
        let power = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
        nanos = nanos.checked_add(fraction.parse::<u128>().ok()?.checked_mul(unit)? / power)?;
    }
    Some(nanos)
}

/// The shortest way to write a duration; below a millisecond it is cut.
pub(super) fn format(duration: Duration) -> String {
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    // Years and weeks are left out: `14d` says more than `2w`.
    for (name, unit) in &UNITS[2..] {
        if rest >= *unit {
            let _ = write!(text, "{}{name}", rest / unit);
            rest %= unit;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prometheus_and_go_spellings_are_read() {
        for (text, millis) in [
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("500ms", 500),
            ("1d", 86_400_000),
            ("1w", 604_800_000),
            ("1y", 31_536_000_000),
            ("1h30m0s", 5_400_000),
            ("1.5s", 1_500),
            ("0.5h", 1_800_000),
            ("1d12h", 129_600_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "-5m",
            "+5m",
            "5M",
            "5min",
            "30m1h",
            "1m1m",
            "1h30",
            "1.m",
            ".5s",
            "1.2.3s",
            "1e3s",
            "0s",
            "0h0m",
            "101y",
            "99999999999999999999s",
            "999999999999999999y",
            "5m ",
            "٣s",
            "5µs",
            "0.0000000001ms",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn formatting_gives_back_what_was_written() {
        for text in ["90d", "5m", "1h30m", "500ms", "1d12h", "1s500ms"] {
            assert_eq!(parse(text).map(format).as_deref(), Ok(text));
        }
    }
}
