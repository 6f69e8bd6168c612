//! Items that somebody puts.

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use super::truth::TruthDepth;
use crate::effects::ItemUpload;

impl SimulatedTarget {
    /// Puts items of one resource. Says whether the resource exists.
    pub(crate) fn put_items(&mut self, id: &str, upload: ItemUpload) -> bool {
        let known = self
            .find(id)
            .filter(|slot| !matches!(self.slot(*slot), ListingSlot::Removed));
        let Some(slot) = known else {
            return false;
        };
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        upload.apply(&mut resource);
        self.keep_rows(slot, resource);
        true
    }
}
