//! The `instance_tags` of a file, which become label names.

use std::collections::HashMap;

use super::resolver::{Resolver, items_of};
use crate::config::fields::List;
use crate::config::forms;
use crate::config::named_node::Value;
use crate::config::problem::shown;

/// The most keys that may be asked for: as many tags as AWS lets one resource have.
const MAX_KEYS: usize = 50;

/// The key that stands for each label, and its line.
type KeysByLabel = HashMap<String, (String, usize)>;

/// The tag keys to copy. Two that become the same label are a problem, because the label could
/// only have the value of one of them.
pub(super) fn resolve(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<String> {
    if list.is_none() {
        return resolver.defaults.instance_tags.clone();
    }
    let mut by_label = KeysByLabel::new();
    let mut keys = Vec::new();
    for item in items_of(list) {
        if let Some(key) = resolver.value(item, forms::tag_key)
            && is_new_label(item, &key, &mut by_label, resolver)
        {
            keys.push(key);
        }
    }
    check_count(list, keys.len(), resolver);
    keys
}

/// Whether no other key becomes the same label; reports the two if one does.
fn is_new_label(
    item: &Value,
    key: &str,
    by_label: &mut KeysByLabel,
    resolver: &Resolver<'_>,
) -> bool {
    let label = tag_label(key);
    // `a.b` and `a-b` are two tags but one label.
    if let Some((first, line)) = by_label.get(&label) {
        let (path, key, first) = (&item.path, shown(&item.text), shown(first));
        let what = format!("{path}: {key} becomes the label {label}, like {first} on line {line}");
        resolver.report(item.line, what, "keep one of the two keys");
        return false;
    }
    by_label.insert(label, (item.text.clone(), item.line));
    true
}

fn check_count(list: Option<&List>, count: usize, resolver: &Resolver<'_>) {
    if let Some(list) = list
        && count > MAX_KEYS
    {
        let what = format!("{} has {count} keys", list.path);
        let hint = format!("list at most {MAX_KEYS}; AWS allows a resource no more tags");
        resolver.report(list.line, what, hint);
    }
}

/// The label of a tag: every character of its key that a label name cannot have becomes an
/// underscore.
pub fn tag_label(key: &str) -> String {
    // A letter outside of ASCII is not allowed in a label name either.
    let name = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("tag_{name}")
}
