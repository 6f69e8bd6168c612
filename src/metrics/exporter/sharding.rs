//! The metrics of sharding: which shard this exporter is.

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Which shard the exporter is. A single exporter has them too, so that rules about shards need no
/// special case.
#[derive(Debug, Default)]
pub(super) struct ShardMetrics {
    index: Gauge,
    total: Gauge,
}

impl ShardMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "shard_index",
            "Number of this exporter among those that divide the targets of one configuration, counted from 0",
            self.index.clone(),
        );
        registry.register(
            "shard_total",
            "Number of exporters that divide the targets of one configuration; 1 if this one reads them all",
            self.total.clone(),
        );
    }

    pub(super) fn set(&self, index: u32, total: u32) {
        self.index.set(index.into());
        self.total.set(total.into());
    }
}
