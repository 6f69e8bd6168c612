//! The exporter's own metrics (`aws_ssm_exporter_*` and `process_*`).
//!
//! These are about this process and live as long as it does, so they are counted where things
//! happen and encoded at the scrape; what describes the fleet is made anew from the state instead,
//! in the catalogue.

mod convert;
mod process;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::family::Format;
use super::page::Page;
use crate::model::{FailureReason, Timestamp};

type Seconds = Gauge<f64, AtomicU64>;
type Total = Counter<f64, AtomicU64>;

/// Every metric of the exporter itself.
#[derive(Debug)]
pub struct ExporterMetrics {
    registry: Registry,
    process: Registry,
    requests: Family<Call, Counter>,
    errors: Family<CallError, Counter>,
    durations: Family<OperationLabel, Histogram>,
    waits: Family<TargetLabels, Total>,
    limits: Family<Call, Gauge<f64, AtomicU64>>,
    interval: Seconds,
    refresh_durations: Family<TargetLabels, Seconds>,
    refresh_starts: Family<TargetLabels, Seconds>,
    series: Gauge,
    bytes: Family<EncodingLabel, Gauge>,
    answers: Family<AnswerLabels, Counter>,
    panics: Family<TaskLabel, Counter>,
    log_lines_dropped: Counter,
}

/// What the program was built from.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The version of the package.
    pub version: &'static str,
    /// The git revision.
    pub revision: &'static str,
    /// The compiler.
    pub rustc: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TargetLabels {
    account_id: String,
    region: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    account_id: String,
    region: String,
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallError {
    account_id: String,
    region: String,
    operation: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EncodingLabel {
    encoding: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TaskLabel {
    task: &'static str,
}

/// A kind of task of the exporter. The names are values of the label `task`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Refreshes a target.
    Target,
    /// Renders a target's page.
    Render,
    /// Serves an HTTP connection.
    Connection,
}

impl Task {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Target, Self::Render, Self::Connection];

    /// The value of the label `task`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Render => "render",
            Self::Connection => "connection",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    handler: &'static str,
    code: u16,
}

/// Seconds a call may take: AWS answers in tens to hundreds of milliseconds, an attempt is given up
/// after ten seconds.
const CALL_SECONDS: [f64; 10] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

// === impl Own ===

impl ExporterMetrics {
    /// Registers everything; `interval` is the configured one.
    pub fn new(build: Build, interval: Duration) -> Self {
        let mut registry = Registry::with_prefix("aws_ssm_exporter");
        let labels = [
            ("version", build.version),
            ("revision", build.revision),
            ("rustc", build.rustc),
        ];
        registry.register(
            "build",
            "What the program was built from",
            Info::new(Vec::from(labels)),
        );
        let mut process = Registry::default();
        process.register_collector(Box::new(process::Process));
        let mut own = Self {
            registry,
            process,
            requests: Family::default(),
            errors: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(CALL_SECONDS)),
            waits: Family::default(),
            limits: Family::default(),
            interval: Seconds::default(),
            refresh_durations: Family::default(),
            refresh_starts: Family::default(),
            series: Gauge::default(),
            bytes: Family::default(),
            answers: Family::default(),
            panics: Family::default(),
            log_lines_dropped: Counter::default(),
        };
        own.interval.set(interval.as_secs_f64());
        own.register_calls();
        own.register_rest();
        own
    }

    fn register_calls(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "api_requests",
            "Attempts of AWS calls on the wire, retries included",
            self.requests.clone(),
        );
        registry.register(
            "api_errors",
            "Attempts of AWS calls that failed, by reason",
            self.errors.clone(),
        );
        let help = "How long attempts of AWS calls took, from sending to the answer";
        registry.register_with_unit(
            "api_request_duration",
            help,
            Unit::Seconds,
            self.durations.clone(),
        );
        let help = "Time that calls waited for the request ceiling";
        registry.register_with_unit("api_wait", help, Unit::Seconds, self.waits.clone());
        let help = "Requests per second that the limiter allows now";
        registry.register("api_requests_per_second_limit", help, self.limits.clone());
    }

    fn register_rest(&mut self) {
        let registry = &mut self.registry;
        let help = "The configured time from the start of a refresh to the start of the next";
        registry.register_with_unit(
            "refresh_interval",
            help,
            Unit::Seconds,
            self.interval.clone(),
        );
        let help = "How long the last refresh of the target took";
        registry.register_with_unit(
            "refresh_duration",
            help,
            Unit::Seconds,
            self.refresh_durations.clone(),
        );
        let help = "When the last refresh of the target started";
        registry.register_with_unit(
            "refresh_last_start_timestamp",
            help,
            Unit::Seconds,
            self.refresh_starts.clone(),
        );
        registry.register(
            "exposition_series",
            "Series of the fleet on the page",
            self.series.clone(),
        );
        let help = "Size of the page of the fleet, without the exporter's own metrics";
        registry.register("exposition_bytes", help, self.bytes.clone());
        registry.register(
            "http_requests",
            "Answered HTTP requests",
            self.answers.clone(),
        );
        let help = "Panics of the exporter's tasks: each is a fault of the exporter, and costs one target or connection";
        registry.register("panics", help, self.panics.clone());
        for task in Task::ALL {
            // So that the first increase is seen.
            let _ = self.panics.get_or_create(&TaskLabel {
                task: task.as_str(),
            });
        }
        let help = "Log lines that were dropped because stderr did not take them";
        registry.register("log_lines_dropped", help, self.log_lines_dropped.clone());
    }

    /// The handle of a target, once its account is known.
    pub fn target(&self, account_id: &str, region: &str) -> TargetMeter {
        TargetMeter {
            labels: TargetLabels {
                account_id: account_id.to_owned(),
                region: region.to_owned(),
            },
            requests: self.requests.clone(),
            errors: self.errors.clone(),
            durations: self.durations.clone(),
            waits: self.waits.clone(),
            limits: self.limits.clone(),
            refresh_durations: self.refresh_durations.clone(),
            refresh_starts: self.refresh_starts.clone(),
        }
    }

    /// Counts an answered HTTP request.
    pub fn answered(&self, handler: &'static str, code: u16) {
        self.answers
            .get_or_create(&AnswerLabels { handler, code })
            .inc();
    }

    /// Counts a panic.
    pub fn panicked(&self, task: Task) {
        self.panics
            .get_or_create(&TaskLabel {
                task: task.as_str(),
            })
            .inc();
    }

    /// Says how many log lines have been dropped since the start.
    pub fn set_log_lines_dropped(&self, lines: u64) {
        self.log_lines_dropped
            .inner()
            .store(lines, Ordering::Relaxed);
    }

    /// Everything as text; for `OpenMetrics` with the mark that ends the page.
    pub fn encode(&self, format: Format, page: &Page) -> String {
        let gauge = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.series.set(gauge(page.series));
        let bytes = |encoding| self.bytes.get_or_create_owned(&EncodingLabel { encoding });
        bytes("identity").set(gauge(page.text_length(Format::OpenMetrics)));
        bytes("gzip").set(gauge(page.deflated(Format::OpenMetrics)));
        let mut text = String::new();
        if self.write(&mut text).is_err() {
            // Writing to a String cannot fail; a broken page must not be sent if it ever does.
            text.clear();
        }
        match format {
            Format::OpenMetrics => text + format.end(),
            Format::Text => convert::to_text_format(&text),
        }
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        encode_registry(text, &self.registry)?;
        encode_registry(text, &self.process)
    }
}

/// Counts the calls and refreshes of one target.
#[derive(Clone, Debug)]
pub struct TargetMeter {
    labels: TargetLabels,
    requests: Family<Call, Counter>,
    errors: Family<CallError, Counter>,
    durations: Family<OperationLabel, Histogram>,
    waits: Family<TargetLabels, Total>,
    limits: Family<Call, Gauge<f64, AtomicU64>>,
    refresh_durations: Family<TargetLabels, Seconds>,
    refresh_starts: Family<TargetLabels, Seconds>,
}

// === impl TargetMeter ===

impl TargetMeter {
    fn call(&self, operation: &'static str) -> Call {
        let TargetLabels { account_id, region } = self.labels.clone();
        Call {
            account_id,
            region,
            operation,
        }
    }

    fn call_error(&self, operation: &'static str, reason: FailureReason) -> CallError {
        let TargetLabels { account_id, region } = self.labels.clone();
        CallError {
            account_id,
            region,
            operation,
            reason: reason.as_str(),
        }
    }

    /// Makes the counters of an operation exist, so that their first increase is seen.
    pub fn start_at_zero(&self, operation: &'static str) {
        let _ = self.requests.get_or_create(&self.call(operation));
        let _ = self
            .errors
            .get_or_create(&self.call_error(operation, FailureReason::Throttled));
        let _ = self.durations.get_or_create(&OperationLabel { operation });
        let _ = self.waits.get_or_create(&self.labels);
    }

    /// An attempt that was answered, or given up.
    pub fn attempted(&self, operation: &'static str, took: Duration) {
        self.requests.get_or_create(&self.call(operation)).inc();
        self.durations
            .get_or_create(&OperationLabel { operation })
            .observe(took.as_secs_f64());
    }

    /// An attempt that failed.
    pub fn failed(&self, operation: &'static str, reason: FailureReason) {
        self.errors
            .get_or_create(&self.call_error(operation, reason))
            .inc();
    }

    /// Time spent waiting for the ceiling.
    pub fn waited(&self, wait: Duration) {
        self.waits
            .get_or_create(&self.labels)
            .inc_by(wait.as_secs_f64());
    }

    /// What the limiter allows now.
    pub fn limit(&self, operation: &'static str, per_second: f64) {
        self.limits
            .get_or_create(&self.call(operation))
            .set(per_second);
    }

    /// A refresh starts.
    pub fn refresh_started(&self, at: Option<Timestamp>) {
        if let Some(at) = at {
            let seconds = Duration::from_millis(at.millis()).as_secs_f64();
            self.refresh_starts.get_or_create(&self.labels).set(seconds);
        }
    }

    /// A refresh has ended.
    pub fn refresh_ended(&self, took: Duration) {
        self.refresh_durations
            .get_or_create(&self.labels)
            .set(took.as_secs_f64());
    }

    /// The target is another account's from now on: what was true of this one only at the moment is
    /// true no more.
    pub fn forget(&self, operations: impl IntoIterator<Item = &'static str>) {
        self.refresh_durations.remove(&self.labels);
        self.refresh_starts.remove(&self.labels);
        for operation in operations {
            self.limits.remove(&self.call(operation));
        }
    }
}
