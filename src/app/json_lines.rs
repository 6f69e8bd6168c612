//! Log lines as JSON objects, with the keys and levels that lines of logfmt have.

use std::fmt::{self, Debug};

use serde_json::{Number, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes one object for each event.
// The formatter of tracing-subscriber has names of its own for time, level and message. People who
// change the format would have to change every search for a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct JsonLines;

/// Writes the fields of an event behind those that every line has.
struct JsonFields<'a> {
    writer: Writer<'a>,
    result: fmt::Result,
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("{\"ts\":\"")?;
        SystemTime.format_time(&mut writer)?;
        let level = level_name(*event.metadata().level());
        write!(writer, "\",\"level\":\"{level}\"")?;
        let mut fields = JsonFields {
            writer: writer.by_ref(),
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        writeln!(writer, "}}")
    }
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

impl JsonFields<'_> {
    fn write(&mut self, field: &Field, value: impl Into<Value>) {
        // `Value` prints itself as JSON, with everything escaped that has to be.
        let (name, value) = (Value::from(field.name()), value.into());
        if self.result.is_ok() {
            self.result = write!(self.writer, ",{name}:{value}");
        }
    }
}

impl Visit for JsonFields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no number that is infinite or none.
        match Number::from_f64(value) {
            Some(number) => self.write(field, number),
            None => self.write(field, value.to_string()),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, value);
    }
}
