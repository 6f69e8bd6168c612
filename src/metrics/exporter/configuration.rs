//! The metrics of the configuration: whether it was read well, and what it says about time.

use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::meter::{FloatGauge, seconds};
use crate::model::Timestamp;

/// What the configuration is, and when it was last read.
#[derive(Debug, Default)]
pub(super) struct ConfigMetrics {
    last_reload_successful: Gauge,
    last_reload_success: FloatGauge,
    refresh_interval: FloatGauge,
}

impl ConfigMetrics {
    // The names are those of Prometheus and Alertmanager, so that people know them already.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "config_last_reload_successful",
            "Whether the last attempt to read the configuration succeeded (1) or not (0)",
            self.last_reload_successful.clone(),
        );
        registry.register_with_unit(
            "config_last_reload_success_timestamp",
            "When the configuration was last read successfully",
            Unit::Seconds,
            self.last_reload_success.clone(),
        );
    }

    pub(super) fn register_interval(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "refresh_interval",
            "The configured time from the start of a refresh to the start of the next",
            Unit::Seconds,
            self.refresh_interval.clone(),
        );
    }

    pub(super) fn set_interval(&self, interval: Duration) {
        self.refresh_interval.set(interval.as_secs_f64());
    }

    pub(super) fn loaded(&self, at: Option<Timestamp>) {
        self.last_reload_successful.set(1);
        if let Some(at) = at {
            self.last_reload_success.set(seconds(at));
        }
    }

    pub(super) fn load_failed(&self) {
        self.last_reload_successful.set(0);
    }
}
