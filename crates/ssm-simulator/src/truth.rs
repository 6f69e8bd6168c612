//! The whole truth of a target for tests, and its editing.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{ResourceTruth, TargetTruth};
use super::simulated_target::{ListingSlot, SimulatedTarget};

impl SimulatedTarget {
    /// All rows as of now. Items and patches only `with_items`: they are hundreds per resource.
    pub(super) fn truth(&self, with_items: bool) -> TargetTruth {
        let aggregates = self.aggregates();
        let mut truth = TargetTruth {
            totals: aggregates.totals.clone(),
            associations: aggregates.associations.clone(),
            baselines: self.baselines.clone(),
            ..TargetTruth::default()
        };
        for index in 0..self.count() {
            let resource = self.resource(index, with_items);
            truth.instances.extend(resource.instance);
            truth.summaries.extend(resource.summaries);
            truth.patch_states.extend(resource.patch_state);
            truth.items.extend(resource.items);
            truth.patches.extend(resource.patches);
            truth
                .instance_associations
                .extend(resource.instance_associations);
        }
        truth
    }

    pub(super) fn resource(&self, index: u32, with_items: bool) -> ResourceTruth {
        let summaries = (0..self.parts(index)).filter_map(|part| self.summary(index, part));
        ResourceTruth {
            instance: self.instance(index).map(std::borrow::Cow::into_owned),
            summaries: summaries.map(std::borrow::Cow::into_owned).collect(),
            patch_state: self
                .patch_state(index, false)
                .map(std::borrow::Cow::into_owned),
            items: if with_items {
                self.items(index)
            } else {
                Vec::new()
            },
            patches: if with_items {
                self.patches(index, false)
            } else {
                Vec::new()
            },
            instance_associations: self.instance_associations(index),
        }
    }

    /// Pins what the edit changed: resources, and totals or associations if it changed those.
    pub(super) fn update(&mut self, edit: impl FnOnce(&mut TargetTruth)) {
        let before = self.truth(true);
        let mut after = before.clone();
        edit(&mut after);
        if after.totals != before.totals {
            self.pinned_totals = Some(after.totals.clone());
        }
        if after.associations != before.associations {
            self.pinned_associations = Some(after.associations.clone());
        }
        self.baselines.clone_from(&after.baselines);
        let (mut before, mut after) = (by_resource(before), by_resource(after));
        let ids: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        for id in ids {
            let (old, new) = (before.remove(&id), after.remove(&id));
            if old != new {
                self.pin(&id, new);
            }
        }
        self.changed();
    }

    /// Replaces one resource, or removes it.
    pub(super) fn pin(&mut self, id: &str, resource: Option<ResourceTruth>) {
        let slot = resource.map_or(ListingSlot::Gone, |resource| {
            ListingSlot::Pinned(Box::new(resource))
        });
        if let Some(place) = self
            .find(id)
            .and_then(|index| self.slots.get_mut(index as usize))
        {
            *place = slot;
        } else {
            self.ids.insert(id.to_owned(), self.count());
            self.slots.push(slot);
        }
        self.changed();
    }
}

fn by_resource(truth: TargetTruth) -> BTreeMap<String, ResourceTruth> {
    let mut resources: BTreeMap<String, ResourceTruth> = BTreeMap::new();
    for row in truth.instances {
        let resource = resources.entry(row.instance_id.clone()).or_default();
        resource.instance = Some(row);
    }
    for row in truth.summaries {
        resources
            .entry(row.resource_id.clone())
            .or_default()
            .summaries
            .push(row);
    }
    for row in truth.patch_states {
        let resource = resources.entry(row.instance_id.clone()).or_default();
        resource.patch_state = Some(row);
    }
    for row in truth.items {
        resources
            .entry(row.resource_id.clone())
            .or_default()
            .items
            .push(row);
    }
    for row in truth.patches {
        resources
            .entry(row.instance_id.clone())
            .or_default()
            .patches
            .push(row);
    }
    for row in truth.instance_associations {
        resources
            .entry(row.instance_id.clone())
            .or_default()
            .instance_associations
            .push(row);
    }
    resources
}
