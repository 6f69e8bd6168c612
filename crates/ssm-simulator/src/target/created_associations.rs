//! Associations that somebody has created. They patch, and are listed; the rows of instances do not
//! name them.

use super::orders::{AssociationOrder, CreatedAssociation, PatchOrder};
use super::simulated_target::SimulatedTarget;
use crate::random;
use crate::rows::{Association, Overview};
use crate::run_command::{Outcome, PATCH_DOCUMENT};

impl SimulatedTarget {
    /// Creates an association and runs it.
    pub(crate) fn create_association(&mut self, order: AssociationOrder) -> Association {
        let number = self.created_associations.len();
        let seed = random::text(&format!("created association {number}"));
        let id = random::uuid(random::join(self.names.seed, seed));
        let row = Association {
            name: PATCH_DOCUMENT.to_owned(),
            association_id: id.clone(),
            association_version: "1".to_owned(),
            document_version: "$DEFAULT".to_owned(),
            targets: order.targets,
            schedule_expression: order.schedule,
            association_name: order.name,
            ..Association::default()
        };
        let order = order.patch;
        self.created_associations
            .push(CreatedAssociation { row, order });
        self.run_created(&id).unwrap_or_default()
    }

    /// Runs an association that was created on all of its instances that are online. Returns it as it
    /// is afterwards, or nothing if it was not created by anybody.
    pub(super) fn run_created(&mut self, id: &str) -> Option<Association> {
        let index = self
            .created_associations
            .iter()
            .position(|created| created.row.association_id == id)?;
        let CreatedAssociation { mut row, order } = self.created_associations[index].clone();
        row.last_execution_date = Some(self.next_change());
        row.overview = self.patch_all(&row, order);
        self.created_associations[index].row = row.clone();
        self.forget_aggregates();
        Some(row)
    }

    fn patch_all(&mut self, row: &Association, order: PatchOrder) -> Overview {
        let mut overview = Overview::default();
        for slot in 0..self.slot_count() {
            let Some(id) = self.targeted_instance(slot, row) else {
                continue;
            };
            let command_id = random::uuid(random::text(&format!("{}{id}", self.last_change)));
            let status = match self.patch_instance(slot, &id, order, &command_id) {
                Outcome::Success { .. } => "Success",
                _ => "Failed",
            };
            let counts = &mut overview.association_status_aggregated_count;
            *counts.entry(status.to_owned()).or_default() += 1;
        }
        let has_failed = overview
            .association_status_aggregated_count
            .contains_key("Failed");
        let status = if has_failed { "Failed" } else { "Success" };
        status.clone_into(&mut overview.status);
        status.clone_into(&mut overview.detailed_status);
        overview
    }

    /// The id of the instance of a slot, if it is online and an association applies to it.
    fn targeted_instance(&self, slot: u32, row: &Association) -> Option<String> {
        let id = self.instance(slot)?.instance_id.clone();
        let mut values = row.targets.iter().flat_map(|target| &target.values);
        let is_targeted = values.any(|value| value == "*" || *value == id);
        (is_targeted && self.is_online(slot)).then_some(id)
    }
}
