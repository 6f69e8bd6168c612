//! A finding of an explanation, as texts for a page.

use super::steps::ShownStep;
use super::times::Moment;
use crate::explain::{Effect, Fact, FactValue, Finding};
use crate::model::Timestamp;

/// A finding of an explanation.
#[derive(Debug)]
pub(super) struct ShownFinding {
    pub(super) cause: &'static str,
    pub(super) compliance_type: String,
    /// The class of the style sheet.
    pub(super) class: &'static str,
    /// What it does to the verdict, in words.
    pub(super) effect: &'static str,
    pub(super) sentence: String,
    /// The time since which it holds, and what AWS dates with it.
    pub(super) since: Option<(Moment, &'static str)>,
    /// Names with what AWS said.
    pub(super) facts: Vec<(String, ShownFact)>,
    pub(super) tables: Vec<FactTable>,
    pub(super) remedy: Vec<ShownStep>,
    /// The address of its runbook; empty if it has none.
    pub(super) runbook: String,
}

/// What AWS said, in one word or line.
#[derive(Debug)]
pub(super) enum ShownFact {
    Text(String),
    Time(Moment),
}

/// Rows of evidence.
#[derive(Debug)]
pub(super) struct FactTable {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl ShownFinding {
    pub(super) fn new(finding: &Finding, now: Option<Timestamp>) -> Self {
        let since = finding.since.as_ref();
        Self {
            cause: finding.cause.as_str(),
            compliance_type: finding.compliance_type.clone(),
            class: class(finding.effect),
            effect: effect(finding.effect),
            sentence: finding.sentence.clone(),
            since: since
                .and_then(|since| Some((Moment::of(Some(since.time), now)?, since.meaning))),
            facts: facts(&finding.evidence, now),
            tables: finding.evidence.iter().filter_map(table).collect(),
            remedy: finding.remedy.iter().map(ShownStep::new).collect(),
            runbook: finding.cause.runbook_url().unwrap_or_default(),
        }
    }
}

const fn class(effect: Effect) -> &'static str {
    match effect {
        Effect::Noncompliant => "bad",
        Effect::Doubtful => "doubt",
        Effect::Informative => "",
    }
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Noncompliant => "makes it non-compliant",
        Effect::Doubtful => "makes what AWS says doubtful",
        Effect::Informative => "good to know",
    }
}

fn facts(evidence: &[Fact], now: Option<Timestamp>) -> Vec<(String, ShownFact)> {
    let shown = |fact: &Fact| match &fact.value {
        FactValue::Text(text) => Some(ShownFact::Text(text.clone())),
        FactValue::Time(time) => Moment::of(Some(*time), now).map(ShownFact::Time),
        FactValue::Table { .. } => None,
    };
    let facts = evidence.iter();
    facts
        .filter_map(|fact| Some((words(fact.name), shown(fact)?)))
        .collect()
}

fn table(fact: &Fact) -> Option<FactTable> {
    let FactValue::Table { columns, rows } = &fact.value else {
        return None;
    };
    Some(FactTable {
        name: words(fact.name),
        columns: columns.iter().map(|column| words(column)).collect(),
        rows: rows.clone(),
    })
}

/// A name in snake case as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
