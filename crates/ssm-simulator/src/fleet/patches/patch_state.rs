//! The row of `DescribeInstancePatchStates`.

use super::draft::PatchDraft;
use super::states::ListedState;
use crate::fleet::condition::Condition;
use crate::fleet::quirk::Quirk;
use crate::fleet::snapshot::NodeSnapshot;
use crate::rows::PatchState;

/// How long each patch operation takes.
const OPERATION_SECONDS: f64 = 13.0;
/// How long before the last operation the one without a reboot ended.
const NO_REBOOT_AGE_SECONDS: f64 = 600.0;

impl NodeSnapshot<'_> {
    /// The patch state, unless `AWS-RunPatchBaseline` never ran.
    pub(crate) fn patch_state(&self) -> Option<PatchState> {
        if !self.node.has_patches() {
            return None;
        }
        let mut row = PatchState {
            instance_id: self.node.id(),
            patch_group: self.node.patch_group().to_owned(),
            baseline_id: self.baseline_id(),
            snapshot_id: self.run_id("snapshot"),
            ..PatchState::default()
        };
        self.add_state_counts(&mut row);
        self.add_operation(&mut row);
        for draft in self.patch_drafts().filter(needs_action) {
            count_noncompliant(&mut row, &draft);
        }
        Some(row)
    }

    fn add_state_counts(&self, row: &mut PatchState) {
        row.installed_count = self.signed_count(ListedState::Installed);
        row.installed_other_count = self.signed_count(ListedState::InstalledOther);
        row.installed_pending_reboot_count = self.signed_count(ListedState::InstalledPendingReboot);
        row.installed_rejected_count = self.signed_count(ListedState::InstalledRejected);
        row.missing_count = self.signed_count(ListedState::Missing);
        row.failed_count = self.signed_count(ListedState::Failed);
        row.not_applicable_count = self.signed_count(ListedState::NotApplicable);
        if self.node.is_windows() {
            row.unreported_not_applicable_count = 11;
            row.available_security_update_count =
                Some(self.signed_count(ListedState::AvailableSecurityUpdate));
        } else {
            // AWS sends -1 where it does not know the number.
            row.unreported_not_applicable_count = -1;
        }
    }

    fn signed_count(&self, state: ListedState) -> i32 {
        i32::try_from(self.patch_count(state)).unwrap_or(0)
    }

    fn add_operation(&self, row: &mut PatchState) {
        let end = self.scanned();
        let without_reboot = self.condition.has(Condition::REBOOT);
        let is_install = self.was_installation();
        let operation = if is_install { "Install" } else { "Scan" };
        let reboot_option = if without_reboot {
            "NoReboot"
        } else {
            "RebootIfNeeded"
        };
        operation.clone_into(&mut row.operation);
        row.operation_start_time = end - OPERATION_SECONDS;
        row.operation_end_time = end;
        row.reboot_option = Some(reboot_option.to_owned());
        row.last_no_reboot_install_operation_time =
            without_reboot.then_some(end - NO_REBOOT_AGE_SECONDS);
    }
}

impl NodeSnapshot<'_> {
    /// Whether the last operation installed patches. Most nodes were scanned.
    fn was_installation(&self) -> bool {
        // Patches fail, or wait for a reboot, only after an installation, which leaves none that are
        // merely missing.
        let needs_installation = self.condition.has(Condition::REBOOT.and(Condition::FAILED));
        needs_installation
            || self.node.quirk == Quirk::InstalledSince
            || !self.condition.has(Condition::MISSING) && self.node.roll("operation", 4) == 0
    }
}

/// Whether a patch counts towards the non-compliant counts of the patch state.
fn needs_action(draft: &PatchDraft) -> bool {
    matches!(
        draft.state,
        ListedState::Missing
            | ListedState::Failed
            | ListedState::InstalledRejected
            | ListedState::InstalledPendingReboot
    )
}

/// A patch can be critical and a security patch, and then counts as both.
fn count_noncompliant(row: &mut PatchState, draft: &PatchDraft) {
    let is_critical = draft.patch_severity() == "Critical";
    let is_security = draft.classification().starts_with("Security");
    row.critical_non_compliant_count += i32::from(is_critical);
    row.security_non_compliant_count += i32::from(is_security);
    row.other_non_compliant_count += i32::from(!is_critical && !is_security);
}
