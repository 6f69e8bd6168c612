//! Which findings a branch has.

use std::collections::BTreeSet;

use super::cases::BRANCHES;
use super::evidence::hours_ago;
use crate::explain::{Cause, Context, Explanation, explain};

pub(super) fn explained(name: &str) -> Explanation {
    let branch = BRANCHES.iter().find(|branch| branch.name == name);
    let evidence = (branch.expect("a branch").evidence)();
    explain(&evidence, &Context { now: hours_ago(0) })
}

fn names(explanation: &Explanation) -> Vec<&'static str> {
    let findings = explanation.findings.iter();
    findings.map(|finding| finding.cause.as_str()).collect()
}

#[test]
fn every_cause_has_a_branch_that_shows_it_alone_or_beside_what_it_needs() {
    for cause in Cause::all() {
        let name = cause.as_str();
        assert!(names(&explained(name)).contains(&name), "{name}");
    }
}

#[test]
fn nothing_is_found_on_a_healthy_instance() {
    assert_eq!(names(&explained("compliant")), Vec::<&str>::new());
}

#[test]
fn a_single_cause_is_found_alone() {
    for cause in Cause::all() {
        let found = names(&explained(cause.as_str()));
        // These show on an instance that is non-compliant for another reason.
        let expected: &[&str] = match cause.as_str() {
            "terminated" => &["terminated", "patches_missing"],
            "agent_offline" => &["agent_offline", "patches_missing"],
            "scanners_conflict" => &["patches_missing", "scanners_conflict"],
            name => &[name],
        };
        assert_eq!(found, expected, "{cause:?}");
    }
}

#[test]
fn no_finding_has_two_facts_of_one_name() {
    for branch in BRANCHES {
        for finding in explained(branch.name).findings {
            let names: BTreeSet<&str> = finding.evidence.iter().map(|fact| fact.name).collect();
            assert_eq!(names.len(), finding.evidence.len(), "{}", branch.name);
        }
    }
}
