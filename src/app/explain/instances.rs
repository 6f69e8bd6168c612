//! Explains the instances that were named.

use futures_util::future::join_all;

use super::lookup::{Lookup, Search};
use super::render::Layout;
use super::targets::Begun;
use super::{Answer, Report};
use crate::explain::Evidence;

/// What is said of one name.
struct Said {
    evidence: Vec<Evidence>,
    notes: Vec<String>,
}

pub(super) async fn report(begun: Begun, names: Vec<String>, layout: &Layout) -> Report {
    let names = each_once(names);
    let lookup = Lookup::new(&begun, &names).await;
    // They are asked about at the same time, and told in the order in which they were named.
    let said = join_all(names.iter().map(|name| say(&lookup, name))).await;
    let mut explanations = Vec::new();
    let mut notes = Vec::new();
    for said in said {
        let evidence = said.evidence.iter();
        explanations.extend(evidence.map(|evidence| layout.explain(evidence)));
        notes.extend(said.notes);
    }
    let answer = Answer::of(&explanations, &notes);
    Report {
        output: layout.explanations(&explanations, &notes, ""),
        notes,
        answer,
    }
}

/// A name that was given twice is explained once.
fn each_once(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

async fn say(lookup: &Lookup<'_>, name: &str) -> Said {
    let Search { found, notes } = lookup.find(name).await;
    let evidence = found
        .into_iter()
        .map(|found| found.inspector.inspect(found.sighting));
    Said {
        evidence: join_all(evidence).await,
        notes,
    }
}
