//! Which resources a target has: how many, and what is wrong or unusual about each.

use super::node::{Condition, Node, Quirk};
use super::options::Options;
use super::random::{self, Rng};

/// The resources of a target: roles are dealt out in a shuffled order, so that each occurs in
/// fleets of any size that has room for it, ghosts first, then the non-compliant, then the unusual.
pub(super) fn fleet(options: &Options, seed: u64) -> Vec<Node> {
    let listed = u32::try_from(options.instances).unwrap_or(u32::MAX / 4);
    let ghosts = random::part_of(listed, options.ghosts);
    let noncompliant = random::part_of(listed, options.noncompliant.min(1.0)) as usize;
    let mut nodes: Vec<Node> = (0..listed.saturating_add(ghosts))
        .map(|index| Node::new(seed, index))
        .collect();
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
            Some(rank) if rank % 2 == 0 => {
                nodes[*index].quirk = Quirk::ALL[rank / 2 % Quirk::ALL.len()]
            }
            Some(_) => {}
        }
    }
    nodes
}
