//! The metrics of sharding: which of several exporters this one is.

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Which shard the exporter is, also if it is the only one: rules about shards need no second form.
#[derive(Debug, Default)]
pub(super) struct ShardMetrics {
    index: Gauge,
    total: Gauge,
}

impl ShardMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "shard_index",
            "Which of the exporters that divide the targets of one configuration this is, counted from 0",
            self.index.clone(),
        );
        registry.register(
            "shard_total",
            "How many exporters divide the targets of one configuration; 1 if this one reads them all",
            self.total.clone(),
        );
    }

    pub(super) fn set(&self, index: u32, total: u32) {
        self.index.set(index.into());
        self.total.set(total.into());
    }
}
