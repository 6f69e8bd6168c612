//! The status of each association on a node.

use std::collections::BTreeMap;

use crate::fleet::catalogue::{
    AGENT_UPDATE, DOCUMENTS, INVENTORY, NodeScope, PACKAGE, PATCH_ASSOCIATION, SHARED,
};
use crate::fleet::condition::Condition;
use crate::fleet::quirk::Quirk;
use crate::fleet::snapshot::NodeSnapshot;
use crate::rows::AssociationOverview;

impl<'a> NodeSnapshot<'a> {
    /// The index and the status of each association that applies to this node.
    pub(crate) fn association_statuses(
        self,
    ) -> impl Iterator<Item = (usize, &'static str)> + use<'a> {
        (0..DOCUMENTS.len())
            .filter_map(move |index| self.association_status(index).map(|status| (index, status)))
    }

    /// What `DescribeInstanceInformation` says about the associations.
    pub(crate) fn association_overview(&self) -> AssociationOverview {
        let mut counts = BTreeMap::new();
        for (_, status) in self.association_statuses() {
            *counts.entry(status.to_owned()).or_default() += 1;
        }
        association_overview(counts)
    }

    fn association_status(&self, index: usize) -> Option<&'static str> {
        let document = DOCUMENTS
            .get(index)
            .filter(|document| self.is_in_scope(document.scope))?;
        // What never ran can have neither failed nor been skipped, so this comes first.
        if document.pending || self.node.quirk == Quirk::Pending {
            return Some("Pending");
        }
        if self.condition.has(failure_of(index)) {
            return Some(if index == AGENT_UPDATE {
                "TimedOut"
            } else {
                "Failed"
            });
        }
        if index == AGENT_UPDATE && self.node.roll("skipped", 50) == 0 {
            return Some("Skipped");
        }
        Some("Success")
    }

    fn is_in_scope(&self, scope: NodeScope) -> bool {
        match scope {
            NodeScope::All => true,
            NodeScope::Linux => self.node.platform().kind == "Linux",
            NodeScope::Windows => self.node.is_windows(),
            NodeScope::PatchAssociation => self.node.has_patch_association(),
            NodeScope::Empty => false,
        }
    }
}

/// What an instance says of its associations, given how many are in which status.
pub(crate) fn association_overview(counts: BTreeMap<String, i32>) -> AssociationOverview {
    AssociationOverview {
        detailed_status: overall_status(&counts).to_owned(),
        instance_association_status_aggregated_count: counts,
    }
}

/// The condition under which an association does not succeed.
fn failure_of(index: usize) -> Condition {
    match index {
        INVENTORY => Condition::INVENTORY,
        PATCH_ASSOCIATION => Condition::PATCH_ASSOCIATION,
        AGENT_UPDATE => Condition::TIMED_OUT,
        PACKAGE => Condition::PACKAGE,
        SHARED => Condition::SHARED_DOCUMENT,
        _ => Condition::COMPLIANT,
    }
}

/// The worst status wins, except that an instance is not pending once an association succeeded.
fn overall_status(counts: &BTreeMap<String, i32>) -> &'static str {
    if counts.contains_key("Failed") {
        "Failed"
    } else if counts.contains_key("TimedOut") {
        "TimedOut"
    } else if counts.contains_key("Pending") && !counts.contains_key("Success") {
        "Pending"
    } else {
        "Success"
    }
}
