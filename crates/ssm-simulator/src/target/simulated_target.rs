//! The state of one target.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::aggregates::Aggregates;
use super::command_log::CommandLog;
use super::execution_history::ExecutionHistory;
use super::listing_slot::ListingSlot;
use super::orders::CreatedAssociation;
use crate::effects::Handwork;
use crate::fleet::{self, AssociationRuns, FleetShape, Node, NodeSnapshot, TargetNames};
use crate::random;
use crate::rows::{Association, Baseline, PatchBaseline, Total};

/// One account in one region.
#[derive(Debug)]
pub(crate) struct SimulatedTarget {
    pub(crate) names: TargetNames,
    /// When the fleet started, in seconds since 1970.
    pub(crate) start: f64,
    /// The present moment of the fleet, in seconds since 1970.
    pub(crate) clock: f64,
    pub(super) slots: Vec<ListingSlot>,
    pub(super) slot_by_id: HashMap<String, u32>,
    /// The number of instances that were listed at the start.
    pub(super) listed_at_start: u32,
    /// The number of steps of drift so far.
    pub(super) drift_step: u32,
    /// The changes that are due but were not made yet. The fraction of one waits for the next step.
    pub(super) due_changes: f64,
    pub(super) edited_totals: Option<Vec<Total>>,
    pub(super) edited_associations: Option<Vec<Association>>,
    pub(super) created_associations: Vec<CreatedAssociation>,
    pub(crate) baselines: Vec<Baseline>,
    pub(crate) patch_baselines: Vec<PatchBaseline>,
    /// The role of the default host management configuration, which manages instances that have no
    /// instance profile.
    pub(crate) default_host_role: Option<String>,
    /// The tags that were given to instances, by instance id. The others have those of the seed.
    pub(super) given_tags: HashMap<String, BTreeMap<String, String>>,
    /// What operators did on instances, by instance id.
    pub(super) handwork: HashMap<String, Handwork>,
    pub(super) commands: CommandLog,
    /// The slots whose rows a command has changed.
    pub(super) slots_of_commands: HashSet<u32>,
    pub(super) runs: AssociationRuns,
    /// The history of each association that was started out of turn, by association id.
    pub(super) histories: HashMap<String, ExecutionHistory>,
    /// The moment of the last change that a command made, in seconds since 1970.
    pub(super) last_change: f64,
    pub(super) aggregates: Aggregates,
}

impl SimulatedTarget {
    pub(crate) fn new(
        shape: FleetShape,
        fleet_seed: u64,
        account: &str,
        region: &str,
        start: f64,
    ) -> Self {
        let names = TargetNames {
            account: account.to_owned(),
            region: region.to_owned(),
            seed: target_seed(fleet_seed, account, region),
        };
        let nodes = fleet::nodes(shape, names.seed);
        let listed = nodes.iter().filter(|node| !node.ghost).count();
        Self {
            baselines: fleet::baseline_rows(&names),
            patch_baselines: fleet::patch_baselines(&names, start),
            default_host_role: None,
            given_tags: HashMap::new(),
            handwork: HashMap::new(),
            commands: CommandLog::default(),
            slots_of_commands: HashSet::new(),
            runs: AssociationRuns::default(),
            histories: HashMap::new(),
            last_change: start,
            names,
            start,
            clock: start,
            listed_at_start: u32::try_from(listed).unwrap_or(u32::MAX),
            slot_by_id: nodes.iter().map(|node| (node.id(), node.index)).collect(),
            slots: nodes.into_iter().map(ListingSlot::Node).collect(),
            drift_step: 0,
            due_changes: 0.0,
            edited_totals: None,
            edited_associations: None,
            created_associations: Vec::new(),
            aggregates: Aggregates::default(),
        }
    }

    pub(crate) fn slot(&self, index: u32) -> &ListingSlot {
        self.slots
            .get(index as usize)
            // A token of an edited fleet may point behind the last slot.
            .unwrap_or(&ListingSlot::Removed)
    }

    pub(crate) fn slot_count(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// The slot of a resource.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.slot_by_id.get(id).copied()
    }

    /// Whether a slot holds a managed instance.
    pub(crate) fn is_listed(&self, index: u32) -> bool {
        match self.slot(index) {
            ListingSlot::Node(node) => !node.ghost,
            ListingSlot::Edited(resource) => resource.instance.is_some(),
            ListingSlot::Removed => false,
        }
    }

    /// The instance whose rows the fault `bad-row` damages: a listed one that has patches, and if
    /// possible one that is non-compliant for them.
    pub(crate) fn victim(&self) -> Option<u32> {
        let noncompliant = |node: &&Node| node.condition.affects_patches();
        let victim = self
            .scanned_nodes()
            .find(noncompliant)
            // A fleet without a non-compliant instance still needs a victim.
            .or_else(|| self.scanned_nodes().next())?;
        Some(victim.index)
    }

    fn scanned_nodes(&self) -> impl Iterator<Item = &Node> {
        self.listed_nodes().filter(|node| node.has_patches())
    }

    /// The listed instances that no test has edited.
    pub(super) fn listed_nodes(&self) -> impl Iterator<Item = &Node> {
        self.slots.iter().filter_map(|slot| match slot {
            ListingSlot::Node(node) if !node.ghost => Some(node),
            _ => None,
        })
    }

    pub(super) fn snapshot<'a>(&'a self, node: &'a Node) -> NodeSnapshot<'a> {
        NodeSnapshot {
            names: &self.names,
            node,
            condition: node.condition,
            runs: &self.runs,
            clock: self.clock,
            start: self.start,
        }
    }

    /// The patches of a node as Patch Manager reports them. With `lag` they are as before the last
    /// step of drift.
    pub(super) fn patch_snapshot<'a>(&'a self, node: &'a Node, lag: bool) -> NodeSnapshot<'a> {
        let mut snapshot = self.snapshot(node);
        // Step 0 stands for nodes that never changed.
        if lag && self.drift_step > 0 && node.changed_step == self.drift_step {
            snapshot.condition = node.previous;
        }
        snapshot
    }

    /// The moment of the next change. Times must grow with each change, although the clock of a
    /// fleet without drift stands still.
    pub(super) fn next_change(&mut self) -> f64 {
        self.last_change = self.clock.max(self.last_change + 1.0);
        self.last_change
    }

    /// Forgets what was computed from all resources.
    pub(crate) fn forget_aggregates(&mut self) {
        self.aggregates = Aggregates::default();
    }
}

/// Each target has a fleet of its own.
fn target_seed(fleet_seed: u64, account: &str, region: &str) -> u64 {
    let account_seed = random::join(random::mix(fleet_seed), random::text(account));
    random::join(account_seed, random::text(region))
}
