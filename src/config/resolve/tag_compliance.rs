//! The `tag_compliance` of a file: the tags by whose values instances are counted.

use super::resolver::{Resolver, items_of};
use crate::config::fields::List;
use crate::config::first_lines::FirstLines;
use crate::config::forms;
use crate::config::named_node::Value;
use crate::config::problem::shown;

/// The tag keys to count by. One that is not in `instance_tags` is a problem, because only those are
/// read.
pub(super) fn resolve(
    list: Option<&List>,
    instance_tags: &[String],
    resolver: &Resolver<'_>,
) -> Vec<String> {
    if list.is_none() {
        return resolver.defaults.tag_compliance.clone();
    }
    let mut first_lines = FirstLines::new();
    let mut keys = Vec::new();
    for item in items_of(list) {
        if let Some(first_line) = first_lines.note(item.text.as_str(), item.line) {
            resolver.report_repetition(item, first_line);
        } else if let Some(key) = resolver.value(item, forms::tag_key) {
            check_is_read(item, &key, instance_tags, resolver);
            keys.push(key);
        }
    }
    keys
}

fn check_is_read(item: &Value, key: &str, instance_tags: &[String], resolver: &Resolver<'_>) {
    if !instance_tags.iter().any(|read| read == key) {
        let what = format!(
            "{}: {} is not among instance_tags",
            item.path,
            shown(&item.text)
        );
        resolver.report(item.line, what, "add it there, or remove it here");
    }
}
