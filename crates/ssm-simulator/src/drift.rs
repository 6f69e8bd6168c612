//! How compliance changes: by a share of the listed instances per step, as many healed as broken.

use super::node::{Condition, Node};
use super::random::{self, Rng};
use super::simulated_target::{ListingSlot, SimulatedTarget};

impl SimulatedTarget {
    /// Time goes on: a step once a whole change is due.
    pub(super) fn drift_on(&mut self, share: f64) {
        self.carry += f64::from(self.listed) * share;
        if self.carry + 1e-9 >= 1.0 {
            self.drift(0.0);
        } else {
            self.changed();
        }
    }

    /// One step. Shares too small for a whole instance add up over the steps.
    pub(super) fn drift(&mut self, share: f64) {
        self.step = self.step.saturating_add(1);
        let (mut ill, mut healthy) = self.candidates();
        let listed = u32::try_from(ill.len() + healthy.len()).unwrap_or(u32::MAX);
        let wanted = f64::from(listed) * share.clamp(0.0, 1.0) + self.carry;
        // Ten tenths are not quite one in binary.
        let changes = random::part_of(1, (wanted + 1e-9).floor()).min(listed);
        self.carry = (wanted - f64::from(changes)).clamp(0.0, 1.0);
        let mut rng = Rng::new(random::join(self.names.seed, u64::from(self.step)));
        rng.shuffle(&mut ill);
        rng.shuffle(&mut healthy);
        // The first change of each step alternates, so that single changes do not all go one way.
        for turn in 0..changes {
            let heal = (turn + self.step).is_multiple_of(2);
            let index = if heal {
                ill.pop().or_else(|| healthy.pop())
            } else {
                healthy.pop().or_else(|| ill.pop())
            };
            if let Some(index) = index {
                self.change(index, &mut rng);
            }
        }
        self.changed();
    }

    /// Listed instances that may change: non-compliant ones and compliant ones.
    fn candidates(&self) -> (Vec<u32>, Vec<u32>) {
        let nodes = self.slots.iter().filter_map(|slot| match slot {
            ListingSlot::Node(node) if !node.ghost => Some(node),
            _ => None,
        });
        let (ill, healthy): (Vec<&Node>, Vec<&Node>) =
            nodes.partition(|node| node.condition != Condition::HEALTHY);
        let index = |nodes: Vec<&Node>| nodes.iter().map(|node| node.index).collect();
        (index(ill), index(healthy))
    }

    fn change(&mut self, index: u32, rng: &mut Rng) {
        let (step, clock) = (self.step, self.clock - self.start);
        let Some(ListingSlot::Node(node)) = self.slots.get_mut(index as usize) else {
            return;
        };
        node.previous = node.condition;
        node.condition = if node.condition == Condition::HEALTHY {
            let possible = node.ailments();
            let choice = rng.below(u32::try_from(possible.len()).unwrap_or(0));
            possible.get(choice as usize).copied().unwrap_or_default()
        } else {
            Condition::HEALTHY
        };
        // Times must grow with each change, although the clock of a fleet without drift of its own
        // stands still.
        node.changed = random::part_of(1, clock).max(node.changed + 1).max(step);
        node.changed_step = step;
    }
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::simulated_target::SimulatedTarget;

    #[test]
    fn time_makes_a_step_when_a_whole_change_is_due() {
        let options = Options {
            instances: 100,
            ..Options::default()
        };
        let mut world = SimulatedTarget::new(&options, "111122223333", "eu-west-1", 0.0);
        let steps: Vec<u32> = (0..5)
            .map(|_| {
                world.drift_on(0.004);
                world.step
            })
            .collect();
        assert_eq!(steps, [0, 0, 1, 1, 2]);
    }
}
