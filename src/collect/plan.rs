//! What a refresh reads: which collectors, which compliance types.

use std::sync::Arc;

use crate::model::{ASSOCIATION, Collector, PATCH};

/// What a refresh reads; the same for every target.
#[derive(Clone)]
pub struct Plan {
    /// Whether a compliance type is wanted.
    pub wants: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Whether types beside Patch and Association may be wanted.
    pub other_types: bool,
}

impl Plan {
    /// Everything.
    pub fn everything() -> Self {
        Self {
            wants: Arc::new(|_| true),
            other_types: true,
        }
    }

    /// Whether a collector is switched on.
    pub fn reads(&self, collector: Collector) -> bool {
        match collector {
            Collector::Instances | Collector::Compliance | Collector::ComplianceTotals => true,
            Collector::Patches | Collector::Baselines => (self.wants)(PATCH),
            Collector::Associations | Collector::Items => (self.wants)(ASSOCIATION),
        }
    }

    /// The collectors that are switched on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        Collector::ALL
            .into_iter()
            .filter(|collector| self.reads(*collector))
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("other_types", &self.other_types)
            .finish_non_exhaustive()
    }
}
