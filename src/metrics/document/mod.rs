//! The text of `docs/metrics.md`: the catalogue, the exporter's own metrics, and what the values of
//! closed labels mean.
//!
//! Names, types, labels and help texts are read from where they are exposed, and the closed sets
//! from the model, so that a new metric, collector or reason cannot be forgotten here. The prose
//! between the tables is in the files beside this one.

mod own;
mod table;

use super::catalogue::SECTIONS;
use super::family::{Family, Kind, Stability};
use super::handlers::HANDLERS;
use crate::model::{
    Collector, ComplianceType, FailureReason, NoncomplianceReason, PatchState, Severity,
};
use table::Table;

const INTRODUCTION: &str = include_str!("introduction.md");
const EXPORTER: &str = include_str!("exporter.md");
const COLLECTORS: &str = include_str!("collectors.md");
const FAILURES: &str = include_str!("failures.md");
const NONCOMPLIANCE: &str = include_str!("noncompliance.md");
const LABELS: &str = include_str!("labels.md");

/// The text of `docs/metrics.md`.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (title, families) in SECTIONS {
        text.push_str(&section(&format!("## {title}\n"), &family_table(families)));
    }
    text.push_str(&section(EXPORTER, &own_table()));
    text.push_str(&section(COLLECTORS, &collector_table()));
    text.push_str("\n\"Without\" means: `compliance_types` does not match that type.\n");
    text.push_str(&section(FAILURES, &failure_table()));
    text.push_str(&section(NONCOMPLIANCE, &noncompliance_table()));
    text.push_str(&section(
        "## Other labels with fixed values\n",
        &label_table(),
    ));
    text.push('\n');
    text.push_str(LABELS);
    text
}

/// A heading, with whatever prose is under it, and a table.
fn section(prose: &str, table: &Table) -> String {
    format!("\n{prose}\n{table}")
}

// === metrics ===

fn metric_table() -> Table {
    Table::new(&["name", "type", "stability", "labels", "meaning"])
}

fn family_table(families: &[Family]) -> Table {
    let mut table = metric_table();
    for family in families {
        let kind = match family.kind {
            Kind::Gauge => "gauge",
            Kind::Info => "info",
        };
        // The labels of the target are on every metric, and the introduction says so.
        let identity = family.identity_labels().iter();
        let own_identity = identity.filter(|label| !["account_id", "region"].contains(label));
        let labels: Vec<&str> = own_identity.chain(family.labels.fixed()).copied().collect();
        add_metric(
            &mut table,
            family.name,
            kind,
            family.stability,
            &labels,
            family.help,
        );
    }
    table
}

fn own_table() -> Table {
    let mut table = metric_table();
    for metric in own::metrics(&own::exposition()) {
        add_metric(
            &mut table,
            &metric.name,
            metric.kind,
            Stability::Experimental,
            &metric.labels,
            metric.help,
        );
    }
    table
}

fn add_metric(
    table: &mut Table,
    name: &str,
    kind: &str,
    stability: Stability,
    labels: &[&str],
    help: &str,
) {
    let stability = match stability {
        Stability::Experimental => "EXPERIMENTAL",
        Stability::Stable => "STABLE",
    };
    table.add(&[&code(name), kind, stability, &codes(labels), help]);
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn codes(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().copied().map(code).collect();
    words.join(", ")
}

// === closed sets ===

fn collector_table() -> Table {
    let mut table = Table::new(&["collector", "AWS operation", "reads", "off"]);
    for collector in Collector::ALL {
        let off = match collector.serves() {
            Some(compliance_type) => format!("without `{compliance_type}`"),
            None => "never".to_owned(),
        };
        table.add(&[
            &code(collector.as_str()),
            collector.operation().as_str(),
            collector.reads(),
            &off,
        ]);
    }
    table
}

fn failure_table() -> Table {
    let mut table = Table::new(&["reason", "meaning", "look at"]);
    for reason in FailureReason::ALL {
        table.add(&[&code(reason.as_str()), reason.summary(), reason.look_at()]);
    }
    table
}

fn noncompliance_table() -> Table {
    let mut table = Table::new(&["compliance_type", "reason", "holds when", "what to do"]);
    for compliance_type in ComplianceType::OF_EVERY_INSTANCE {
        for reason in NoncomplianceReason::of_type(&compliance_type) {
            // It is the same for every type, and so the last row.
            if *reason != NoncomplianceReason::Unexplained {
                add_reason(&mut table, compliance_type.as_str(), *reason);
            }
        }
    }
    add_reason(&mut table, "`Custom:*`", NoncomplianceReason::CustomItems);
    add_reason(&mut table, "any", NoncomplianceReason::Unexplained);
    table
}

fn add_reason(table: &mut Table, compliance_type: &str, reason: NoncomplianceReason) {
    table.add(&[
        compliance_type,
        &code(reason.as_str()),
        reason.holds_when(),
        reason.remedy(),
    ]);
}

fn label_table() -> Table {
    let mut table = Table::new(&["label", "values"]);
    let patch_states = PatchState::ALL.map(PatchState::as_str);
    let severities = Severity::ALL.map(Severity::as_str);
    table.add(&["`patch_state`", &codes(&patch_states)]);
    table.add(&["`compliance_severity`", &codes(&severities)]);
    table.add(&["`encoding`", &codes(&["gzip", "identity"])]);
    table.add(&["`handler`", &codes(&HANDLERS)]);
    table
}
