//! What is read of every target: which compliance types, and so which collectors.

use std::fmt;
use std::sync::Arc;

use super::{Collector, ComplianceType};

/// Which compliance types are read, and which collectors are on because of them.
///
/// The refresh, the estimate of its cost and the page all ask the same selection, so that none of
/// them can disagree about what is switched off.
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
    /// Every type, and so every collector.
    pub fn everything() -> Self {
        Self::of_types(|_| true, true)
    }

    /// The types whose names `is_wanted` takes. `has_other_types` says whether it may take one
    /// beside Patch and Association: if it cannot, nobody needs to ask AWS which others there are.
    pub fn of_types(
        is_wanted: impl Fn(&str) -> bool + Send + Sync + 'static,
        has_other_types: bool,
    ) -> Self {
        Self {
            is_wanted: Arc::new(is_wanted),
            has_other_types,
        }
    }

    /// Whether summaries of this type are read.
    pub fn has_type(&self, name: &str) -> bool {
        (self.is_wanted)(name)
    }

    /// Whether types beside Patch and Association may be read.
    pub fn has_other_types(&self) -> bool {
        self.has_other_types
    }

    /// Whether a collector is on.
    pub fn has(&self, collector: Collector) -> bool {
        match collector.serves() {
            Some(compliance_type) => self.has_type(compliance_type.as_str()),
            None => true,
        }
    }

    /// The collectors that are on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        Collector::ALL
            .into_iter()
            .filter(|collector| self.has(*collector))
    }

    /// Of the types that every instance can have, those that are read.
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
