//! The patches of a node before any text is made of them, which is enough to count them.

use super::states::ListedState;
use crate::fleet::catalogue::{PACKAGES, UPDATES, VendorPatch};
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
    /// What the vendor says of the patch, if AWS knows it.
    vendor: Option<&'static VendorPatch>,
}

impl PatchDraft {
    /// Which patch of all patches this is. It does not depend on the node, so that nodes miss the
    /// same patches.
    pub(super) fn number(&self) -> u32 {
        number(self.state, self.ordinal)
    }

    pub(super) fn classification(&self) -> &'static str {
        self.vendor.map_or("", |vendor| vendor.classification)
    }

    /// The severity that the vendor gives the patch.
    pub(super) fn patch_severity(&self) -> &'static str {
        self.vendor.map_or("", |vendor| vendor.severity)
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
        let vendor = state
            .is_covered_by_baseline()
            .then(|| self.vendor_patch(number(state, ordinal)));
        let patch_severity = vendor.map(|vendor| vendor.severity);
        let severity = compliance_severity(patch_severity, has_own_baseline);
        PatchDraft {
            state,
            ordinal,
            status: self.patch_status(state, severity),
            vendor,
        }
    }

    /// What the vendor says of a patch.
    pub(super) fn vendor_patch(&self, number: u32) -> &'static VendorPatch {
        if self.node.is_windows() {
            &UPDATES[number as usize % UPDATES.len()]
        } else {
            package(number)
        }
    }

    fn patch_status(&self, state: ListedState, severity: &'static str) -> ItemStatus {
        match state {
            // AWS sends an empty status for patches that are not applicable.
            ListedState::NotApplicable => ItemStatus {
                status: "",
                severity,
            },
            ListedState::Installed | ListedState::InstalledOther => ItemStatus::compliant(severity),
            // Whether available security updates are compliant is a setting of the baseline. Nodes
            // with this condition have one of the account's own, which says that they are not.
            ListedState::AvailableSecurityUpdate if !self.condition.has(Condition::SECURITY) => {
                ItemStatus::compliant(severity)
            }
            _ => ItemStatus::noncompliant(severity),
        }
    }
}

/// What the vendor says of a package of Linux.
pub(super) fn package(number: u32) -> &'static VendorPatch {
    &PACKAGES[number as usize % PACKAGES.len()]
}

pub(super) fn number(state: ListedState, ordinal: u32) -> u32 {
    state as u32 * NUMBERS_PER_STATE + ordinal
}

/// The compliance severity, given the severity that the vendor gives the patch, if AWS knows it.
/// Only the account's own baselines set it.
pub(crate) fn compliance_severity(
    patch_severity: Option<&str>,
    has_own_baseline: bool,
) -> &'static str {
    match patch_severity.filter(|_| has_own_baseline) {
        None => UNSPECIFIED,
        Some("Critical") => "CRITICAL",
        Some("Important") => "HIGH",
        Some(_) => "MEDIUM",
    }
}
