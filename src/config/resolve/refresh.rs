//! The `refresh` section, none of whose durations may be below the interval.

use std::time::Duration;

use super::resolver::{Form, Resolver};
use crate::config::forms::{self, format_duration};
use crate::config::named_node::Value;
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
    let default = &resolver.defaults.refresh;
    let interval = raw.interval.as_ref();
    let interval = DurationSetting::read(interval, default.interval, interval_form, resolver);
    let bounded = BoundedDurations { interval, resolver };
    let stale_after = raw.stale_after.as_ref();
    let full_every = raw.full_every.as_ref();
    Refresh {
        interval: interval.map_or(default.interval, |setting| setting.duration),
        stale_after: bounded.read("stale_after", stale_after, default.stale_after),
        full_every: bounded.read("full_every", full_every, default.full_every),
    }
}

fn interval_form(text: &str) -> Result<Duration, Fault> {
    let interval = forms::duration(text)?;
    if interval < MIN_INTERVAL {
        return Err(interval_too_short());
    }
    Ok(interval)
}

fn interval_too_short() -> Fault {
    let least = format_duration(MIN_INTERVAL);
    let what = format!("is below {least}");
    let hint = format!("give {least} or more; 5m suits most fleets");
    Fault::new(what, hint)
}

/// Reads the durations that may not be below the interval.
struct BoundedDurations<'a> {
    /// `None` if the interval is bad. Then there is nothing to compare the others with.
    interval: Option<DurationSetting<'a>>,
    resolver: &'a Resolver<'a>,
}

impl BoundedDurations<'_> {
    fn read(&self, key: &str, value: Option<&Value>, default: Duration) -> Duration {
        let setting = DurationSetting::read(value, default, forms::duration, self.resolver);
        let Some(setting) = setting else {
            return default;
        };
        if let Some(interval) = self.interval
            && setting.duration < interval.duration
        {
            self.report(key, setting, interval);
        }
        setting.duration
    }

    /// Reports a duration below the interval, on the line of `key`, or on that of the interval if
    /// `key` has its default.
    fn report(&self, key: &str, setting: DurationSetting<'_>, interval: DurationSetting<'_>) {
        // The defaults agree with each other, so one of the two is in the file.
        let Some(value) = setting.value.or(interval.value) else {
            return;
        };
        let this = setting.in_words();
        let least = format_duration(interval.duration);
        let what = format!("refresh.{key} is {this}, below refresh.interval, which is {least}");
        let hint = format!("give refresh.{key} {least} or more, or shorten the interval");
        self.resolver.report(value.line, what, hint);
    }
}

impl<'a> DurationSetting<'a> {
    /// The given duration, the default if there is none, or `None` if the given one is bad.
    fn read(
        value: Option<&'a Value>,
        default: Duration,
        form: Form<Duration>,
        resolver: &Resolver<'_>,
    ) -> Option<Self> {
        let duration = match value {
            Some(value) => resolver.value(value, form)?,
            None => default,
        };
        Some(Self { duration, value })
    }

    fn in_words(self) -> String {
        let duration = format_duration(self.duration);
        match self.value {
            Some(_) => duration,
            // Without this, people would look for a key that their file does not have.
            None => format!("{duration} by default"),
        }
    }
}
