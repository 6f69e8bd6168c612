//! The text of `docs/metrics.md`: the catalogue, the exporter's own metrics, and what the values of
//! labels mean that have a closed set of values.
//!
//! Names, types, labels and help texts are read from where they are exposed, and the closed sets
//! from the model, so that a new metric, collector or reason cannot be forgotten here. The prose
//! between the tables is in the Markdown files beside this one.

mod own;
mod table;

use super::catalogue::SECTIONS;
use super::family::{Family, Kind, Labels, Stability};
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
    let sections = [
        fleet_sections(),
        section(EXPORTER, &own_table()),
        section(COLLECTORS, &collector_table()),
        "\n\"Without\" means: `compliance_types` does not match that type.\n".to_owned(),
        section(FAILURES, &failure_table()),
        section(NONCOMPLIANCE, &noncompliance_table()),
        section("## Other labels with fixed values\n", &label_table()),
    ];
    format!("{INTRODUCTION}{}\n{LABELS}", sections.concat())
}

/// The tables of the fleet's metrics, one for each section of the catalogue.
fn fleet_sections() -> String {
    SECTIONS
        .iter()
        .map(|(title, families)| section(&format!("## {title}\n"), &family_table(families)))
        .collect()
}

/// A heading with the prose below it, and a table.
fn section(prose: &str, table: &Table) -> String {
    // Markdown takes a table without an empty line before it for a part of the prose.
    format!("\n{prose}\n{table}")
}

// === metrics ===

fn metric_table() -> Table {
    Table::new(&["name", "type", "stability", "labels", "meaning"])
}

fn family_table(families: &[Family]) -> Table {
    let mut table = metric_table();
    for family in families {
        add_metric(
            &mut table,
            family.name,
            kind_name(family.kind),
            family.stability,
            &listed_labels(family),
            family.help,
        );
    }
    table
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Gauge => "gauge",
        Kind::Info => "info",
    }
}

/// The labels of a family, but for those of the target.
// The labels of the target are on every metric, and the introduction says so once for all of them.
fn listed_labels(family: &Family) -> Vec<&'static str> {
    let of_tags = match family.labels {
        Labels::Fixed(_) => None,
        Labels::FixedAndTags(_) => Some("tag_*"),
    };
    let identity = family.identity_labels().iter();
    let of_instance = identity.filter(|label| !["account_id", "region"].contains(label));
    let known = of_instance.chain(family.labels.fixed()).copied();
    known.chain(of_tags).collect()
}

// The exporter's own metrics come from its registry, which knows names, types and help texts but
// has no word for stability. None of them is stable yet.
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
        let off = off_when(collector);
        table.add(&[
            &code(collector.as_str()),
            collector.operation().as_str(),
            collector.reads(),
            &off,
        ]);
    }
    table
}

fn off_when(collector: Collector) -> String {
    let type_needed = collector
        .serves()
        .map(|served| format!("without `{served}`"));
    let key_needed = collector
        .asked_for_by()
        .map(|key| format!("unless `{key}` asks for it"));
    let conditions: Vec<String> = type_needed.into_iter().chain(key_needed).collect();
    if conditions.is_empty() {
        return "never".to_owned();
    }
    conditions.join(" or ")
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
            // Its meaning is the same for every type, so it is said once, in the last row.
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
