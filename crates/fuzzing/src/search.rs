//! Tries inputs until one is a fault or the time is over.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::budget::seed;
use super::material::Material;
use super::minimize::minimized;
use super::trial::{Outcome, try_input};

/// More examples would be clones of each other.
const MAX_EXAMPLES: usize = 2000;
/// A longer input is no example: it would make all that follow slower.
const MAX_EXAMPLE_BYTES: usize = 4096;

/// An input that is a fault, and why.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) input: Vec<u8>,
    pub(crate) reason: String,
}

/// What a search has tried.
#[derive(Debug)]
pub(crate) struct Tally {
    inputs: u32,
    outcomes: HashSet<u64>,
    slowest: Duration,
    took: Duration,
}

/// What is tried, and how.
pub(crate) struct Search<'a, C> {
    pub(crate) check: &'a C,
    pub(crate) material: Material,
    pub(crate) per_kilobyte: Duration,
}

impl<O: Hash, C: Fn(&[u8]) -> O> Search<'_, C> {
    /// Tries the examples, and then what is made of them until the time is over.
    pub(crate) fn run(mut self, budget: Duration) -> Result<Tally, Finding> {
        let start = Instant::now();
        let mut tally = Tally::default();
        let mut random = Rng::with_seed(seed());
        for example in self.material.examples.clone() {
            tally.note(&self.try_input(&example)?);
        }
        while start.elapsed() < budget {
            let input = self.material.input(&mut random);
            let leads_further = tally.note(&self.try_input(&input)?);
            if leads_further && input.len() <= MAX_EXAMPLE_BYTES {
                self.keep(input);
            }
        }
        tally.took = start.elapsed();
        Ok(tally)
    }

    fn keep(&mut self, input: Vec<u8>) {
        let examples = &mut self.material.examples;
        if examples.len() < MAX_EXAMPLES {
            examples.push(input);
        }
    }

    fn try_input(&self, input: &[u8]) -> Result<Outcome, Finding> {
        let trial = |input: &[u8]| try_input(self.check, self.per_kilobyte, input);
        trial(input).map_err(|reason| {
            let input = minimized(input, |smaller| trial(smaller).is_err());
            // The smaller input may be a fault in another way.
            let reason = trial(&input).err().unwrap_or(reason);
            Finding { input, reason }
        })
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            inputs: 0,
            outcomes: HashSet::new(),
            slowest: Duration::ZERO,
            took: Duration::ZERO,
        }
    }
}

impl Tally {
    /// Counts a trial. Whether it has led to something new.
    fn note(&mut self, outcome: &Outcome) -> bool {
        self.inputs = self.inputs.saturating_add(1);
        self.slowest = self.slowest.max(outcome.cost);
        self.outcomes.insert(outcome.kind)
    }

    pub(crate) fn outcomes(&self) -> usize {
        self.outcomes.len()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inputs, slowest, ..
        } = self;
        let outcomes = self.outcomes();
        let seconds = self.took.as_secs_f64();
        let rate = f64::from(*inputs) / seconds.max(f64::EPSILON);
        write!(
            f,
            "{inputs} inputs in {seconds:.1} s, {rate:.0} a second, {outcomes} outcomes, at most {slowest:.1?} each"
        )
    }
}
