//! What is said of a reason in one place is said in all.

use std::fs;

use super::cases::BRANCHES;
use super::causes::explained;
use crate::explain::{Cause, FactValue};
use crate::model::NoncomplianceReason;

fn text(path: &str) -> String {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(file).expect("a document")
}

fn runbook(reason: NoncomplianceReason) -> String {
    let name = Cause::Reason(reason)
        .runbook()
        .expect("every reason has one");
    text(&format!("docs/runbooks/{name}.md"))
}

#[test]
fn the_remedy_of_a_reason_is_the_same_in_the_metrics_documentation_runbooks_and_explanations() {
    let metrics = text("docs/metrics.md");
    for reason in NoncomplianceReason::ALL {
        let remedy = Cause::Reason(reason).remedy();
        assert_eq!(remedy, reason.remedy());
        assert!(metrics.contains(&format!("| {remedy} |")), "{remedy}");
        let line = format!("In short: {remedy}.");
        assert!(runbook(reason).contains(&line), "{reason:?}: {line}");
    }
}

#[test]
fn the_runbook_of_every_cause_names_the_command() {
    for cause in Cause::all() {
        let Some(name) = cause.runbook() else {
            continue;
        };
        let runbook = text(&format!("docs/runbooks/{name}.md"));
        assert!(
            runbook.contains("ssm-compliance-exporter explain \"$instance_id\""),
            "{name}"
        );
    }
}

#[test]
fn the_dashboards_link_to_the_runbook_of_each_reason() {
    let dashboards = text("crates/dashboards/src/looks/runbooks.rs");
    for reason in NoncomplianceReason::ALL {
        let name = reason.as_str();
        let alert = Cause::Reason(reason)
            .runbook()
            .expect("every reason has one");
        let entry = format!("reason: \"{name}\",\n        alert: \"{alert}\"");
        assert!(dashboards.contains(&entry), "{entry}");
    }
}

#[test]
fn the_documentation_of_the_command_has_every_cause() {
    let document = text("docs/explain.md");
    for cause in Cause::all() {
        let start = format!("| `{}` |", cause.as_str());
        assert!(document.contains(&start), "{start}");
    }
}

#[test]
fn the_documentation_names_all_evidence() {
    let document = text("docs/explain.md");
    let findings = BRANCHES.iter().flat_map(|it| explained(it.name).findings);
    for fact in findings.flat_map(|finding| finding.evidence) {
        let (name, columns): (String, &[&str]) = match fact.value {
            FactValue::Table { columns, .. } => (format!("{}[]", fact.name), columns),
            FactValue::Text(_) | FactValue::Time(_) => (fact.name.to_owned(), &[]),
        };
        for word in columns.iter().copied().chain([&*name]) {
            assert!(document.contains(&format!("`{word}`")), "{word}");
        }
    }
}

#[test]
fn the_documentation_names_every_key_and_every_column() {
    let document = text("docs/explain.md");
    let golden = |ending: &str| text(&format!("tests/golden/explain/patches_missing.{ending}"));
    let header = golden("csv").lines().next().unwrap_or_default().to_owned();
    let json = golden("json");
    let form: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let explanation = &form["explanations"][0];
    let finding = &explanation["findings"][0];
    let objects = [
        &form,
        explanation,
        finding,
        &finding["remedy"],
        &finding["since"],
    ];
    let keys = objects.iter().filter_map(|it| it.as_object());
    let keys = keys.flat_map(|it| it.keys().map(String::as_str));
    for word in keys.chain(header.split(',')) {
        let has_word = document.split('`').skip(1).step_by(2).any(|code| {
            let code = code.trim_start_matches('.').trim_end_matches("[]");
            code == word || code.ends_with(&format!("].{word}"))
        });
        assert!(has_word, "{word}");
    }
}
