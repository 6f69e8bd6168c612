//! Deals out the roles of a fleet: which resources are not listed any more, which are
//! non-compliant and which are unusual.

use super::condition::Condition;
use super::node::Node;
use super::quirk::Quirk;
use crate::random::{self, Rng};

/// The size of a fleet and the shares of its roles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FleetShape {
    /// The number of listed instances.
    pub(crate) instances: usize,
    /// Resources that are not listed any more, as a share of `instances`.
    pub(crate) ghosts: f64,
    /// The share of the listed instances that are non-compliant.
    pub(crate) noncompliant: f64,
}

/// Makes the resources of a target.
///
/// The order of dealing is shuffled, and the rarest roles come first, so that every role occurs in
/// each fleet that has room for it.
pub(crate) fn nodes(shape: FleetShape, seed: u64) -> Vec<Node> {
    let listed_count = u32::try_from(shape.instances).unwrap_or(u32::MAX / 4);
    let ghost_count = random::part_of(listed_count, shape.ghosts);
    let noncompliant_count = random::part_of(listed_count, shape.noncompliant.min(1.0));
    let mut nodes: Vec<Node> = (0..listed_count.saturating_add(ghost_count))
        .map(|index| Node::new(seed, index))
        .collect();
    // Roles are dealt by rank in this order. Dealt by index, they would cluster at the start of
    // every list, where the first page alone would show them all.
    let order = shuffled_indexes(nodes.len(), seed);
    let (ghosts, listed) = order.split_at(ghost_count as usize);
    let (noncompliant, compliant) = listed.split_at(noncompliant_count as usize);
    make_ghosts(&mut nodes, ghosts);
    make_noncompliant(&mut nodes, noncompliant);
    make_unusual(&mut nodes, compliant);
    nodes
}

fn shuffled_indexes(count: usize, seed: u64) -> Vec<usize> {
    let mut indexes: Vec<usize> = (0..count).collect();
    Rng::new(seed).shuffle(&mut indexes);
    indexes
}

/// Makes every third ghost non-compliant, in one of two ways.
fn make_ghosts(nodes: &mut [Node], indexes: &[usize]) {
    for (rank, index) in indexes.iter().enumerate() {
        nodes[*index].ghost = true;
        if rank % 3 == 0 {
            // The first two reasons stand for patches and for associations.
            nodes[*index].make_noncompliant(Condition::REASONS[rank / 3 % 2]);
        }
    }
}

fn make_noncompliant(nodes: &mut [Node], indexes: &[usize]) {
    for (rank, index) in indexes.iter().enumerate() {
        let condition = Condition::REASONS[rank % Condition::REASONS.len()];
        nodes[*index].make_noncompliant(condition);
        if let Some(quirk) = quirk_beside(condition, rank) {
            nodes[*index].give_quirk(quirk);
        }
    }
}

/// The quirk of a non-compliant node. The first round of all reasons has none, so that small fleets
/// show each reason by itself, and so have two of every three rounds after it.
fn quirk_beside(condition: Condition, rank: usize) -> Option<Quirk> {
    let is_free = condition.affects_patches() && !condition.has(Condition::BOUND_TO_SCANNER);
    let has_turn = rank / Condition::REASONS.len() % 3 == 1;
    let quirks = Quirk::DEALT_TO_NONCOMPLIANT;
    (is_free && has_turn).then(|| quirks[rank % quirks.len()])
}

/// Gives every second node a quirk. The others stay ordinary.
fn make_unusual(nodes: &mut [Node], indexes: &[usize]) {
    for (rank, index) in indexes.iter().step_by(2).enumerate() {
        nodes[*index].give_quirk(Quirk::DEALT[rank % Quirk::DEALT.len()]);
    }
}
