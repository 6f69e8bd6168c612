//! Associations that are started out of turn.

use std::collections::BTreeMap;

use super::execution_history::EndedExecution;
use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use super::truth::TruthDepth;
use crate::effects::{AssociationRun, status_after_run};
use crate::fleet::{self, DOCUMENTS};
use crate::rows::{Association, InstanceAssociation};

impl SimulatedTarget {
    /// Runs an association on all of its targets that are online. It succeeds where nothing is
    /// wrong or the cause was mended, and fails again elsewhere.
    pub(crate) fn start_association(&mut self, association: &Association) {
        // What has not run on its schedule yet stays pending.
        if association.last_execution_date.is_none() {
            return;
        }
        self.end_newest_execution(association);
        let id = &association.association_id;
        if self.run_created(id).is_some() {
            return;
        }
        let index =
            (0..DOCUMENTS.len()).find(|index| fleet::association_id(&self.names, *index) == *id);
        let time = self.next_change();
        let run = AssociationRun {
            association_id: id,
            severity: index.map_or("UNSPECIFIED", |index| DOCUMENTS[index].severity),
            time,
        };
        for slot in 0..self.slot_count() {
            self.run_on(slot, &run);
        }
        if let Some(index) = index {
            self.runs.start(index, time);
        }
        self.forget_aggregates();
    }

    fn end_newest_execution(&mut self, association: &Association) {
        let Some(newest) = self.executions(association).into_iter().next() else {
            return;
        };
        let ended = EndedExecution {
            id: newest.id,
            time: newest.time,
            status: association.overview.status.clone(),
            exceptions: self.exceptions(&association.association_id),
        };
        self.histories
            .entry(association.association_id.clone())
            .or_default()
            .start(ended);
    }

    /// The instances on which an association has another status than success.
    fn exceptions(&self, association_id: &str) -> BTreeMap<String, String> {
        (0..self.slot_count())
            .filter_map(|slot| self.association_on(slot, association_id))
            .filter(|row| row.status != "Success")
            .map(|row| (row.instance_id, row.status))
            .collect()
    }

    fn association_on(&self, slot: u32, association_id: &str) -> Option<InstanceAssociation> {
        self.instance_associations(slot)
            .into_iter()
            .find(|row| row.association_id == association_id)
    }

    /// Rows change only where the status does, and where they do not follow from the seed. The
    /// times of all other instances follow from the start of the association.
    fn run_on(&mut self, slot: u32, run: &AssociationRun<'_>) {
        let Some(row) = self.association_on(slot, run.association_id) else {
            return;
        };
        if !self.is_online(slot) {
            return;
        }
        let mended = self.handwork_on(&row.instance_id).mended;
        let status = status_after_run(&row.status, mended);
        let follows_from_seed = matches!(self.slot(slot), ListingSlot::Node(_));
        if follows_from_seed && status == row.status {
            return;
        }
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        run.apply(&mut resource, status);
        self.keep_rows(slot, resource);
        self.report_again(&row.instance_id);
    }
}
