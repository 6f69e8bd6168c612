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

    /// Groups of two or more that all lead to each other, each sorted, in alphabetical order.
    pub(super) fn circles(&self) -> Vec<BTreeSet<String>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> = self
            .arrows
            .keys()
            .map(|start| (start.as_str(), self.reachable_from(start)))
            .collect();
        let mut circles: Vec<BTreeSet<String>> = Vec::new();
        for (start, reached) in &reach {
            let leads_back = |other: &&&str| {
                reach
                    .get(**other)
                    .is_some_and(|others| others.contains(start))
            };
            let circle: BTreeSet<String> = reached
                .iter()
                .filter(leads_back)
                .map(|name| (*name).to_owned())
                .collect();
            if !circle.is_empty() && !circles.contains(&circle) {
                circles.push(circle);
            }
        }
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
        for (index, circle) in self.circles().iter().enumerate() {
            writeln!(report, "circle {} of {}:", index + 1, circle.len()).unwrap();
            self.describe_circle(circle, &mut report);
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
