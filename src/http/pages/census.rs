//! One pass over all instances: which of them a query selects, and what there is to choose from.

use std::collections::BTreeSet;

use super::candidates::Candidate;
use super::query::InstanceQuery;
use crate::http::exporter_state::FleetSnapshot;
use crate::metrics::TargetView;
use crate::model::{ComplianceType, Instance};

/// The most compliance types to choose from. AWS lets people make up any number of them.
const MAX_CHOSEN_TYPES: usize = 100;

/// What one pass over the fleet has found.
#[derive(Debug, Default)]
pub(super) struct Census<'a> {
    /// The instances that the query selects, in no particular order.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// The number of instances from which it could select.
    pub(super) all: usize,
    /// The names of the compliance types that instances have.
    pub(super) types: BTreeSet<&'a str>,
}

/// The targets as the metrics see them, without those of which nothing has been read.
pub(super) fn views(fleet: &FleetSnapshot) -> Vec<TargetView<'_>> {
    let targets = fleet.targets.iter();
    targets
        .filter_map(|snapshot| {
            Some(TargetView {
                target: snapshot.target.as_ref()?,
                identity: &snapshot.identity,
                policy: &fleet.policy,
            })
        })
        .collect()
}

impl<'a> Census<'a> {
    /// Counts the instances of these targets.
    pub(super) fn of(views: &'a [TargetView<'a>], query: &InstanceQuery) -> Self {
        let mut census = Self::default();
        census.types.extend(["Association", "Patch"]);
        for view in views {
            let is_asked_for = has_target(view, query);
            for instance in view.target.instances() {
                if is_to_show(view, instance, query) {
                    census.add(view, instance, query, is_asked_for);
                }
            }
        }
        census
    }

    fn add(
        &mut self,
        view: &'a TargetView<'a>,
        instance: &'a Instance,
        query: &InstanceQuery,
        is_asked_for: bool,
    ) {
        self.all += 1;
        self.note_types(instance);
        if is_asked_for {
            let candidate = Candidate::new(view, instance);
            if candidate.matches(query) {
                self.candidates.push(candidate);
            }
        }
    }

    fn note_types(&mut self, instance: &'a Instance) {
        for summary in &instance.summaries {
            let compliance_type = summary.compliance_type();
            let is_usual = ComplianceType::OF_EVERY_INSTANCE.contains(compliance_type);
            if !is_usual && self.types.len() < MAX_CHOSEN_TYPES {
                self.types.insert(compliance_type.as_str());
            }
        }
    }
}

fn has_target(view: &TargetView<'_>, query: &InstanceQuery) -> bool {
    let identity = view.identity;
    let is_account = query.account_id.is_empty() || query.account_id == identity.account_id;
    let is_region = query.region.is_empty() || query.region == identity.region;
    is_account && is_region
}

/// Whether an instance has a place in the table.
fn is_to_show(view: &TargetView<'_>, instance: &Instance, query: &InstanceQuery) -> bool {
    view.target.is_listed(instance) || (query.has_unlisted && view.policy.include_unlisted)
}
