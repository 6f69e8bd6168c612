//! The `instance_tags` of a file, which become label names.

use super::resolver::{Resolver, items_of};
use crate::config::fields::List;
use crate::config::first_lines::FirstLines;
use crate::config::forms;
use crate::config::named_node::Value;
use crate::config::problem::shown;

/// The tag keys to copy. Two that become the same label are a problem, because the label could
/// only have the value of one of them.
pub(super) fn resolve(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<String> {
    if list.is_none() {
        return resolver.defaults.instance_tags.clone();
    }
    let mut label_lines = FirstLines::new();
    let mut keys = Vec::new();
    for item in items_of(list) {
        if let Some(key) = resolver.value(item, forms::tag_key) {
            check_label(item, &key, &mut label_lines, resolver);
            keys.push(key);
        }
    }
    keys
}

fn check_label(
    item: &Value,
    key: &str,
    label_lines: &mut FirstLines<String>,
    resolver: &Resolver<'_>,
) {
    let label = label_of(key);
    // `a.b` and `a-b` are two tags but one label.
    if let Some(first_line) = label_lines.note(label.clone(), item.line) {
        report_same_label(item, &label, first_line, resolver);
    }
}

fn report_same_label(item: &Value, label: &str, first_line: usize, resolver: &Resolver<'_>) {
    let path = &item.path;
    let key = shown(&item.text);
    let what =
        format!("{path}: {key} becomes the label {label}, as the key on line {first_line} does");
    resolver.report(item.line, what, "keep one of the two keys");
}

/// The label of a tag key: every character that a label name cannot have becomes an underscore.
fn label_of(key: &str) -> String {
    // A letter outside of ASCII is not allowed in a label name either.
    let name = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("tag_{name}")
}
