//! The states of patches, and how many patches of a node are in each.

use crate::fleet::condition::Condition;
use crate::fleet::snapshot::NodeSnapshot;

/// How many rejected patches a node has at most. Baselines reject as many.
pub(super) const MAX_REJECTED_PATCHES: u32 = 2;

/// The state of a patch, in the order of listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListedState {
    Installed,
    InstalledOther,
    InstalledPendingReboot,
    InstalledRejected,
    Missing,
    Failed,
    AvailableSecurityUpdate,
    NotApplicable,
    /// An item that somebody has put by hand, which has no state.
    Manual,
}

impl ListedState {
    pub(super) const ALL: [Self; 9] = [
        Self::Installed,
        Self::InstalledOther,
        Self::InstalledPendingReboot,
        Self::InstalledRejected,
        Self::Missing,
        Self::Failed,
        Self::AvailableSecurityUpdate,
        Self::NotApplicable,
        Self::Manual,
    ];

    /// The name on the wire. AWS sends states in this spelling, and not in the upper case of its
    /// service model.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }

    /// Whether a patch baseline decides about patches in this state. Of others, AWS knows neither
    /// a classification nor a severity.
    pub(super) const fn is_covered_by_baseline(self) -> bool {
        !matches!(
            self,
            Self::InstalledOther | Self::NotApplicable | Self::Manual
        )
    }
}

impl NodeSnapshot<'_> {
    /// How many patches of this node are in a state.
    pub(super) fn patch_count(&self, state: ListedState) -> u32 {
        match state {
            ListedState::Installed => 20 + self.node.roll("installed", 40),
            ListedState::InstalledOther => 3 + self.node.roll("other", 20),
            ListedState::InstalledPendingReboot => self.count_if(Condition::REBOOT, 3),
            ListedState::InstalledRejected => {
                self.count_if(Condition::REJECTED, MAX_REJECTED_PATCHES)
            }
            ListedState::Missing => self.count_if(Condition::MISSING, 6),
            ListedState::Failed => self.count_if(Condition::FAILED, 2),
            ListedState::AvailableSecurityUpdate => self.available_security_updates(),
            ListedState::NotApplicable => self.not_applicable(),
            // Nobody puts more than one of these, and it has no place in any count of the patch
            // state.
            ListedState::Manual => u32::from(self.condition.has(Condition::UNEXPLAINED)),
        }
    }

    /// A number in `1..=max` under the condition, and 0 without it.
    fn count_if(&self, condition: Condition, max: u32) -> u32 {
        if self.condition.has(condition) {
            1 + self.node.roll("count", max)
        } else {
            0
        }
    }

    fn available_security_updates(&self) -> u32 {
        // The account's own baseline takes each of them for non-compliant, so that a compliant node
        // of that baseline can have none.
        if self.own_baseline().is_some() || !self.node.is_windows() {
            self.count_if(Condition::SECURITY, 3)
        } else {
            self.node.roll("available", 3)
        }
    }

    /// Only Windows reports patches that are not applicable.
    fn not_applicable(&self) -> u32 {
        if self.node.is_windows() {
            20 + self.node.roll("inapplicable", 40)
        } else {
            0
        }
    }
}
