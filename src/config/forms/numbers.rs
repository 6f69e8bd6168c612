//! Numbers, and the two values of a switch.

use super::characters::is_digits;
use crate::config::problem::Fault;

/// Lowest ceiling: one call in a quarter of an hour. Anything below is a slip, and the time between
/// two calls would be of no use.
const MIN_REQUESTS_PER_SECOND: f64 = 0.001;
/// Highest ceiling, far above what SSM allows.
const MAX_REQUESTS_PER_SECOND: f64 = 1_000.0;
/// More info series per target than any Prometheus server takes.
const MAX_SERIES_COUNT: usize = 1_000_000;

/// Requests per second: above zero, fractions allowed.
pub(in crate::config) fn rate(text: &str) -> Result<f64, Fault> {
    match text.parse::<f64>() {
        Ok(rate) if (MIN_REQUESTS_PER_SECOND..=MAX_REQUESTS_PER_SECOND).contains(&rate) => Ok(rate),
        // Rust also parses `inf` and `NaN`, which are not numbers to anybody else.
        Ok(rate) if rate.is_finite() => Err(rate_out_of_range()),
        _ => Err(Fault::new("is not a number", "write it like 5 or 0.5")),
    }
}

fn rate_out_of_range() -> Fault {
    let hint = format!("give a number from {MIN_REQUESTS_PER_SECOND} to {MAX_REQUESTS_PER_SECOND}");
    Fault::new("is out of range", hint)
}

/// A number of series; zero is off.
pub(in crate::config) fn series_count(text: &str) -> Result<usize, Fault> {
    // Rust also parses a leading plus sign, which no other number of the file may have.
    if !is_digits(text) {
        return Err(not_a_whole_number());
    }
    match text.parse::<usize>() {
        Ok(count) if count <= MAX_SERIES_COUNT => Ok(count),
        _ => Err(too_many_series()),
    }
}

fn not_a_whole_number() -> Fault {
    let hint = "write digits only, such as 1000; 0 is off";
    Fault::new("is not a whole number", hint)
}

fn too_many_series() -> Fault {
    Fault::new(
        "is out of range",
        format!("give at most {MAX_SERIES_COUNT}"),
    )
}

/// `true` or `false` as YAML 1.2 has them, without the yes and no of YAML 1.1.
pub(in crate::config) fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(Fault::new(
            "is neither true nor false",
            "write true or false",
        )),
    }
}
