//! The patch counts that are kept for each instance, read by `DescribeInstancePatchStates`.

use std::sync::Arc;

use super::intern::Symbol;
use super::rows::PatchState;
use super::text::Count;
use super::time::Timestamp;

// AWS keeps only the latest result: a scan replaces what the scan before it found, whichever
// baseline either of them used. So these counts have no history, and they stay as they are for as
// long as no scan runs. That is why the end of the operation is kept beside them.

/// The patch counts of one instance, and the operation that determined them.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchCounts {
    /// The properties of the operation, which many instances have in common.
    pub operation: Arc<PatchOperation>,
    /// The number of patches in each state, in the order of [`PatchState::ALL`].
    pub counts: [Count; PatchState::ALL.len()],
    /// Non-compliant patches of critical severity. A critical security patch is counted here and
    /// in the next field too, so these counts must not be added up.
    pub critical_noncompliant: Count,
    /// Non-compliant patches that are security updates.
    pub security_noncompliant: Count,
    /// All other non-compliant patches.
    pub other_noncompliant: Count,
    /// When the operation ended.
    pub operation_end: Option<Timestamp>,
    /// When patches were last installed with the option `NoReboot`.
    pub last_no_reboot_install: Option<Timestamp>,
}

/// The part of a patch state that is the same for many instances of a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatchOperation {
    /// The kind of operation: `Scan` or `Install`.
    pub operation: Symbol,
    /// The `pb-...` part of the baseline's id.
    pub baseline_id: Symbol,
    /// The patch group; empty if the instance is in none.
    pub patch_group: Symbol,
    /// The reboot option, `RebootIfNeeded` or `NoReboot`; empty if AWS does not say.
    pub reboot_option: Symbol,
}

impl PatchCounts {
    /// The number of patches in one state.
    pub fn of(&self, state: PatchState) -> Count {
        self.counts[state as usize]
    }

    /// Returns each state with its count, in the order of [`PatchState::ALL`].
    pub fn by_state(&self) -> impl Iterator<Item = (PatchState, Count)> {
        PatchState::ALL.into_iter().zip(self.counts)
    }
}
