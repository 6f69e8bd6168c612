//! The whole truth of a target for tests, and how tests edit it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use crate::rows::{ResourceTruth, TargetTruth};

/// How much of a resource is wanted. Items and patches are hundreds of rows per resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TruthDepth {
    WithItems,
    WithoutItems,
}

impl SimulatedTarget {
    /// All rows as of now.
    pub(crate) fn truth(&self, depth: TruthDepth) -> TargetTruth {
        let mut truth = TargetTruth {
            totals: self.totals().to_vec(),
            associations: self.associations().to_vec(),
            baselines: self.baselines.clone(),
            patch_baselines: self.patch_baselines.clone(),
            ..TargetTruth::default()
        };
        for index in 0..self.slot_count() {
            append(&mut truth, self.resource(index, depth));
        }
        truth
    }

    pub(crate) fn resource(&self, index: u32, depth: TruthDepth) -> ResourceTruth {
        let mut resource = ResourceTruth {
            instance: self.instance(index).map(Cow::into_owned),
            summaries: (0..self.part_count(index))
                .filter_map(|part| self.summary(index, part))
                .map(Cow::into_owned)
                .collect(),
            patch_state: self.patch_state(index, false).map(Cow::into_owned),
            instance_associations: self.instance_associations(index),
            tags: self.tags(index),
            ..ResourceTruth::default()
        };
        if depth == TruthDepth::WithItems {
            resource.items = self.items(index);
            resource.patches = self.patches(index, false);
        }
        resource
    }

    /// Keeps what the edit changed: resources, and totals or associations if it changed those.
    pub(crate) fn update(&mut self, edit: impl FnOnce(&mut TargetTruth)) {
        let before = self.truth(TruthDepth::WithItems);
        let mut after = before.clone();
        edit(&mut after);
        // Totals that were not edited go on to follow from the resources.
        if after.totals != before.totals {
            self.edited_totals = Some(after.totals.clone());
        }
        if after.associations != before.associations {
            self.edited_associations = Some(after.associations.clone());
        }
        self.baselines.clone_from(&after.baselines);
        self.patch_baselines.clone_from(&after.patch_baselines);
        self.replace_changed(by_resource(before), by_resource(after));
        self.forget_aggregates();
    }

    /// Replaces one resource, or removes it.
    pub(crate) fn replace(&mut self, id: &str, resource: Option<ResourceTruth>) {
        let slot = match resource {
            Some(resource) => ListingSlot::Edited(Box::new(resource)),
            None => ListingSlot::Removed,
        };
        // An edited resource keeps its place, so that tokens given out before stay valid.
        let known_index = self.find(id);
        let known = known_index.and_then(|index| self.slots.get_mut(index as usize));
        if let Some(known) = known {
            *known = slot;
            self.slots_of_commands
                .retain(|index| Some(*index) != known_index);
        } else {
            self.slot_by_id.insert(id.to_owned(), self.slot_count());
            self.slots.push(slot);
        }
        self.forget_aggregates();
    }

    /// Keeps the rows of a resource that a command has changed. The instance goes on to ping.
    pub(super) fn keep_rows(&mut self, slot: u32, resource: ResourceTruth) {
        if let Some(known) = self.slots.get_mut(slot as usize) {
            *known = ListingSlot::Edited(Box::new(resource));
            self.slots_of_commands.insert(slot);
        }
        self.forget_aggregates();
    }

    fn replace_changed(
        &mut self,
        mut before: BTreeMap<String, ResourceTruth>,
        mut after: BTreeMap<String, ResourceTruth>,
    ) {
        let ids: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        for id in ids {
            let old = before.remove(&id);
            let new = after.remove(&id);
            if old != new {
                self.replace(&id, new);
            }
        }
    }
}

fn append(truth: &mut TargetTruth, resource: ResourceTruth) {
    truth.instances.extend(resource.instance);
    truth.summaries.extend(resource.summaries);
    truth.patch_states.extend(resource.patch_state);
    truth.items.extend(resource.items);
    truth.patches.extend(resource.patches);
    truth
        .instance_associations
        .extend(resource.instance_associations);
    truth.tags.extend(resource.tags);
}

fn by_resource(truth: TargetTruth) -> BTreeMap<String, ResourceTruth> {
    let mut resources = BTreeMap::new();
    for row in truth.instances {
        let resource = entry(&mut resources, &row.instance_id);
        resource.instance = Some(row);
    }
    for row in truth.summaries {
        entry(&mut resources, &row.resource_id).summaries.push(row);
    }
    for row in truth.patch_states {
        let resource = entry(&mut resources, &row.instance_id);
        resource.patch_state = Some(row);
    }
    for row in truth.items {
        entry(&mut resources, &row.resource_id).items.push(row);
    }
    for row in truth.patches {
        entry(&mut resources, &row.instance_id).patches.push(row);
    }
    for row in truth.instance_associations {
        entry(&mut resources, &row.instance_id)
            .instance_associations
            .push(row);
    }
    for row in truth.tags {
        let resource = entry(&mut resources, row.resource_id());
        resource.tags = Some(row);
    }
    resources
}

fn entry<'a>(
    resources: &'a mut BTreeMap<String, ResourceTruth>,
    id: &str,
) -> &'a mut ResourceTruth {
    resources.entry(id.to_owned()).or_default()
}
