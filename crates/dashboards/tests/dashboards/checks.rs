//! The checks, and what they all use to read the JSON.

mod labels;
mod layout;
mod links;
mod lint;
mod numbers;
mod promql;
mod vocabulary;

use serde_json::Value;

/// The JSON of every dashboard, with its title.
fn dashboards() -> Vec<(String, Value)> {
    dashboards::all()
        .iter()
        .map(|board| (board.title().to_owned(), board.to_json()))
        .collect()
}

/// The panels of a dashboard, without the headings of sections.
fn panels(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    panels.filter(|panel| panel["type"] != "row").collect()
}

/// The text at a key. Empty if there is none.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The elements of the list at a key. None if there is no list.
fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}
