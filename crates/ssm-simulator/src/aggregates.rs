//! What needs a look at every resource of a target: totals by compliance type, and the counts of
//! each association.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::associations;
use super::catalogue::DOCUMENTS;
use super::rows::{Association, Total};
use super::simulated_target::{ListingSlot, SimulatedTarget, tally};
use super::tally::Tally;

/// Computed once, and kept until something changes.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    pub(super) totals: Vec<Total>,
    pub(super) associations: Vec<Association>,
}

impl SimulatedTarget {
    /// Type, status and overall severity of every summary of a slot, without text.
    fn verdicts(&self, index: u32, mut each: impl FnMut(&str, &str, &str)) {
        for part in 0..self.parts(index) {
            match self.slot(index) {
                ListingSlot::Node(node) => {
                    if let Some((name, _)) = self.summary_key(index, part) {
                        let tally = tally(self.snapshot(node), part);
                        each(name, tally.status(), tally.overall());
                    }
                }
                ListingSlot::Pinned(resource) => {
                    if let Some(row) = resource.summaries.get(part as usize) {
                        each(&row.compliance_type, &row.status, &row.overall_severity);
                    }
                }
                ListingSlot::Gone => {}
            }
        }
    }

    /// Totals over the slots that a filter lets through.
    pub(super) fn totals_of(&self, keep: impl Fn(u32) -> bool) -> Vec<Total> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for index in (0..self.count()).filter(|index| keep(*index)) {
            self.verdicts(index, |name, status, severity| {
                match tallies.get_mut(name) {
                    Some(tally) => tally.add(status, severity),
                    None => tallies
                        .entry(name.to_owned())
                        .or_default()
                        .add(status, severity),
                }
            });
        }
        let total = |(compliance_type, tally): (String, Tally)| Total {
            compliance_type,
            compliant_summary: tally.compliant,
            non_compliant_summary: tally.noncompliant,
        };
        tallies.into_iter().map(total).collect()
    }

    pub(super) fn aggregates(&self) -> Arc<Aggregates> {
        let compute = || {
            let totals = self
                .pinned_totals
                .clone()
                .unwrap_or_else(|| self.totals_of(|_| true));
            let made = || associations::rows(&self.names, &self.association_counts(), self.clock);
            Arc::new(Aggregates {
                totals,
                associations: self.pinned_associations.clone().unwrap_or_else(made),
            })
        };
        Arc::clone(self.aggregates.get_or_init(compute))
    }

    /// Per association, listed instances by status.
    fn association_counts(&self) -> Vec<BTreeMap<String, i32>> {
        let mut counts = vec![BTreeMap::<String, i32>::new(); DOCUMENTS.len()];
        let mut add = |association: usize, status: &str| {
            if let Some(count) = counts.get_mut(association) {
                match count.get_mut(status) {
                    Some(count) => *count += 1,
                    None => drop(count.insert(status.to_owned(), 1)),
                }
            }
        };
        let ids: Vec<String> = (0..DOCUMENTS.len())
            .map(|index| associations::id(&self.names, index))
            .collect();
        for slot in &self.slots {
            match slot {
                ListingSlot::Node(node) if !node.ghost => {
                    self.snapshot(node)
                        .association_statuses()
                        .for_each(|(index, status)| add(index, status));
                }
                ListingSlot::Pinned(resource) if resource.instance.is_some() => {
                    for row in &resource.instance_associations {
                        if let Some(index) = ids.iter().position(|id| *id == row.association_id) {
                            add(index, &row.status);
                        }
                    }
                }
                _ => {}
            }
        }
        counts
    }
}
