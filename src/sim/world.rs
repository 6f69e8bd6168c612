//! The world of one target: its resources, and the rows they answer with. Knows neither the protocol nor faults.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::associations;
use super::catalogue::DOCUMENTS;
use super::custom;
use super::node::{Condition, Names, Node, Quirk, Scene};
use super::options::Options;
use super::patches;
use super::random::{self, Rng};
use super::rows::{
    Association, Baseline, Instance, InstanceAssociation, Item, Patch, PatchState, ResourceTruth, Summary, Total,
};
use super::tally::{COMPLIANT, NON_COMPLIANT, Tally};

/// A place in the listing order. Places are never reused, so that positions inside chains stay valid.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// Made from the seed.
    Node(Node),
    /// Edited by a test: rows as given.
    Pinned(Box<ResourceTruth>),
    /// Nothing any more.
    Gone,
}

/// One target.
#[derive(Debug)]
pub(super) struct World {
    pub(super) names: Names,
    /// Seconds since 1970, as is `clock`.
    pub(super) start: f64,
    pub(super) clock: f64,
    pub(super) slots: Vec<Slot>,
    pub(super) ids: HashMap<String, u32>,
    /// Steps of drift so far.
    pub(super) step: u32,
    /// Part of a change that the steps so far have left over.
    pub(super) carry: f64,
    pub(super) pinned_totals: Option<Vec<Total>>,
    pub(super) pinned_associations: Option<Vec<Association>>,
    pub(super) baselines: Vec<Baseline>,
    aggregates: OnceLock<Arc<Aggregates>>,
}

/// What needs a look at every resource; kept until something changes.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    pub(super) totals: Vec<Total>,
    pub(super) associations: Vec<Association>,
}

/// The compliance types that a node of the seed can report, in the order of listing.
const TYPES: [&str; 4] = ["Association", custom::ANTIVIRUS, custom::BENCHMARK, "Patch"];

impl World {
    pub(super) fn new(options: &Options, account: &str, region: &str, start: f64) -> Self {
        let seed = random::join(random::join(random::mix(options.seed), random::text(account)), random::text(region));
        let names = Names { account: account.to_owned(), region: region.to_owned(), seed };
        let nodes = fleet(options, seed);
        let ids = nodes.iter().map(|node| (node.id(), node.index)).collect();
        let baselines = patches::baselines(&names);
        Self {
            names,
            start,
            clock: start,
            slots: nodes.into_iter().map(Slot::Node).collect(),
            ids,
            step: 0,
            carry: 0.0,
            pinned_totals: None,
            pinned_associations: None,
            baselines,
            aggregates: OnceLock::new(),
        }
    }

    pub(super) fn scene<'a>(&'a self, node: &'a Node) -> Scene<'a> {
        Scene { names: &self.names, node, condition: node.condition, clock: self.clock, start: self.start }
    }

    pub(super) fn slot(&self, index: u32) -> &Slot {
        self.slots.get(index as usize).unwrap_or(&Slot::Gone)
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.ids.get(id).copied()
    }

    /// The instance whose rows a fault spoils: the first that is listed, has patches and is non-compliant for them,
    /// otherwise the first that has patches.
    pub(super) fn victim(&self) -> Option<u32> {
        let fits = |slot: &Slot, ill: bool| match slot {
            Slot::Node(node) => !node.ghost && node.has_patches() && (!ill || node.condition.spoils_patch()),
            _ => false,
        };
        let find = |ill| self.slots.iter().position(|slot| fits(slot, ill));
        find(true).or_else(|| find(false)).and_then(|index| u32::try_from(index).ok())
    }

    /// Forgets what was computed from all resources.
    pub(super) fn changed(&mut self) {
        self.aggregates = OnceLock::new();
    }

    pub(super) fn is_listed(&self, index: u32) -> bool {
        match self.slot(index) {
            Slot::Node(node) => !node.ghost,
            Slot::Pinned(resource) => resource.instance.is_some(),
            Slot::Gone => false,
        }
    }

    pub(super) fn instance(&self, index: u32) -> Option<Cow<'_, Instance>> {
        match self.slot(index) {
            Slot::Node(node) => self.scene(node).instance().map(Cow::Owned),
            Slot::Pinned(resource) => resource.instance.as_ref().map(Cow::Borrowed),
            Slot::Gone => None,
        }
    }

    /// The state of patches; with `lag`, as it was before the last step of drift.
    pub(super) fn patch_state(&self, index: u32, lag: bool) -> Option<Cow<'_, PatchState>> {
        match self.slot(index) {
            Slot::Node(node) => self.lagging(node, lag).patch_state().map(Cow::Owned),
            Slot::Pinned(resource) => resource.patch_state.as_ref().map(Cow::Borrowed),
            Slot::Gone => None,
        }
    }

    fn lagging<'a>(&'a self, node: &'a Node, lag: bool) -> Scene<'a> {
        let mut scene = self.scene(node);
        if lag && self.step > 0 && node.changed_step == self.step {
            scene.condition = node.previous;
        }
        scene
    }

    pub(super) fn patches(&self, index: u32, lag: bool) -> Vec<Patch> {
        match self.slot(index) {
            Slot::Node(node) if node.has_patches() => self.lagging(node, lag).patches().collect(),
            Slot::Pinned(resource) => resource.patches.clone(),
            Slot::Node(_) | Slot::Gone => Vec::new(),
        }
    }

    pub(super) fn items(&self, index: u32) -> Vec<Item> {
        match self.slot(index) {
            Slot::Node(node) => {
                let reports = reports(node);
                let mut items = Vec::new();
                let scene = self.scene(node);
                if reports[0] {
                    items.extend(scene.association_items());
                }
                if reports[1] {
                    items.push(scene.antivirus_item());
                }
                if reports[2] {
                    items.extend(scene.benchmark_items());
                }
                if reports[3] {
                    items.extend(scene.patch_items());
                }
                items
            }
            Slot::Pinned(resource) => resource.items.clone(),
            Slot::Gone => Vec::new(),
        }
    }

    pub(super) fn instance_associations(&self, index: u32) -> Vec<InstanceAssociation> {
        match self.slot(index) {
            Slot::Node(node) if !node.ghost => self.scene(node).instance_associations().collect(),
            Slot::Pinned(resource) => resource.instance_associations.clone(),
            Slot::Node(_) | Slot::Gone => Vec::new(),
        }
    }

    /// How many summaries a slot may have, at most.
    pub(super) fn parts(&self, index: u32) -> u32 {
        match self.slot(index) {
            Slot::Node(_) => 4,
            Slot::Pinned(resource) => u32::try_from(resource.summaries.len()).unwrap_or(0),
            Slot::Gone => 0,
        }
    }

    /// Type and status of a summary, without making its row: what most filters need.
    pub(super) fn summary_key(&self, index: u32, part: u32) -> Option<(&str, &str)> {
        let part = part as usize;
        match self.slot(index) {
            Slot::Node(node) => {
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
            Slot::Pinned(resource) => {
                resource.summaries.get(part).map(|row| (row.compliance_type.as_str(), row.status.as_str()))
            }
            Slot::Gone => None,
        }
    }

    pub(super) fn summary(&self, index: u32, part: u32) -> Option<Cow<'_, Summary>> {
        match self.slot(index) {
            Slot::Node(node) => {
                let (compliance_type, _) = self.summary_key(index, part)?;
                Some(Cow::Owned(self.summary_of(node, part, compliance_type)))
            }
            Slot::Pinned(resource) => resource.summaries.get(part as usize).map(Cow::Borrowed),
            Slot::Gone => None,
        }
    }

    fn summary_of(&self, node: &Node, part: u32, compliance_type: &str) -> Summary {
        let scene = self.scene(node);
        let tally = tally(scene, part);
        Summary {
            compliance_type: compliance_type.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: node.id(),
            status: tally.status().to_owned(),
            overall_severity: tally.overall().to_owned(),
            execution_summary: match part {
                0 => scene.association_execution(),
                3 => scene.patch_execution(),
                _ => scene.put_execution(),
            },
            compliant_summary: tally.compliant,
            non_compliant_summary: tally.noncompliant,
        }
    }

    /// Type, status and overall severity of every summary of a slot, without text.
    fn verdicts(&self, index: u32, mut each: impl FnMut(&str, &str, &str)) {
        for part in 0..self.parts(index) {
            match self.slot(index) {
                Slot::Node(node) => {
                    if let Some((name, _)) = self.summary_key(index, part) {
                        let tally = tally(self.scene(node), part);
                        each(name, tally.status(), tally.overall());
                    }
                }
                Slot::Pinned(resource) => {
                    if let Some(row) = resource.summaries.get(part as usize) {
                        each(&row.compliance_type, &row.status, &row.overall_severity);
                    }
                }
                Slot::Gone => {}
            }
        }
    }

    /// Totals over the slots that a filter lets through.
    pub(super) fn totals_of(&self, keep: impl Fn(u32) -> bool) -> Vec<Total> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for index in (0..self.count()).filter(|index| keep(*index)) {
            self.verdicts(index, |name, status, severity| match tallies.get_mut(name) {
                Some(tally) => tally.add(status, severity),
                None => tallies.entry(name.to_owned()).or_default().add(status, severity),
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
            let totals = self.pinned_totals.clone().unwrap_or_else(|| self.totals_of(|_| true));
            let made = || associations::rows(&self.names, &self.association_counts(), self.clock);
            Arc::new(Aggregates { totals, associations: self.pinned_associations.clone().unwrap_or_else(made) })
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
        let ids: Vec<String> = (0..DOCUMENTS.len()).map(|index| associations::id(&self.names, index)).collect();
        for slot in &self.slots {
            match slot {
                Slot::Node(node) if !node.ghost => {
                    self.scene(node).association_statuses().for_each(|(index, status)| add(index, status));
                }
                Slot::Pinned(resource) if resource.instance.is_some() => {
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

/// Which of [`TYPES`] a node reports.
fn reports(node: &Node) -> [bool; 4] {
    [node.has_associations(), node.has_antivirus(), node.has_benchmark(), node.has_patches()]
}

fn tally(scene: Scene<'_>, part: u32) -> Tally {
    match part {
        0 => scene.association_verdicts().collect(),
        1 => std::iter::once(scene.antivirus_verdict()).collect(),
        2 => scene.benchmark_verdicts().collect(),
        _ => scene.patch_verdicts().collect(),
    }
}

/// The resources of a target: roles are dealt out in a shuffled order, so that each occurs in fleets of any size that
/// has room for it, ghosts first, then the non-compliant, then the unusual.
fn fleet(options: &Options, seed: u64) -> Vec<Node> {
    let listed = u32::try_from(options.instances).unwrap_or(u32::MAX / 4);
    let ghosts = random::part_of(listed, options.ghosts);
    let noncompliant = random::part_of(listed, options.noncompliant.min(1.0)) as usize;
    let mut nodes: Vec<Node> = (0..listed.saturating_add(ghosts)).map(|index| Node::new(seed, index)).collect();
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    Rng::new(seed).shuffle(&mut order);
    let (ghosts, listed) = order.split_at(ghosts as usize);
    for (rank, index) in ghosts.iter().enumerate() {
        nodes[*index].ghost = true;
        if rank % 3 == 0 {
            nodes[*index].afflict(Condition::REASONS[rank / 3 % 2]);
        }
    }
    for (rank, index) in listed.iter().enumerate() {
        match rank.checked_sub(noncompliant) {
            None => nodes[*index].afflict(Condition::REASONS[rank % Condition::REASONS.len()]),
            Some(rank) if rank % 2 == 0 => nodes[*index].quirk = Quirk::ALL[rank / 2 % Quirk::ALL.len()],
            Some(_) => {}
        }
    }
    nodes
}
