//! The one list of details.

use crate::model::{Collector, ComplianceType};

/// A view of AWS that is read instance by instance, because it explains their summaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// Patch counts explain summaries of type Patch.
    PatchStates,
    /// Non-compliant items explain summaries of type Association.
    AssociationItems,
}

/// Which listed instances a detail is read of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of them: also those that have no summary.
    EveryInstance,
    /// Those whose summary says `NON_COMPLIANT`.
    OnlyNoncompliant,
}

impl DetailKind {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Every one.
    pub const ALL: [Self; 2] = [Self::PatchStates, Self::AssociationItems];

    /// The collector that reads it.
    pub const fn collector(self) -> Collector {
        match self {
            Self::PatchStates => Collector::Patches,
            Self::AssociationItems => Collector::Items,
        }
    }

    /// The compliance type whose summaries it explains.
    pub const fn explains(self) -> ComplianceType {
        match self {
            Self::PatchStates => ComplianceType::Patch,
            Self::AssociationItems => ComplianceType::Association,
        }
    }

    /// Which listed instances it is read of.
    pub const fn coverage(self) -> Coverage {
        match self {
            Self::PatchStates => Coverage::EveryInstance,
            Self::AssociationItems => Coverage::OnlyNoncompliant,
        }
    }

    /// The one that explains a compliance type.
    pub fn of_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.explains() == *name)
    }
}
