//! What is said of a reason in one place is said in all.

use std::fs;

use crate::explain::Cause;
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
            runbook.contains("ssm-compliance-exporter explain \"$ID\""),
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
