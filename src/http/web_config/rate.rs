//! The rate limit of a web configuration.

use std::time::Duration;

use super::raw;
use crate::config::document::{Problems, Value, parse_duration, shown};
use crate::http::rate_limit::RateLimit;

/// The limit, or nothing if there is none.
pub(super) fn resolve_rate_limit(raw: &raw::RateLimit, problems: &Problems) -> Option<RateLimit> {
    let burst = raw.burst.as_ref().map(|value| burst(value, problems));
    let interval = interval(raw.interval.as_ref()?, problems)?;
    match burst {
        Some(Some(0)) | None => {
            // The exporter-toolkit would answer nobody.
            let what = "rate_limit without a burst of at least 1 would refuse every request";
            let hint = "add burst: how many requests may come at once";
            problems.add(raw.line, what, hint);
            None
        }
        Some(burst) => Some(RateLimit {
            interval,
            burst: burst?,
        }),
    }
}

fn interval(value: &Value, problems: &Problems) -> Option<Duration> {
    // Nothing between two requests: the limit is off.
    if matches!(value.text.as_str(), "0" | "0s" | "0ms") {
        return None;
    }
    match parse_duration(&value.text) {
        Ok(interval) => Some(interval),
        Err(why) => {
            let what = format!(
                "{} {} cannot be used: {why}",
                value.path,
                shown(&value.text)
            );
            problems.add(
                value.line,
                what,
                "write it like 100ms or 1s, or 0 for no limit",
            );
            None
        }
    }
}

fn burst(value: &Value, problems: &Problems) -> Option<u32> {
    let burst = value.text.parse().ok();
    if burst.is_none() {
        let what = format!(
            "{} is {}, which is no number",
            value.path,
            shown(&value.text)
        );
        problems.add(value.line, what, "write a whole number such as 20");
    }
    burst
}
