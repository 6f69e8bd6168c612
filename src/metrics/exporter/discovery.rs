//! The metrics of what finds accounts and regions. None of them is there where all that is read is
//! written down.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{DiscoveryErrorLabels, OperationErrorLabels, OperationLabel};
use super::meter::seconds;
use crate::locks::locked;
use crate::model::{FailureReason, Operation, Timestamp};

/// How the last discovery went.
#[derive(Clone, Debug, Default)]
pub struct DiscoveryReport {
    /// When it ended, if the clock is set.
    pub ended: Option<Timestamp>,
    /// How many accounts of the organization are known; `None` without an organization.
    pub accounts: Option<u64>,
    /// What could not be listed, by account (empty for the list of accounts itself), and why.
    pub failures: Vec<(String, FailureReason)>,
}

/// What the last discovery told, and how many calls all of them made.
#[derive(Debug, Default)]
pub(super) struct DiscoveryMetrics {
    success: OptionalGauge,
    last_success: OptionalGauge,
    accounts: OptionalGauge,
    errors: ErrorInfo,
    requests: Family<OperationLabel, Counter>,
    request_errors: Family<OperationErrorLabels, Counter>,
}

/// A gauge that may have no value, and then is not on the page.
#[derive(Clone, Debug, Default)]
struct OptionalGauge(Arc<Mutex<Option<f64>>>);

/// A set of label sets, each of which has the value 1.
// The library has a family for every type of metric but this one.
#[derive(Clone, Debug, Default)]
struct ErrorInfo(Arc<Mutex<BTreeSet<DiscoveryErrorLabels>>>);

impl DiscoveryMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "discovery_success",
            "Whether the last discovery of accounts and regions listed everything (1) or not (0)",
            self.success.clone(),
        );
        registry.register_with_unit(
            "discovery_last_success_timestamp",
            "When a discovery last listed everything",
            Unit::Seconds,
            self.last_success.clone(),
        );
        registry.register(
            "discovery_accounts",
            "Active accounts of the organization that are known and not excluded",
            self.accounts.clone(),
        );
        registry.register(
            "discovery_error",
            "What the last discovery could not list: the regions of account_id, or, where that is empty, the accounts",
            self.errors.clone(),
        );
        registry.register(
            "discovery_requests",
            "Attempts of calls that find accounts and regions, including retries",
            self.requests.clone(),
        );
        registry.register(
            "discovery_request_errors",
            "Failed attempts of calls that find accounts and regions, by reason",
            self.request_errors.clone(),
        );
    }

    /// Shows how a discovery went; `None` where there is nothing to discover any more.
    pub(super) fn report(&self, report: Option<&DiscoveryReport>) {
        let Some(report) = report else {
            return self.clear();
        };
        let is_success = report.failures.is_empty();
        self.success.set(Some(f64::from(u8::from(is_success))));
        self.accounts.set(report.accounts.map(count));
        if is_success && let Some(ended) = report.ended {
            self.last_success.set(Some(seconds(ended)));
        }
        let errors = report.failures.iter().map(DiscoveryErrorLabels::new);
        *locked(&self.errors.0) = errors.collect();
    }

    fn clear(&self) {
        self.success.set(None);
        self.last_success.set(None);
        self.accounts.set(None);
        locked(&self.errors.0).clear();
    }

    pub(super) fn attempted(&self, operation: Operation) {
        let label = OperationLabel {
            operation: operation.as_str(),
        };
        self.requests.get_or_create(&label).inc();
    }

    pub(super) fn failed(&self, operation: Operation, reason: FailureReason) {
        let labels = OperationErrorLabels {
            operation: operation.as_str(),
            reason: reason.as_str(),
        };
        self.request_errors.get_or_create(&labels).inc();
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no organization has 2^52 accounts"
)]
fn count(accounts: u64) -> f64 {
    accounts as f64
}

impl OptionalGauge {
    fn set(&self, value: Option<f64>) {
        *locked(&self.0) = value;
    }

    fn value(&self) -> Option<f64> {
        *locked(&self.0)
    }
}

impl EncodeMetric for OptionalGauge {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        match self.value() {
            Some(value) => encoder.encode_gauge(&value),
            None => Ok(()),
        }
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Gauge
    }

    fn is_empty(&self) -> bool {
        self.value().is_none()
    }
}

impl EncodeMetric for ErrorInfo {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let errors = locked(&self.0);
        errors
            .iter()
            .try_for_each(|labels| encoder.encode_info(labels))
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Info
    }

    fn is_empty(&self) -> bool {
        locked(&self.0).is_empty()
    }
}

impl DiscoveryErrorLabels {
    fn new((account_id, reason): &(String, FailureReason)) -> Self {
        Self {
            account_id: account_id.clone(),
            reason: reason.as_str(),
        }
    }
}
