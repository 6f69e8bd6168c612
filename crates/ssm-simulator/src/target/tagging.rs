//! The tags of the resources of a target.

use std::collections::BTreeMap;

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use crate::organization::partition_of;
use crate::rows::{ResourceTags, Tag};

impl SimulatedTarget {
    /// The tags of a resource, or nothing if it never had any.
    pub(crate) fn tags(&self, index: u32) -> Option<ResourceTags> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let id = node.id();
                let given = self.given_tags.get(&id).cloned();
                let tags = given.or_else(|| node.tags())?;
                Some(self.tags_row(&id, tags))
            }
            ListingSlot::Edited(resource) => resource.tags.clone(),
            ListingSlot::Removed => None,
        }
    }

    /// Replaces all tags of a resource. Says whether it exists.
    pub(crate) fn set_tags(&mut self, id: &str, tags: BTreeMap<String, String>) -> bool {
        let Some(index) = self.find(id) else {
            return false;
        };
        let row = self.tags_row(id, tags.clone());
        match self.slots.get_mut(index as usize) {
            // The rest of the node goes on to follow from the seed, and to drift.
            Some(ListingSlot::Node(_)) => {
                self.given_tags.insert(id.to_owned(), tags);
                true
            }
            Some(ListingSlot::Edited(resource)) => {
                resource.tags = Some(row);
                true
            }
            Some(ListingSlot::Removed) | None => false,
        }
    }

    fn tags_row(&self, id: &str, tags: BTreeMap<String, String>) -> ResourceTags {
        let tags = tags.into_iter().map(|(key, value)| Tag { key, value });
        ResourceTags {
            resource_arn: self.instance_arn(id),
            tags: tags.collect(),
        }
    }

    fn instance_arn(&self, id: &str) -> String {
        let partition = partition_of(&self.names.region);
        let kind = if id.starts_with("mi-") {
            ("ssm", "managed-instance")
        } else {
            ("ec2", "instance")
        };
        format!(
            "arn:{partition}:{}:{}:{}:{}/{id}",
            kind.0, self.names.region, self.names.account, kind.1
        )
    }
}
