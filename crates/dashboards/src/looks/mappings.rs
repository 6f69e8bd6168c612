//! Texts and colours in the place of values.

use serde_json::{Map, Value, json};

use super::colours::{PATCH_SEVERITIES, PATCH_STATES, REASONS, UNKNOWN_COLOUR};
use super::runbooks::RUNBOOKS;

/// Shows a text in a colour in the place of each value: `(value, text, colour)`.
pub fn mapping(texts: &[(&str, &str, &str)]) -> Value {
    let mut options = Map::new();
    for (index, (value, text, colour)) in texts.iter().enumerate() {
        // Grafana sorts by the index where it lists the texts.
        let option = json!({ "text": text, "color": colour, "index": index });
        options.insert((*value).to_owned(), option);
    }
    json!([{ "type": "value", "options": options }])
}

/// Says that a label is empty, rather than showing nothing.
pub fn unnamed() -> Value {
    let result = json!({ "text": "(none)", "color": UNKNOWN_COLOUR, "index": 0 });
    json!([{ "type": "special", "options": { "match": "empty", "result": result } }])
}

/// Compliance of an instance; -1 stands for a compliance type without a summary.
pub fn compliance() -> Value {
    mapping(&[
        ("1", "COMPLIANT", "green"),
        ("0", "NON_COMPLIANT", "red"),
        ("-1", "UNREPORTED", UNKNOWN_COLOUR),
    ])
}

/// Whether a target, a collector or an exporter works.
pub fn works() -> Value {
    mapping(&[("1", "up", "green"), ("0", "DOWN", "red")])
}

/// Whether an attempt succeeded.
pub fn succeeded() -> Value {
    mapping(&[("1", "ok", "green"), ("0", "FAILED", "red")])
}

/// Reasons as the names of their runbooks.
pub fn runbooks() -> Value {
    let texts: Vec<_> = RUNBOOKS
        .iter()
        .map(|runbook| (runbook.reason, runbook.alert, "blue"))
        .collect();
    mapping(&texts)
}

/// Reasons as what to do about them.
pub fn advice() -> Value {
    let texts: Vec<_> = RUNBOOKS
        .iter()
        .map(|runbook| (runbook.reason, runbook.advice, "text"))
        .collect();
    mapping(&texts)
}

/// Reasons in their colours.
pub fn reasons() -> Value {
    coloured(REASONS)
}

/// Patch states in their colours.
pub fn patch_states() -> Value {
    coloured(PATCH_STATES)
}

/// The severities of patches in their colours.
pub fn patch_severities() -> Value {
    coloured(PATCH_SEVERITIES)
}

/// Names as they are, in their colours.
fn coloured(names: &[(&str, &str)]) -> Value {
    let texts: Vec<_> = names
        .iter()
        .map(|(name, colour)| (*name, *name, *colour))
        .collect();
    mapping(&texts)
}
