//! The selection of what is read from every target: compliance types, and thereby collectors.

use std::fmt;
use std::sync::Arc;

use super::collector::Collector;
use super::compliance_type::ComplianceType;

/// The compliance types that are read, and the collectors that are on because of them.
///
/// The refresh, the estimate of its cost and the page all use the same selection, so that they
/// cannot disagree about what is switched off.
///
/// ```
/// use ssm_compliance_exporter::model::{Collector, Selection};
///
/// let patches_only = Selection::of_types(|name| name == "Patch", false);
/// assert!(patches_only.has(Collector::Patches));
/// assert!(!patches_only.has(Collector::Associations));
/// ```
#[derive(Clone)]
pub struct Selection {
    is_wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    has_other_types: bool,
}

impl Selection {
    /// Selects every type, and thereby every collector.
    pub fn everything() -> Self {
        Self::of_types(|_| true, true)
    }

    /// Selects the types whose names `is_wanted` accepts. `has_other_types` says whether it may
    /// accept any besides Patch and Association.
    // A predicate cannot be asked which names it accepts. If it accepts none but those two, their
    // summaries can be read at once, without waiting for AWS to say which other types there are.
    pub fn of_types(
        is_wanted: impl Fn(&str) -> bool + Send + Sync + 'static,
        has_other_types: bool,
    ) -> Self {
        Self {
            is_wanted: Arc::new(is_wanted),
            has_other_types,
        }
    }

    /// Says whether summaries of this type are read.
    pub fn has_type(&self, name: &str) -> bool {
        (self.is_wanted)(name)
    }

    /// Says whether any types besides Patch and Association may be read.
    pub fn has_other_types(&self) -> bool {
        self.has_other_types
    }

    /// Says whether a collector is on.
    pub fn has(&self, collector: Collector) -> bool {
        match collector.serves() {
            Some(compliance_type) => self.has_type(compliance_type.as_str()),
            None => true,
        }
    }

    /// Returns the collectors that are on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        Collector::ALL
            .into_iter()
            .filter(|collector| self.has(*collector))
    }

    /// Returns those of the types that every instance can have which are read.
    pub fn types_of_every_instance(&self) -> impl Iterator<Item = ComplianceType> {
        ComplianceType::OF_EVERY_INSTANCE
            .into_iter()
            .filter(|compliance_type| self.has_type(compliance_type.as_str()))
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selection")
            .field("has_other_types", &self.has_other_types)
            .finish_non_exhaustive()
    }
}
