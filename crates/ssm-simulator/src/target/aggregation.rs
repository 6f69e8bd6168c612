//! Computes what needs a look at every resource of a target: the totals of each compliance type,
//! and how many instances of each association are in which status.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use crate::fleet::{self, DOCUMENTS, Tally};
use crate::rows::{Association, InstanceAssociation, Total};

type StatusCounts = BTreeMap<String, i32>;

impl SimulatedTarget {
    pub(crate) fn totals(&self) -> Arc<Vec<Total>> {
        let totals = &self.aggregates.totals;
        Arc::clone(totals.get_or_init(|| Arc::new(self.count_totals())))
    }

    pub(crate) fn associations(&self) -> Arc<Vec<Association>> {
        let associations = &self.aggregates.associations;
        Arc::clone(associations.get_or_init(|| Arc::new(self.count_associations())))
    }

    /// The totals over the slots that a filter keeps.
    pub(crate) fn totals_of(&self, keep: impl Fn(u32) -> bool) -> Vec<Total> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for index in (0..self.slot_count()).filter(|index| keep(*index)) {
            self.count_summaries(index, &mut tallies);
        }
        tallies
            .into_iter()
            .map(|(compliance_type, tally)| Total {
                compliance_type,
                compliant_summary: tally.compliant,
                non_compliant_summary: tally.noncompliant,
            })
            .collect()
    }

    fn count_totals(&self) -> Vec<Total> {
        match &self.edited_totals {
            Some(totals) => totals.clone(),
            None => self.totals_of(|_| true),
        }
    }

    fn count_summaries(&self, index: u32, tallies: &mut BTreeMap<String, Tally>) {
        for part in 0..self.part_count(index) {
            let Some(row) = self.summary_status(index, part) else {
                continue;
            };
            if let Some(tally) = tallies.get_mut(row.compliance_type) {
                tally.add(row.status, row.overall_severity);
            } else {
                let tally = tallies.entry(row.compliance_type.to_owned()).or_default();
                tally.add(row.status, row.overall_severity);
            }
        }
    }

    fn count_associations(&self) -> Vec<Association> {
        let created = self.created_associations.iter();
        let mut associations = self.associations_of_fleet();
        associations.extend(created.map(|created| created.row.clone()));
        associations
    }

    fn associations_of_fleet(&self) -> Vec<Association> {
        match &self.edited_associations {
            Some(associations) => associations.clone(),
            None => fleet::association_rows(
                &self.names,
                self.association_counts(),
                &self.runs,
                self.clock,
            ),
        }
    }

    /// How many listed instances of each association are in which status.
    fn association_counts(&self) -> Vec<StatusCounts> {
        let mut counts = vec![StatusCounts::new(); DOCUMENTS.len()];
        for node in self.listed_nodes() {
            for (index, status) in self.snapshot(node).association_statuses() {
                count_status(&mut counts[index], status);
            }
        }
        // Edited instances answer with rows instead of indexes, which have to be looked up first.
        self.count_edited_associations(&mut counts);
        counts
    }

    fn count_edited_associations(&self, counts: &mut [StatusCounts]) {
        let ids: Vec<String> = (0..DOCUMENTS.len())
            .map(|index| fleet::association_id(&self.names, index))
            .collect();
        for row in self.edited_instance_associations() {
            if let Some(index) = ids.iter().position(|id| *id == row.association_id) {
                count_status(&mut counts[index], &row.status);
            }
        }
    }

    fn edited_instance_associations(&self) -> impl Iterator<Item = &InstanceAssociation> {
        self.slots
            .iter()
            .filter_map(|slot| match slot {
                ListingSlot::Edited(resource) if resource.instance.is_some() => Some(resource),
                _ => None,
            })
            .flat_map(|resource| &resource.instance_associations)
    }
}

fn count_status(counts: &mut StatusCounts, status: &str) {
    match counts.get_mut(status) {
        Some(count) => *count += 1,
        None => {
            counts.insert(status.to_owned(), 1);
        }
    }
}
