//! The tags of a node.

use std::collections::BTreeMap;

use super::catalogue::{COMPUTER_ROLES, COST_CENTERS, ENVIRONMENTS, TEAMS, UNUSUAL_TEAMS};
use super::node::Node;

/// One node in this many has never had a tag.
const NEVER_TAGGED: u32 = 25;
/// One node in this many has lost all of its tags.
const NO_LONGER_TAGGED: u32 = 25;
/// One node in this many belongs to no team.
const TEAMLESS: u32 = 10;
/// One node in this many has an unusual team, and one in as many a key that another one differs from
/// in case only.
const UNUSUAL: u32 = 30;
/// One EC2 instance in this many belongs to an autoscaling group.
const AUTOSCALED: u32 = 4;

impl Node {
    /// The tags by key, or nothing if the node never had any.
    pub(crate) fn tags(&self) -> Option<BTreeMap<String, String>> {
        if self.is_one_in("never tagged", NEVER_TAGGED) {
            return None;
        }
        if self.is_one_in("no longer tagged", NO_LONGER_TAGGED) {
            return Some(BTreeMap::new());
        }
        let mut tags = BTreeMap::new();
        let mut add = |key: &str, value: &str| tags.insert(key.to_owned(), value.to_owned());
        add("Environment", self.environment());
        add("CostCenter", self.choose("cost", &COST_CENTERS));
        if let Some(team) = self.team() {
            add("Team", team);
        }
        if self.is_one_in("lower case", UNUSUAL) {
            add("team", self.choose("other team", &TEAMS));
        }
        if !self.patch_group().is_empty() {
            add("Patch Group", self.patch_group());
        }
        // Hybrid nodes have the name of their activation, and no group that scales them.
        if !self.is_hybrid() {
            add("Name", &self.name_tag());
        }
        if !self.is_hybrid() && self.is_one_in("autoscaled", AUTOSCALED) {
            add("aws:autoscaling:groupName", &format!("{}-asg", self.role()));
        }
        Some(tags)
    }

    fn is_one_in(&self, purpose: &str, count: u32) -> bool {
        self.roll(purpose, count) == 0
    }

    fn team(&self) -> Option<&'static str> {
        if self.is_one_in("teamless", TEAMLESS) {
            return None;
        }
        let is_unusual = self.is_one_in("unusual team", UNUSUAL);
        let teams: &[&str] = if is_unusual { &UNUSUAL_TEAMS } else { &TEAMS };
        Some(self.choose("team", teams))
    }

    fn environment(&self) -> &'static str {
        match self.patch_group() {
            known @ ("production" | "staging") => known,
            _ => self.choose("environment", &ENVIRONMENTS),
        }
    }

    fn name_tag(&self) -> String {
        format!("{}-{:05}", self.role(), self.index)
    }

    fn role(&self) -> &'static str {
        self.choose("role", &COMPUTER_ROLES)
    }
}
