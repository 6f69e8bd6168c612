//! The metrics of each target's calls and refreshes.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{CallErrorLabels, CallLabels, OperationLabel, TargetLabels};
use crate::model::{FailureReason, Timestamp};

/// A gauge of seconds, or of calls per second.
pub(super) type FloatGauge = Gauge<f64, AtomicU64>;

/// The upper bounds of the buckets of call durations, in seconds.
// AWS answers within tens to hundreds of milliseconds, and by default an attempt is given up after
// ten seconds. The last bound is for those who allow more.
const CALL_SECONDS: [f64; 10] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// The metrics of all targets. All clones count into the same series.
#[derive(Clone, Debug)]
pub(super) struct TargetMetrics {
    requests: Family<CallLabels, Counter>,
    // Failures have a metric of their own instead of a label of `requests`, so that the ratio of the
    // two is easy to write and to get right ("Writing exporters", Prometheus).
    errors: Family<CallErrorLabels, Counter>,
    // It has no labels of the target: a histogram has 13 series, and how long AWS takes hardly
    // depends on the account.
    durations: Family<OperationLabel, Histogram>,
    waits: Family<TargetLabels, Counter<f64, AtomicU64>>,
    limits: Family<CallLabels, FloatGauge>,
    refresh_durations: Family<TargetLabels, FloatGauge>,
    refresh_starts: Family<TargetLabels, FloatGauge>,
}

/// Counts the calls and refreshes of one target.
#[derive(Clone, Debug)]
pub struct TargetMeter {
    labels: TargetLabels,
    metrics: TargetMetrics,
}

/// A time as the value of a gauge.
pub(super) fn seconds(at: Timestamp) -> f64 {
    Duration::from_millis(at.millis()).as_secs_f64()
}

// === impl TargetMetrics ===

impl Default for TargetMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            errors: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(CALL_SECONDS)),
            waits: Family::default(),
            limits: Family::default(),
            refresh_durations: Family::default(),
            refresh_starts: Family::default(),
        }
    }
}

impl TargetMetrics {
    pub(super) fn register_calls(&self, registry: &mut Registry) {
        registry.register(
            "api_requests",
            "Attempts of AWS calls that were sent, including retries",
            self.requests.clone(),
        );
        registry.register(
            "api_errors",
            "Attempts of AWS calls that failed, by reason",
            self.errors.clone(),
        );
        registry.register_with_unit(
            "api_request_duration",
            "How long attempts of AWS calls took, from sending the request to the end of the answer",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register_with_unit(
            "api_wait",
            "Time that calls waited for the request ceiling",
            Unit::Seconds,
            self.waits.clone(),
        );
        registry.register(
            "api_requests_per_second_limit",
            "Requests per second that the limiter currently allows",
            self.limits.clone(),
        );
    }

    pub(super) fn register_refreshes(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "refresh_duration",
            "How long the last refresh of the target took",
            Unit::Seconds,
            self.refresh_durations.clone(),
        );
        registry.register_with_unit(
            "refresh_last_start_timestamp",
            "When the last refresh of the target started",
            Unit::Seconds,
            self.refresh_starts.clone(),
        );
    }

    pub(super) fn target(&self, account_id: &str, region: &str) -> TargetMeter {
        TargetMeter {
            labels: TargetLabels::new(account_id, region),
            metrics: self.clone(),
        }
    }
}

// === impl TargetMeter ===

impl TargetMeter {
    /// Makes the counters of an operation exist before its first call.
    // `rate` and `increase` do not see the first increase of a counter that appears with it. Of the
    // errors only throttling starts at zero: every reason would be many series that stay zero.
    pub fn start_at_zero(&self, operation: &'static str) {
        let metrics = &self.metrics;
        let throttled = self.call_error(operation, FailureReason::Throttled);
        let _ = metrics.requests.get_or_create(&self.call(operation));
        let _ = metrics.errors.get_or_create(&throttled);
        let _ = metrics
            .durations
            .get_or_create(&OperationLabel { operation });
        let _ = metrics.waits.get_or_create(&self.labels);
    }

    /// Counts an attempt that was answered or given up.
    pub fn attempted(&self, operation: &'static str, took: Duration) {
        let requests = &self.metrics.requests;
        requests.get_or_create(&self.call(operation)).inc();
        self.observe_duration(operation, took);
    }

    fn observe_duration(&self, operation: &'static str, took: Duration) {
        let label = OperationLabel { operation };
        let durations = self.metrics.durations.get_or_create(&label);
        durations.observe(took.as_secs_f64());
    }

    /// Counts an attempt that failed.
    pub fn failed(&self, operation: &'static str, reason: FailureReason) {
        let labels = self.call_error(operation, reason);
        self.metrics.errors.get_or_create(&labels).inc();
    }

    /// Adds time that calls spent waiting for the request ceiling.
    pub fn waited(&self, wait: Duration) {
        let waits = self.metrics.waits.get_or_create(&self.labels);
        waits.inc_by(wait.as_secs_f64());
    }

    /// Sets the number of calls of an operation that the limiter allows per second now.
    pub fn limit(&self, operation: &'static str, per_second: f64) {
        let labels = self.call(operation);
        self.metrics.limits.get_or_create(&labels).set(per_second);
    }

    /// Notes that a refresh starts.
    pub fn refresh_started(&self, at: Option<Timestamp>) {
        if let Some(at) = at {
            let start = self.metrics.refresh_starts.get_or_create(&self.labels);
            start.set(seconds(at));
        }
    }

    /// Notes that a refresh has ended.
    pub fn refresh_ended(&self, took: Duration) {
        let duration = self.metrics.refresh_durations.get_or_create(&self.labels);
        duration.set(took.as_secs_f64());
    }

    /// Removes the gauges of this account, because the target is another account's from now on.
    pub fn forget(&self, operations: impl IntoIterator<Item = &'static str>) {
        // Counters stay: what they have counted did happen, and one that comes back would look like
        // a restart of the exporter.
        self.metrics.refresh_durations.remove(&self.labels);
        self.metrics.refresh_starts.remove(&self.labels);
        for operation in operations {
            self.forget_limit(operation);
        }
    }

    /// Removes every series of the target, because it is no longer configured.
    pub fn remove(&self, operations: impl IntoIterator<Item = &'static str>) {
        self.metrics.waits.remove(&self.labels);
        for operation in operations {
            self.metrics.requests.remove(&self.call(operation));
            for reason in FailureReason::ALL {
                let errors = &self.metrics.errors;
                errors.remove(&self.call_error(operation, reason));
            }
            self.forget([operation]);
        }
    }

    fn forget_limit(&self, operation: &'static str) {
        self.metrics.limits.remove(&self.call(operation));
    }

    fn call(&self, operation: &'static str) -> CallLabels {
        let TargetLabels { account_id, region } = self.labels.clone();
        CallLabels {
            account_id,
            region,
            operation,
        }
    }

    fn call_error(&self, operation: &'static str, reason: FailureReason) -> CallErrorLabels {
        let TargetLabels { account_id, region } = self.labels.clone();
        CallErrorLabels {
            account_id,
            region,
            operation,
            reason: reason.as_str(),
        }
    }
}
