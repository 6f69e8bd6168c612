//! Who names whom, and where that leads in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Arrows from a file or folder to those that it names, with the names it takes from each.
#[derive(Debug, Default)]
pub(super) struct Graph {
    arrows: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Graph {
    /// Notes that `from` takes `name` from `to`. What something takes from itself is no arrow.
    pub(super) fn add(&mut self, from: &str, to: &str, name: &str) {
        if from == to {
            return;
        }
        let targets = self.arrows.entry(from.to_owned()).or_default();
        let names = targets.entry(to.to_owned()).or_default();
        names.insert(name.to_owned());
    }

    pub(super) fn has_arrow(&self, from: &str, to: &str) -> bool {
        self.arrows
            .get(from)
            .is_some_and(|targets| targets.contains_key(to))
    }

    /// The largest groups of which every member leads to every other one.
    pub(super) fn circles(&self) -> BTreeSet<BTreeSet<String>> {
        let mut reach = BTreeMap::new();
        for start in self.arrows.keys() {
            reach.insert(start.as_str(), self.reachable_from(start));
        }
        let leads = |from: &str, to: &str| reach.get(from).is_some_and(|all| all.contains(to));
        let mut circles = BTreeSet::new();
        for (start, reached) in &reach {
            let circle = reached.iter().filter(|other| leads(other, start));
            circles.insert(circle.map(|name| (*name).to_owned()).collect());
        }
        // Most names are in no circle.
        circles.remove(&BTreeSet::new());
        circles
    }

    fn reachable_from<'a>(&'a self, start: &str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut waiting = self.targets(start);
        while let Some(next) = waiting.pop() {
            if reached.insert(next) {
                waiting.extend(self.targets(next));
            }
        }
        reached
    }

    fn targets(&self, from: &str) -> Vec<&str> {
        let targets = self.arrows.get(from);
        targets
            .into_iter()
            .flat_map(BTreeMap::keys)
            .map(String::as_str)
            .collect()
    }

    /// The circles with every arrow that closes them; empty where there is none.
    pub(super) fn report_of_circles(&self) -> String {
        let mut report = String::new();
        for circle in self.circles() {
            writeln!(report, "a circle of {}:", circle.len()).unwrap();
            self.describe_circle(&circle, &mut report);
        }
        report
    }

    fn describe_circle(&self, circle: &BTreeSet<String>, report: &mut String) {
        for from in circle {
            for (to, names) in &self.arrows[from] {
                if circle.contains(to) {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    writeln!(report, "  {from} -> {to}: {}", names.join(", ")).unwrap();
                }
            }
        }
    }
}
