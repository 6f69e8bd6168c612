//! What the rows of a list come from.

use crate::organization::{AccountRegions, Organization};
use crate::target::SimulatedTarget;

/// What the rows of a list come from.
pub(crate) trait ListSource {
    /// Separates the tokens of this source from those of all others.
    fn seed(&self) -> u64;

    /// The owner of the rows that the fault `bad-row` damages.
    fn victim(&self) -> Option<u32> {
        None
    }
}

impl ListSource for SimulatedTarget {
    fn seed(&self) -> u64 {
        self.names.seed
    }

    fn victim(&self) -> Option<u32> {
        Self::victim(self)
    }
}

impl ListSource for Organization {
    fn seed(&self) -> u64 {
        Self::seed(self)
    }
}

impl ListSource for AccountRegions {
    fn seed(&self) -> u64 {
        self.seed
    }
}
