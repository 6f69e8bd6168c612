//! The patches of a node before any text is made of them, which is enough to count them.

use super::states::ListedState;
use crate::fleet::catalogue::{PACKAGES, UPDATES};
use crate::fleet::condition::Condition;
use crate::fleet::snapshot::NodeSnapshot;
use crate::fleet::tally::{ItemStatus, UNSPECIFIED};

/// The distance between the numbers of patches in different states.
const NUMBERS_PER_STATE: u32 = 100;

/// One patch of one node without its text.
#[derive(Clone, Copy)]
pub(super) struct PatchDraft {
    pub(super) state: ListedState,
    /// The position among the patches of this state.
    pub(super) ordinal: u32,
    pub(super) status: ItemStatus,
    pub(super) classification: &'static str,
    /// The severity that the vendor gives the patch.
    pub(super) patch_severity: &'static str,
}

impl PatchDraft {
    /// Which patch of all patches this is. It does not depend on the node, so that nodes miss the
    /// same patches.
    pub(super) fn number(&self) -> u32 {
        number(self.state, self.ordinal)
    }
}

impl<'a> NodeSnapshot<'a> {
    /// The status of each Patch item.
    pub(crate) fn patch_item_statuses(self) -> impl Iterator<Item = ItemStatus> + use<'a> {
        self.patch_drafts().map(|draft| draft.status)
    }

    pub(super) fn patch_drafts(self) -> impl Iterator<Item = PatchDraft> + use<'a> {
        let has_own_baseline = self.own_baseline().is_some();
        ListedState::ALL.into_iter().flat_map(move |state| {
            (0..self.patch_count(state))
                .map(move |ordinal| self.patch_draft(state, ordinal, has_own_baseline))
        })
    }

    fn patch_draft(&self, state: ListedState, ordinal: u32, has_own_baseline: bool) -> PatchDraft {
        let (classification, patch_severity) = if state.is_covered_by_baseline() {
            self.vendor_words(number(state, ordinal))
        } else {
            ("", "")
        };
        // The default baselines of AWS set no compliance severity.
        let severity = if has_own_baseline && state.is_covered_by_baseline() {
            baseline_severity(patch_severity)
        } else {
            UNSPECIFIED
        };
        PatchDraft {
            state,
            ordinal,
            status: self.patch_status(state, severity),
            classification,
            patch_severity,
        }
    }

    /// The classification and the severity that the vendor gives a patch.
    fn vendor_words(&self, number: u32) -> (&'static str, &'static str) {
        let index = number as usize;
        let (_, classification, severity) = if self.node.is_windows() {
            UPDATES[index % UPDATES.len()]
        } else {
            PACKAGES[index % PACKAGES.len()]
        };
        (classification, severity)
    }

    fn patch_status(&self, state: ListedState, severity: &'static str) -> ItemStatus {
        match state {
            // AWS sends an empty status for patches that are not applicable.
            ListedState::NotApplicable => ItemStatus {
                status: "",
                severity,
            },
            ListedState::Installed | ListedState::InstalledOther => ItemStatus::compliant(severity),
            ListedState::AvailableSecurityUpdate if !self.condition.has(Condition::SECURITY) => {
                ItemStatus::compliant(severity)
            }
            _ => ItemStatus::noncompliant(severity),
        }
    }
}

fn number(state: ListedState, ordinal: u32) -> u32 {
    state as u32 * NUMBERS_PER_STATE + ordinal
}

/// The compliance severity that the account's own baselines give a patch.
fn baseline_severity(patch_severity: &str) -> &'static str {
    match patch_severity {
        "Critical" => "CRITICAL",
        "Important" => "HIGH",
        _ => "MEDIUM",
    }
}
