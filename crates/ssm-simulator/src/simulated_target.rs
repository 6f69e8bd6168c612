//! The world of one target: its resources, and the rows they answer with. Knows neither the
//! protocol nor faults.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::aggregates::Aggregates;
use super::custom;
use super::fleet;
use super::node::{Condition, Names, Node, NodeSnapshot};
use super::options::Options;
use super::patches;
use super::random;
use super::rows::{
    Association, Baseline, Instance, InstanceAssociation, Item, Patch, PatchState, ResourceTruth,
    Summary, Total,
};
use super::tally::{COMPLIANT, NON_COMPLIANT, Tally};

/// A place in the listing order. Places are never reused, so that positions inside chains stay
/// valid.
#[derive(Clone, Debug)]
pub(super) enum ListingSlot {
    /// Made from the seed.
    Node(Node),
    /// Edited by a test: rows as given.
    Pinned(Box<ResourceTruth>),
    /// Nothing any more.
    Gone,
}

/// One target.
#[derive(Debug)]
pub(super) struct SimulatedTarget {
    pub(super) names: Names,
    /// Seconds since 1970, as is `clock`.
    pub(super) start: f64,
    pub(super) clock: f64,
    pub(super) slots: Vec<ListingSlot>,
    pub(super) ids: HashMap<String, u32>,
    /// Instances listed at the start.
    pub(super) listed: u32,
    /// Steps of drift so far.
    pub(super) step: u32,
    /// Changes that are due, in part or whole.
    pub(super) carry: f64,
    pub(super) pinned_totals: Option<Vec<Total>>,
    pub(super) pinned_associations: Option<Vec<Association>>,
    pub(super) baselines: Vec<Baseline>,
    pub(super) aggregates: OnceLock<Arc<Aggregates>>,
}

/// The compliance types that a node of the seed can report, in the order of listing.
const TYPES: [&str; 4] = ["Association", custom::ANTIVIRUS, custom::BENCHMARK, "Patch"];

impl SimulatedTarget {
    pub(super) fn new(options: &Options, account: &str, region: &str, start: f64) -> Self {
        let seed = random::join(
            random::join(random::mix(options.seed), random::text(account)),
            random::text(region),
        );
        let names = Names {
            account: account.to_owned(),
            region: region.to_owned(),
            seed,
        };
        let nodes = fleet::fleet(options, seed);
        let listed =
            u32::try_from(nodes.iter().filter(|node| !node.ghost).count()).unwrap_or(u32::MAX);
        let ids = nodes.iter().map(|node| (node.id(), node.index)).collect();
        let baselines = patches::baselines(&names);
        Self {
            names,
            start,
            clock: start,
            slots: nodes.into_iter().map(ListingSlot::Node).collect(),
            ids,
            listed,
            step: 0,
            carry: 0.0,
            pinned_totals: None,
            pinned_associations: None,
            baselines,
            aggregates: OnceLock::new(),
        }
    }

    pub(super) fn snapshot<'a>(&'a self, node: &'a Node) -> NodeSnapshot<'a> {
        NodeSnapshot {
            names: &self.names,
            node,
            condition: node.condition,
            clock: self.clock,
            start: self.start,
        }
    }

    pub(super) fn slot(&self, index: u32) -> &ListingSlot {
        self.slots.get(index as usize).unwrap_or(&ListingSlot::Gone)
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.ids.get(id).copied()
    }

    /// The instance whose rows a fault spoils: the first that is listed, has patches and is
    /// non-compliant for them, otherwise the first that has patches.
    pub(super) fn victim(&self) -> Option<u32> {
        let fits = |slot: &ListingSlot, ill: bool| match slot {
            ListingSlot::Node(node) => {
                !node.ghost && node.has_patches() && (!ill || node.condition.spoils_patch())
            }
            _ => false,
        };
        let find = |ill| self.slots.iter().position(|slot| fits(slot, ill));
        find(true)
            .or_else(|| find(false))
            .and_then(|index| u32::try_from(index).ok())
    }

    /// Forgets what was computed from all resources.
    pub(super) fn changed(&mut self) {
        self.aggregates = OnceLock::new();
    }

    pub(super) fn is_listed(&self, index: u32) -> bool {
        match self.slot(index) {
            ListingSlot::Node(node) => !node.ghost,
            ListingSlot::Pinned(resource) => resource.instance.is_some(),
            ListingSlot::Gone => false,
        }
    }

    pub(super) fn instance(&self, index: u32) -> Option<Cow<'_, Instance>> {
        match self.slot(index) {
            ListingSlot::Node(node) => self.snapshot(node).instance().map(Cow::Owned),
            ListingSlot::Pinned(resource) => resource.instance.as_ref().map(Cow::Borrowed),
            ListingSlot::Gone => None,
        }
    }

    /// The state of patches; with `lag`, as it was before the last step of drift.
    pub(super) fn patch_state(&self, index: u32, lag: bool) -> Option<Cow<'_, PatchState>> {
        match self.slot(index) {
            ListingSlot::Node(node) => self.lagging(node, lag).patch_state().map(Cow::Owned),
            ListingSlot::Pinned(resource) => resource.patch_state.as_ref().map(Cow::Borrowed),
            ListingSlot::Gone => None,
        }
    }

    fn lagging<'a>(&'a self, node: &'a Node, lag: bool) -> NodeSnapshot<'a> {
        let mut snapshot = self.snapshot(node);
        if lag && self.step > 0 && node.changed_step == self.step {
            snapshot.condition = node.previous;
        }
        snapshot
    }

    pub(super) fn patches(&self, index: u32, lag: bool) -> Vec<Patch> {
        match self.slot(index) {
            ListingSlot::Node(node) if node.has_patches() => {
                self.lagging(node, lag).patches().collect()
            }
            ListingSlot::Pinned(resource) => resource.patches.clone(),
            ListingSlot::Node(_) | ListingSlot::Gone => Vec::new(),
        }
    }

    pub(super) fn items(&self, index: u32) -> Vec<Item> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let reports = reports(node);
                let mut items = Vec::new();
                let snapshot = self.snapshot(node);
                if reports[0] {
                    items.extend(snapshot.association_items());
                }
                if reports[1] {
                    items.push(snapshot.antivirus_item());
                }
                if reports[2] {
                    items.extend(snapshot.benchmark_items());
                }
                if reports[3] {
                    items.extend(snapshot.patch_items());
                }
                items
            }
            ListingSlot::Pinned(resource) => resource.items.clone(),
            ListingSlot::Gone => Vec::new(),
        }
    }

    pub(super) fn instance_associations(&self, index: u32) -> Vec<InstanceAssociation> {
        match self.slot(index) {
            ListingSlot::Node(node) if !node.ghost => {
                self.snapshot(node).instance_associations().collect()
            }
            ListingSlot::Pinned(resource) => resource.instance_associations.clone(),
            ListingSlot::Node(_) | ListingSlot::Gone => Vec::new(),
        }
    }

    /// How many summaries a slot may have, at most.
    pub(super) fn parts(&self, index: u32) -> u32 {
        match self.slot(index) {
            ListingSlot::Node(_) => 4,
            ListingSlot::Pinned(resource) => u32::try_from(resource.summaries.len()).unwrap_or(0),
            ListingSlot::Gone => 0,
        }
    }

    /// Type and status of a summary, without making its row: what most filters need.
    pub(super) fn summary_key(&self, index: u32, part: u32) -> Option<(&str, &str)> {
        let part = part as usize;
        match self.slot(index) {
            ListingSlot::Node(node) => {
                if !reports(node).get(part).copied().unwrap_or_default() {
                    return None;
                }
                let bad = match part {
                    0 => node.condition.spoils_association(),
                    1 => node.condition.has(Condition::CUSTOM),
                    3 => node.condition.spoils_patch(),
                    _ => false,
                };
                Some((TYPES[part], if bad { NON_COMPLIANT } else { COMPLIANT }))
            }
            ListingSlot::Pinned(resource) => resource
                .summaries
                .get(part)
                .map(|row| (row.compliance_type.as_str(), row.status.as_str())),
            ListingSlot::Gone => None,
        }
    }

    pub(super) fn summary(&self, index: u32, part: u32) -> Option<Cow<'_, Summary>> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let (compliance_type, _) = self.summary_key(index, part)?;
                Some(Cow::Owned(self.summary_of(node, part, compliance_type)))
            }
            ListingSlot::Pinned(resource) => {
                resource.summaries.get(part as usize).map(Cow::Borrowed)
            }
            ListingSlot::Gone => None,
        }
    }

    fn summary_of(&self, node: &Node, part: u32, compliance_type: &str) -> Summary {
        let snapshot = self.snapshot(node);
        let tally = tally(snapshot, part);
        Summary {
            compliance_type: compliance_type.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: node.id(),
            status: tally.status().to_owned(),
            overall_severity: tally.overall().to_owned(),
            execution_summary: match part {
                0 => snapshot.association_execution(),
                3 => snapshot.patch_execution(),
                _ => snapshot.put_execution(),
            },
            compliant_summary: tally.compliant,
            non_compliant_summary: tally.noncompliant,
        }
    }
}

/// Which of [`TYPES`] a node reports.
fn reports(node: &Node) -> [bool; 4] {
    [
        node.has_associations(),
        node.has_antivirus(),
        node.has_benchmark(),
        node.has_patches(),
    ]
}

pub(super) fn tally(snapshot: NodeSnapshot<'_>, part: u32) -> Tally {
    match part {
        0 => snapshot.association_verdicts().collect(),
        1 => std::iter::once(snapshot.antivirus_verdict()).collect(),
        2 => snapshot.benchmark_verdicts().collect(),
        _ => snapshot.patch_verdicts().collect(),
    }
}
