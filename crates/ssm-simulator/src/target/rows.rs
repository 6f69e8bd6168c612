//! The rows of one resource, whether they follow from the seed or were edited.

use std::borrow::Cow;

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use super::summaries::ReportedType;
use crate::fleet::{Node, PING_PERIOD_SECONDS};
use crate::rows::{Instance, InstanceAssociation, Item, Patch, PatchState};

impl SimulatedTarget {
    pub(crate) fn instance(&self, index: u32) -> Option<Cow<'_, Instance>> {
        match self.slot(index) {
            ListingSlot::Node(node) => self.snapshot(node).instance().map(Cow::Owned),
            ListingSlot::Edited(resource) => {
                let instance = resource.instance.as_ref()?;
                if self.slots_of_commands.contains(&index) {
                    return Some(Cow::Owned(pinged(instance, self.clock)));
                }
                Some(Cow::Borrowed(instance))
            }
            ListingSlot::Removed => None,
        }
    }

    /// The patch state. With `lag` it is as before the last step of drift.
    pub(crate) fn patch_state(&self, index: u32, lag: bool) -> Option<Cow<'_, PatchState>> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let snapshot = self.patch_snapshot(node, lag);
                snapshot.patch_state().map(Cow::Owned)
            }
            ListingSlot::Edited(resource) => resource.patch_state.as_ref().map(Cow::Borrowed),
            ListingSlot::Removed => None,
        }
    }

    /// The patches. With `lag` they are as before the last step of drift.
    pub(crate) fn patches(&self, index: u32, lag: bool) -> Vec<Patch> {
        match self.slot(index) {
            // Nodes that another association scans report no patches of their own.
            ListingSlot::Node(node) if node.has_patches() => {
                self.patch_snapshot(node, lag).patches().collect()
            }
            ListingSlot::Edited(resource) => resource.patches.clone(),
            ListingSlot::Node(_) | ListingSlot::Removed => Vec::new(),
        }
    }

    pub(crate) fn items(&self, index: u32) -> Vec<Item> {
        match self.slot(index) {
            ListingSlot::Node(node) => self.node_items(node),
            ListingSlot::Edited(resource) => resource.items.clone(),
            ListingSlot::Removed => Vec::new(),
        }
    }

    pub(crate) fn instance_associations(&self, index: u32) -> Vec<InstanceAssociation> {
        match self.slot(index) {
            // Only managed instances have associations. Compliance data outlives its instance.
            ListingSlot::Node(node) if !node.ghost => {
                self.snapshot(node).instance_associations().collect()
            }
            ListingSlot::Edited(resource) => resource.instance_associations.clone(),
            ListingSlot::Node(_) | ListingSlot::Removed => Vec::new(),
        }
    }

    fn node_items(&self, node: &Node) -> Vec<Item> {
        let snapshot = self.snapshot(node);
        let mut items = Vec::new();
        for slot in ReportedType::ALL {
            if !slot.is_reported_by(node) {
                continue;
            }
            match slot {
                ReportedType::Association => items.extend(snapshot.association_items()),
                ReportedType::Antivirus => items.push(snapshot.antivirus_item()),
                ReportedType::Benchmark => items.extend(snapshot.benchmark_items()),
                ReportedType::Patch => items.extend(snapshot.patch_items()),
            }
        }
        items
    }
}

/// An instance that a command has changed goes on to ping while it is online. Those that a test has
/// edited are as the test says.
fn pinged(instance: &Instance, clock: f64) -> Instance {
    let mut instance = instance.clone();
    let silence = clock - instance.last_ping_date_time;
    if instance.ping_status == "Online" && silence > 0.0 {
        instance.last_ping_date_time = clock - silence.rem_euclid(f64::from(PING_PERIOD_SECONDS));
    }
    instance
}
