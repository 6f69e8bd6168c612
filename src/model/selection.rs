//! The selection of what is read from every target: compliance types and tags, and thereby
//! collectors.

use std::fmt;
use std::sync::Arc;

use super::collector::Collector;
use super::compliance_type::ComplianceType;
use super::tags::TagKeys;

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
    /// Whether single patches are asked for.
    has_patch_details: bool,
    tag_keys: TagKeys,
}

impl Selection {
    /// Selects every type, and thereby every collector that is on by default.
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
            has_patch_details: false,
            tag_keys: TagKeys::default(),
        }
    }

    /// Switches the collector of single patches on or off. It stays off without Patch.
    // It is off by default, because it costs a call for each instance that is non-compliant.
    #[must_use]
    pub fn with_patch_details(self, is_wanted: bool) -> Self {
        Self {
            has_patch_details: is_wanted,
            ..self
        }
    }

    /// Selects the tags to read. Without any, the collector of tags is off.
    #[must_use]
    pub fn with_tags(self, tag_keys: TagKeys) -> Self {
        Self { tag_keys, ..self }
    }

    /// Returns the keys of the tags to read.
    pub fn tag_keys(&self) -> &TagKeys {
        &self.tag_keys
    }

    /// Says whether this is a clone of the other selection, with the same collectors and tags. Two
    /// that were made apart are not the same, even if they select the same.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.is_wanted, &other.is_wanted)
            && self.has_patch_details == other.has_patch_details
            && self.tag_keys == other.tag_keys
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
        let is_needed = collector
            .serves()
            .is_none_or(|served| self.has_type(served.as_str()));
        is_needed && self.asks_for(collector)
    }

    /// Says whether a collector is asked for, if it is off by default.
    fn asks_for(&self, collector: Collector) -> bool {
        match collector {
            Collector::PatchDetails => self.has_patch_details,
            Collector::Tags => !self.tag_keys.is_empty(),
            _ => true,
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
            .field("has_patch_details", &self.has_patch_details)
            .field("tag_keys", &self.tag_keys)
            .finish_non_exhaustive()
    }
}
