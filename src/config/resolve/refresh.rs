//! The `refresh` section, none of whose durations may be below the interval.

use std::time::Duration;

use super::resolver::Resolver;
use crate::config::fields::Value;
use crate::config::forms::{self, format_duration};
use crate::config::problem::Fault;
use crate::config::raw;
use crate::config::settings::Refresh;

/// Shortest `refresh.interval`. A refresh takes seconds, so below this the exporter would only
/// call AWS without a break.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// A duration in effect, and the value in the file that gives it unless it is the default.
#[derive(Clone, Copy)]
struct DurationSetting<'a> {
    duration: Duration,
    value: Option<&'a Value>,
}

pub(super) fn resolve(raw: &raw::Refresh, resolver: &Resolver<'_>) -> Refresh {
    let default = Refresh::default();
    let interval = DurationSetting::read(
        raw.interval.as_ref(),
        default.interval,
        interval_form,
        resolver,
    );
    let stale_after = not_below_interval(
        "stale_after",
        raw.stale_after.as_ref(),
        default.stale_after,
        interval,
        resolver,
    );
    let full_every = not_below_interval(
        "full_every",
        raw.full_every.as_ref(),
        default.full_every,
        interval,
        resolver,
    );
    Refresh {
        interval: interval.map_or(default.interval, |setting| setting.duration),
        stale_after,
        full_every,
    }
}

fn interval_form(text: &str) -> Result<Duration, Fault> {
    let interval = forms::duration(text)?;
    if interval < MIN_INTERVAL {
        let least = format_duration(MIN_INTERVAL);
        return Err(Fault::new(
            format!("is below {least}"),
            format!("give {least} or more; 5m suits most fleets"),
        ));
    }
    Ok(interval)
}

/// Reads a duration and reports it if it is below the interval. There is nothing to compare it
/// with if the interval is bad.
fn not_below_interval(
    key: &str,
    value: Option<&Value>,
    default: Duration,
    interval: Option<DurationSetting<'_>>,
    resolver: &Resolver<'_>,
) -> Duration {
    let Some(setting) = DurationSetting::read(value, default, forms::duration, resolver) else {
        return default;
    };
    if let Some(interval) = interval
        && setting.duration < interval.duration
    {
        report_below_interval(key, setting, interval, resolver);
    }
    setting.duration
}

/// The problem stands on the line of `key`, or on that of the interval if `key` has its default.
fn report_below_interval(
    key: &str,
    setting: DurationSetting<'_>,
    interval: DurationSetting<'_>,
    resolver: &Resolver<'_>,
) {
    // The defaults agree with each other, so one of the two is in the file.
    let Some(value) = setting.value.or(interval.value) else {
        return;
    };
    // Without this, nobody would look for a key that the file does not have.
    let by_default = match setting.value {
        Some(_) => "",
        None => " by default",
    };
    let this = format_duration(setting.duration);
    let interval = format_duration(interval.duration);
    let what =
        format!("refresh.{key} is {this}{by_default}, below refresh.interval, which is {interval}");
    let hint = format!("give refresh.{key} {interval} or more, or shorten the interval");
    resolver.report(value.line, what, hint);
}

impl<'a> DurationSetting<'a> {
    /// The given duration, the default if there is none, or `None` if the given one is bad.
    fn read(
        value: Option<&'a Value>,
        default: Duration,
        form: fn(&str) -> Result<Duration, Fault>,
        resolver: &Resolver<'_>,
    ) -> Option<Self> {
        let duration = match value {
            Some(value) => resolver.value(value, form)?,
            None => default,
        };
        Some(Self { duration, value })
    }
}
