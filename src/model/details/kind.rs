//! The list of the kinds of details.

use crate::model::collector::Collector;
use crate::model::compliance_type::ComplianceType;

/// A view of AWS that is read instance by instance, because it explains the summaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// Patch counts explain summaries of type Patch.
    PatchStates,
    /// Non-compliant items explain summaries of type Association.
    AssociationItems,
    /// Non-compliant items name the patches behind summaries of type Patch.
    PatchItems,
}

/// The listed instances for which a detail is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The detail is read for every listed instance, even for one without a summary.
    EveryInstance,
    /// The detail is read only for instances whose summary is `NON_COMPLIANT`.
    OnlyNoncompliant,
}

impl DetailKind {
    /// The number of kinds.
    pub const COUNT: usize = Self::ALL.len();

    /// Every kind.
    pub const ALL: [Self; 3] = [Self::PatchStates, Self::AssociationItems, Self::PatchItems];

    /// Returns the collector that reads it.
    pub const fn collector(self) -> Collector {
        match self {
            Self::PatchStates => Collector::Patches,
            Self::AssociationItems => Collector::Items,
            Self::PatchItems => Collector::PatchDetails,
        }
    }

    /// Returns the compliance type whose summaries it explains.
    pub const fn explains(self) -> ComplianceType {
        match self {
            Self::PatchStates | Self::PatchItems => ComplianceType::Patch,
            Self::AssociationItems => ComplianceType::Association,
        }
    }

    /// Returns the listed instances for which it is read.
    pub const fn coverage(self) -> Coverage {
        match self {
            // Compliant instances have patch counts that are worth showing too, and one call covers
            // fifty instances.
            Self::PatchStates => Coverage::EveryInstance,
            // A call takes a single instance, and a compliant one has no non-compliant items.
            Self::AssociationItems | Self::PatchItems => Coverage::OnlyNoncompliant,
        }
    }

    /// Returns the kinds that explain a compliance type.
    pub fn of_type(name: &str) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |kind| kind.explains() == *name)
    }

    /// Returns the kind that the reasons for being non-compliant with a type follow from, if there
    /// is one.
    pub fn of_reasons(name: &str) -> Option<Self> {
        Self::of_type(name).find(|kind| kind.gives_reasons())
    }

    const fn gives_reasons(self) -> bool {
        match self {
            Self::PatchStates | Self::AssociationItems => true,
            // The counts of patches say all that the patches do about reasons, and they are there
            // in every configuration.
            Self::PatchItems => false,
        }
    }
}
