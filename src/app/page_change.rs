//! What a decision about targets means for the page.

use std::sync::Arc;

use tracing::{info, warn};

use super::slot::TargetSlot;

/// What a decision about targets means for the page.
#[derive(Debug, Default)]
pub(super) struct PageChange {
    /// The targets that leave the page.
    pub(super) withdrawn: Vec<Arc<TargetSlot>>,
    /// The targets that are on the page from now on, with nothing but their names.
    pub(super) blank: Vec<Arc<TargetSlot>>,
}

impl PageChange {
    /// Leaves a target out, because another is the same account and region.
    pub(super) fn leave_out(
        &mut self,
        slot: &Arc<TargetSlot>,
        shown: &TargetSlot,
        shown_position: usize,
    ) {
        if slot.set_duplicate_of(Some(shown.name())) {
            self.withdrawn.push(Arc::clone(slot));
            log_left_out(slot, shown, shown_position);
        }
    }

    /// Shows a target that was left out until now.
    pub(super) fn stop_leaving_out(&mut self, slot: &Arc<TargetSlot>) {
        if slot.set_duplicate_of(None) {
            self.blank.push(Arc::clone(slot));
            info!(
                target_name = slot.name(),
                "no longer left out: no other target is the same account and region"
            );
        }
    }
}

fn log_left_out(slot: &TargetSlot, shown: &TargetSlot, shown_position: usize) {
    // Both may have the same name, so the place in the configuration tells them apart.
    let entry = shown_position + 1;
    warn!(
        target_name = slot.name(),
        other = format!("{}, entry {entry}", shown.name()),
        "left out: another target of the configuration is the same account and region"
    );
}
