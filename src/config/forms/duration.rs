//! Durations as Prometheus and Go write them: `90s`, `5m`, `1h30m`, `1.5s`, `1d`.
//!
//! This is stricter than both of them: units descend and appear once, and a sum of zero is refused,
//! as is anything that a timer cannot hold.

use std::fmt::Write as _;
use std::time::Duration;

use super::characters::is_digits;
use crate::config::problem::Fault;

/// The units in descending order, in nanoseconds. `y`, `w` and `d` mean what they mean to
/// Prometheus: 365 days, 7 days, 24 hours.
const UNITS: [(&str, u128); 7] = [
    ("y", 365 * 86_400_000_000_000),
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];
/// Longest duration, which is 100 years. Sums with the reading of a clock stay far from overflow.
const MAX_NANOS: u128 = 100 * UNITS[0].1;
/// Most digits on either side of the point; nobody can mean more.
const MAX_DIGITS: usize = 18;

/// Reads a duration above zero as Prometheus and Go write it, for flags that take one.
///
/// # Errors
/// What is wrong with it, and how to write it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ssm_compliance_exporter::config::parse_duration;
///
/// assert_eq!(parse_duration("1h30m"), Ok(Duration::from_mins(90)));
/// assert!(parse_duration("90").is_err_and(|error| error.contains("has no unit")));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    duration(text).map_err(|fault| format!("{}; {}", fault.what, fault.hint))
}

/// Reads a duration above zero.
pub(in crate::config) fn duration(text: &str) -> Result<Duration, Fault> {
    match parse_nanos(text) {
        None => Err(not_a_duration(text)),
        // A timer without any time would only spin.
        Some(0) => Err(zero_duration()),
        Some(nanos) => duration_of(nanos),
    }
}

fn not_a_duration(text: &str) -> Fault {
    // Many other programs take seconds here.
    if is_digits(text) {
        let hint = format!("write {text}s for seconds or {text}m for minutes");
        return Fault::new("has no unit", hint);
    }
    Fault::new("is not a duration", "write it like 90s, 5m, 1h30m or 1d")
}

fn zero_duration() -> Fault {
    let hint = "a duration must be longer than zero, such as 5m";
    Fault::new("is zero", hint)
}

fn duration_of(nanos: u128) -> Result<Duration, Fault> {
    match u64::try_from(nanos) {
        Ok(short) if nanos <= MAX_NANOS => Ok(Duration::from_nanos(short)),
        _ => Err(too_long_duration()),
    }
}

fn too_long_duration() -> Fault {
    Fault::new("is too long", "durations end at 100 years")
}

/// The sum of the terms in nanoseconds, or nothing if the text has another form.
fn parse_nanos(text: &str) -> Option<u128> {
    let mut terms = Terms {
        rest: text,
        units: &UNITS,
    };
    // There is at least one term, so an empty text is not a duration.
    let mut total = terms.next_nanos()?;
    while !terms.rest.is_empty() {
        total = total.checked_add(terms.next_nanos()?)?;
    }
    Some(total)
}

/// The terms that are still to be read, and the units that they may have.
struct Terms<'a> {
    rest: &'a str,
    units: &'static [(&'static str, u128)],
}

impl Terms<'_> {
    fn next_nanos(&mut self) -> Option<u128> {
        let term = split_term(self.rest)?;
        self.rest = term.rest;
        let unit = self.take_unit(term.unit)?;
        scale(term.number, unit)
    }

    /// The length of a unit, which no later term may have.
    fn take_unit(&mut self, name: &str) -> Option<u128> {
        let position = self.units.iter().position(|(unit, _)| *unit == name)?;
        let (_, nanos) = self.units[position];
        // Only smaller units may follow.
        self.units = &self.units[position + 1..];
        Some(nanos)
    }
}

/// A number, its unit, and the text behind them.
struct Term<'a> {
    number: &'a str,
    unit: &'a str,
    rest: &'a str,
}

fn split_term(text: &str) -> Option<Term<'_>> {
    // A text without a unit ends here, because nothing follows the number.
    let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, tail) = text.split_at(number_end);
    let unit_end = tail
        .find(|c: char| !c.is_ascii_lowercase())
        .unwrap_or(tail.len());
    let (unit, rest) = tail.split_at(unit_end);
    Some(Term { number, unit, rest })
}

/// `number` (digits, perhaps with a fraction) times `unit`, cut to whole nanoseconds.
fn scale(number: &str, unit: u128) -> Option<u128> {
    // A point needs digits on both of its sides.
    match number.split_once('.') {
        Some((whole, fraction)) => multiply(whole, unit)?.checked_add(part(fraction, unit)?),
        None => multiply(number, unit),
    }
}

/// The part of a unit that the digits behind a point stand for.
fn part(fraction: &str, unit: u128) -> Option<u128> {
    let digits = u32::try_from(fraction.len()).ok()?;
    // The digits of a fraction are a number of their own over a power of ten, without rounding.
    let whole = multiply(fraction, unit)?;
    Some(whole / 10_u128.pow(digits))
}

/// `digits` times `unit`; nothing if there are no digits, too many, or other characters.
fn multiply(digits: &str, unit: u128) -> Option<u128> {
    if digits.len() > MAX_DIGITS || !is_digits(digits) {
        return None;
    }
    let number: u128 = digits.parse().ok()?;
    number.checked_mul(unit)
}

/// The shortest way to write a duration, cut to whole milliseconds.
pub(crate) fn format_duration(duration: Duration) -> String {
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    // Years and weeks are left out: `14d` says more than `2w`.
    for (name, unit) in &UNITS[2..] {
        if rest >= *unit {
            // Writing to a String cannot fail.
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
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
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
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn formatting_gives_back_what_was_written() {
        for text in ["90d", "5m", "1h30m", "500ms", "1d12h", "1s500ms"] {
            assert_eq!(duration(text).map(format_duration).as_deref(), Ok(text));
        }
    }
}
