//! How compliance changes over time. Each step changes a share of the listed instances, and makes
//! as many of them compliant as non-compliant.

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use crate::fleet::{Condition, Node};
use crate::random::{self, Rng};

/// Ten tenths are not quite one in binary.
const ROUNDING_ERROR: f64 = 1e-9;

/// The listed instances that a step may change, in the order of changing them from the end.
struct Candidates {
    compliant: Vec<u32>,
    noncompliant: Vec<u32>,
}

impl Candidates {
    fn count(&self) -> u32 {
        u32::try_from(self.compliant.len() + self.noncompliant.len()).unwrap_or(u32::MAX)
    }

    fn shuffle(&mut self, rng: &mut Rng) {
        rng.shuffle(&mut self.noncompliant);
        rng.shuffle(&mut self.compliant);
    }

    /// Takes an instance to make compliant if there is one.
    fn take_noncompliant(&mut self) -> Option<u32> {
        self.noncompliant.pop().or_else(|| self.compliant.pop())
    }

    /// Takes an instance to make non-compliant if there is one.
    fn take_compliant(&mut self) -> Option<u32> {
        self.compliant.pop().or_else(|| self.noncompliant.pop())
    }
}

impl SimulatedTarget {
    /// Lets time go on. A step is made once a whole change is due.
    pub(crate) fn accumulate_drift(&mut self, share: f64) {
        self.due_changes += f64::from(self.listed_at_start) * share;
        if self.due_changes + ROUNDING_ERROR >= 1.0 {
            self.drift(0.0);
        } else {
            self.forget_aggregates();
        }
    }

    /// Makes one step. Shares too small for a whole instance add up over the steps.
    pub(crate) fn drift(&mut self, share: f64) {
        self.drift_step = self.drift_step.saturating_add(1);
        let mut candidates = self.candidates();
        let changes = self.take_due_changes(candidates.count(), share);
        let mut rng = Rng::new(random::join(self.names.seed, u64::from(self.drift_step)));
        // The generator starts anew with each step, so that drift does not depend on how often
        // anybody has looked at the fleet.
        candidates.shuffle(&mut rng);
        for turn in 0..changes {
            // The first change of each step alternates, so that single changes do not all go one
            // way.
            let index = if (turn + self.drift_step).is_multiple_of(2) {
                candidates.take_noncompliant()
            } else {
                candidates.take_compliant()
            };
            if let Some(index) = index {
                self.change(index, &mut rng);
            }
        }
        self.forget_aggregates();
    }

    /// The whole number of changes that are due in a step. The rest stays due.
    fn take_due_changes(&mut self, listed: u32, share: f64) -> u32 {
        let due = f64::from(listed) * share.clamp(0.0, 1.0) + self.due_changes;
        let changes = random::part_of(1, (due + ROUNDING_ERROR).floor()).min(listed);
        self.due_changes = (due - f64::from(changes)).clamp(0.0, 1.0);
        changes
    }

    fn candidates(&self) -> Candidates {
        let (compliant, noncompliant): (Vec<&Node>, Vec<&Node>) = self
            .listed_nodes()
            .partition(|node| node.condition == Condition::COMPLIANT);
        Candidates {
            compliant: compliant.iter().map(|node| node.index).collect(),
            noncompliant: noncompliant.iter().map(|node| node.index).collect(),
        }
    }

    fn change(&mut self, index: u32, rng: &mut Rng) {
        let step = self.drift_step;
        let elapsed = random::part_of(1, self.clock - self.start);
        let Some(ListingSlot::Node(node)) = self.slots.get_mut(index as usize) else {
            return;
        };
        node.previous = node.condition;
        node.condition = match node.condition {
            Condition::COMPLIANT => random_condition(node, rng),
            _ => Condition::COMPLIANT,
        };
        // Times must grow with each change, although the clock of a fleet without drift of its own
        // stands still.
        node.changed_after = elapsed.max(node.changed_after + 1).max(step);
        node.changed_step = step;
    }
}

fn random_condition(node: &Node, rng: &mut Rng) -> Condition {
    let possible = node.possible_conditions();
    let choice = rng.below(u32::try_from(possible.len()).unwrap_or(0));
    possible.get(choice as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::fleet::FleetShape;
    use crate::target::SimulatedTarget;

    #[test]
    fn time_makes_a_step_when_a_whole_change_is_due() {
        let shape = FleetShape {
            instances: 100,
            ghosts: 0.2,
            noncompliant: 0.1,
        };
        let mut target = SimulatedTarget::new(shape, 1, "111122223333", "eu-west-1", 0.0);
        let steps: Vec<u32> = (0..5)
            .map(|_| {
                target.accumulate_drift(0.004);
                target.drift_step
            })
            .collect();
        assert_eq!(steps, [0, 0, 1, 1, 2]);
    }
}
