//! Items that somebody puts, and those that tools report again.

use super::tallies::tally_items;
use crate::rows::{Item, ResourceTruth};

/// What somebody puts for one resource and one compliance type.
#[derive(Clone, Debug)]
pub(crate) struct ItemUpload {
    pub(crate) compliance_type: String,
    pub(crate) items: Vec<Item>,
    /// Whether the items replace only those with the same ids, and not all of the type.
    pub(crate) is_partial: bool,
}

impl ItemUpload {
    pub(crate) fn apply(self, resource: &mut ResourceTruth) {
        let is_replaced = |old: &Item| {
            let has_same_type = old.compliance_type == self.compliance_type;
            let is_named = || self.items.iter().any(|new| new.id == old.id);
            has_same_type && (!self.is_partial || is_named())
        };
        resource.items.retain(|item| !is_replaced(item));
        self.give_time_to_rest(resource);
        resource.items.extend(self.items);
        tally_items(resource, &self.compliance_type);
    }

    /// A summary has one execution, which is that of the last upload.
    fn give_time_to_rest(&self, resource: &mut ResourceTruth) {
        let Some(new) = self.items.first() else {
            return;
        };
        for item in &mut resource.items {
            if item.compliance_type == self.compliance_type {
                item.execution_summary.clone_from(&new.execution_summary);
            }
        }
    }
}

/// Lets the tools of the account report again, now that what they complained about is mended.
pub(crate) fn report_custom_items(resource: &mut ResourceTruth, time: f64) {
    let mut types = Vec::new();
    let custom = resource
        .items
        .iter_mut()
        .filter(|item| item.compliance_type.starts_with("Custom:"));
    for item in custom {
        item.execution_summary.execution_time = time;
        if item.status == "NON_COMPLIANT" {
            "COMPLIANT".clone_into(&mut item.status);
            item.title = item.title.replace("are 9 days old", "are current");
        }
        types.push(item.compliance_type.clone());
    }
    types.dedup();
    for compliance_type in types {
        tally_items(resource, &compliance_type);
    }
}
