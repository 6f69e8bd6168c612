//! The tags of instances, as far as the configuration asks for them.
//!
//! They are kept apart from the instances: AWS also lists the tags of machines that SSM does not
//! manage, and an instance may be listed after its tags have been read.

use std::collections::HashMap;
use std::sync::Arc;

use super::intern::Symbol;
use super::interner::Interner;
use super::rows::TagRow;
use super::text::free_text;

/// The keys of the tags to read, in the order of the configuration. A clone shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagKeys(Arc<[Box<str>]>);

/// The tags of one target's instances, by instance id.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InstanceTags {
    keys: TagKeys,
    /// The values in the order of the keys; empty for a tag that the instance does not have.
    // Most values occur on many instances, so a value is a symbol.
    values: HashMap<Arc<str>, Box<[Symbol]>>,
}

/// The tags of one instance.
#[derive(Clone, Copy, Debug)]
pub struct TagValues<'a> {
    keys: &'a TagKeys,
    values: &'a [Symbol],
}

// === impl TagKeys ===

impl TagKeys {
    /// Creates a list of keys, no two of which are equal.
    pub fn new<K: Into<Box<str>>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self(keys.into_iter().map(Into::into).collect())
    }

    /// Says whether no tags are read at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the keys.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| &**key)
    }

    /// Returns the key if there is exactly one.
    pub fn only(&self) -> Option<&str> {
        match &*self.0 {
            [key] => Some(key),
            _ => None,
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.iter().position(|other| other == key)
    }
}

// === impl InstanceTags ===

impl InstanceTags {
    /// Creates the tags of no instance yet.
    pub fn new(keys: TagKeys) -> Self {
        Self {
            keys,
            values: HashMap::new(),
        }
    }

    /// Adds the tags of one instance. Of two rows for one instance the later one counts, because
    /// the listing is live.
    pub fn add(&mut self, id: Arc<str>, row: &TagRow, interner: &Interner) {
        let values = self.keys.iter().map(|key| interner.symbol(&row.value(key)));
        let values: Box<[Symbol]> = values.collect();
        // AWS lists every resource that has or ever had a tag, and most of them may have none of
        // these.
        if values.iter().all(|value| value.is_empty()) {
            self.values.remove(&id);
        } else {
            self.values.insert(id, values);
        }
    }

    /// Returns the keys that were read.
    pub fn keys(&self) -> &TagKeys {
        &self.keys
    }

    /// Says whether a key was read, so that an instance without a value is known to have none.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.position(key).is_some()
    }

    /// Says whether an instance has any of the tags.
    pub fn has_instance(&self, id: &str) -> bool {
        self.values.contains_key(id)
    }

    /// Says whether no instance has any of the tags.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the tags of an instance.
    pub fn of(&self, id: &str) -> TagValues<'_> {
        let values = self.values.get(id).map(|values| &**values);
        TagValues {
            keys: &self.keys,
            values: values.unwrap_or_default(),
        }
    }

    /// Returns the ids of the instances that have any of the tags.
    pub(super) fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.values.keys()
    }
}

// === impl TagValues ===

impl<'a> TagValues<'a> {
    /// Returns the value of a tag, which is empty if the instance does not have the tag or if the
    /// tag was not read.
    pub fn value(&self, key: &str) -> &'a str {
        let position = self.keys.position(key);
        let value = position.and_then(|position| self.values.get(position));
        value.map_or("", |value| &**value)
    }
}

// === impl TagRow ===

impl TagRow {
    /// Returns the value of a tag as a label value.
    fn value(&self, key: &str) -> std::borrow::Cow<'_, str> {
        let tag = self.tags.iter().find(|(other, _)| other == key);
        free_text(tag.map_or("", |(_, value)| value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tags: &[(&str, &str)]) -> TagRow {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        TagRow {
            resource_id: "i-1".to_owned(),
            tags: tags.collect(),
        }
    }

    fn read(keys: &[&str], rows: &[TagRow]) -> InstanceTags {
        let (mut tags, interner) = (
            InstanceTags::new(TagKeys::new(keys.iter().copied())),
            Interner::default(),
        );
        for row in rows {
            tags.add(row.resource_id.as_str().into(), row, &interner);
        }
        tags
    }

    #[test]
    fn only_tags_that_are_asked_for_are_kept_and_case_counts() {
        let tags = read(
            &["Team", "Name"],
            &[row(&[
                ("Name", "web"),
                ("team", "x"),
                ("Team", "shop"),
                ("Secret", "s"),
            ])],
        );
        let of_it = tags.of("i-1");
        assert_eq!(
            ["Team", "Name", "team", "Secret"].map(|key| of_it.value(key)),
            ["shop", "web", "", ""]
        );
        assert_eq!(tags.of("i-2").value("Team"), "");
        assert!(tags.has_key("Team") && !tags.has_key("Secret"));
    }

    #[test]
    fn values_are_cleaned_and_cut() {
        let long = format!("a\u{7}\n{}", "ä".repeat(200));
        let tags = read(&["Team"], &[row(&[("Team", &long)])]);
        assert_eq!(
            tags.of("i-1").value("Team"),
            format!("a{}", "ä".repeat(127))
        );
    }

    #[test]
    fn of_two_rows_for_one_instance_the_later_one_counts_even_if_it_has_no_tag_left() {
        let both = [row(&[("Team", "shop")]), row(&[("Team", "web")])];
        assert_eq!(read(&["Team"], &both).of("i-1").value("Team"), "web");
        let gone = [row(&[("Team", "shop")]), row(&[("Other", "web")])];
        assert!(read(&["Team"], &gone).is_empty());
    }
}
