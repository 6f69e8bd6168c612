//! What `DescribeInstancePatchStates` says of an instance, as it is kept.

use std::sync::Arc;

use super::intern::Symbol;
use super::{Count, PatchState, Timestamp};

/// The patch counts of one instance, and the operation that determined them.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchCounts {
    /// What the instance has in common with many others.
    pub operation: Arc<PatchOperation>,
    /// Patches by state, in the order of [`PatchState::ALL`].
    pub counts: [Count; PatchState::ALL.len()],
    /// Patches of critical severity. This count and the next two overlap.
    pub critical_noncompliant: Count,
    /// Security patches.
    pub security_noncompliant: Count,
    /// All other patches.
    pub other_noncompliant: Count,
    /// When the operation ended.
    pub operation_end: Option<Timestamp>,
    /// When patches were last installed with the option `NoReboot`.
    pub last_no_reboot_install: Option<Timestamp>,
}

/// The part of a patch state that repeats over a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatchOperation {
    /// `Scan` or `Install`.
    pub operation: Symbol,
    /// The `pb-...` part of the baseline's id.
    pub baseline_id: Symbol,
    /// The patch group; empty for none.
    pub patch_group: Symbol,
    /// `RebootIfNeeded` or `NoReboot`; empty if AWS does not say.
    pub reboot_option: Symbol,
}

impl PatchCounts {
    /// The count of a state.
    pub fn of(&self, state: PatchState) -> Count {
        self.counts[state as usize]
    }

    /// Each state with its count, in the order of [`PatchState::ALL`].
    pub fn by_state(&self) -> impl Iterator<Item = (PatchState, Count)> {
        PatchState::ALL.into_iter().zip(self.counts)
    }
}
