//! Tags as labels, and statuses by the values of a tag.

use std::collections::{BTreeMap, BTreeSet};

use super::{Out, Reading, Resource, last_segment, text, word};

/// The tags that are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskedTags {
    /// The setting `instance_tags`.
    pub(crate) labels: &'static [&'static str],
    /// The setting `tag_compliance`.
    pub(crate) counted: &'static [&'static str],
}

impl AskedTags {
    pub(super) const NONE: Self = Self {
        labels: &[],
        counted: &[],
    };
}

impl Reading {
    /// The label of each tag that is asked for, with the resource's value.
    pub(super) fn tag_labels(&self, id: &str) -> Vec<(String, String)> {
        let keys = self.tags.labels.iter();
        keys.map(|key| (label(key), self.tag(id, key))).collect()
    }

    /// The name of an instance: the one of its row, or its tag `Name` if that is read.
    pub(super) fn name(&self, id: &str, of_row: Option<&str>) -> String {
        match of_row.unwrap_or_default() {
            "" if self.tags.labels.contains(&"Name") => self.tag(id, "Name"),
            name => text(name),
        }
    }

    /// The value of a tag, empty if the resource does not have it.
    fn tag(&self, id: &str, key: &str) -> String {
        let mut tags = self.tags_of(id);
        let value = tags.find(|(other, _)| *other == key);
        text(value.map(|(_, value)| value).unwrap_or_default())
    }

    /// The tags of a resource, with their keys and values.
    fn tags_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let rows = self.truth.tags.iter();
        let of_it = rows.filter(move |row| last_segment(&row.resource_arn) == id);
        of_it
            .flat_map(|row| &row.tags)
            .map(|tag| (tag.key.as_str(), tag.value.as_str()))
    }

    /// Listed instances by the value of a tag, type and status.
    pub(super) fn tag_counts(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        let listed: Vec<&Resource<'_>> = resources
            .iter()
            .filter(|resource| resource.instance.is_some())
            .collect();
        for key in self.tags.counted {
            let values: BTreeSet<String> = listed.iter().map(|it| self.tag(it.id, key)).collect();
            for value in values {
                let having: Vec<_> = listed
                    .iter()
                    .copied()
                    .filter(|it| self.tag(it.id, key) == value)
                    .collect();
                self.counts_of_value(key, &value, &having, out);
            }
        }
    }

    fn counts_of_value(&self, key: &str, value: &str, having: &[&Resource<'_>], out: &mut Out<'_>) {
        let mut counts: BTreeMap<[String; 2], i32> = BTreeMap::new();
        let mut add = |kind: &str, status: &str, count: bool| {
            let sum = counts.entry([word(kind), status.to_owned()]).or_default();
            *sum += i32::from(count);
        };
        for resource in having {
            for row in &resource.summaries {
                for status in ["COMPLIANT", "NON_COMPLIANT"] {
                    add(&row.compliance_type, status, row.status == status);
                }
            }
            for kind in self.types_of_aws() {
                for status in ["COMPLIANT", "NON_COMPLIANT"] {
                    add(kind, status, false);
                }
                add(kind, "UNREPORTED", self.unreported(resource, kind));
            }
        }
        for ([kind, status], count) in counts {
            let labels = [
                ("tag_key", key),
                ("tag_value", value),
                ("compliance_type", kind.as_str()),
                ("status", status.as_str()),
            ];
            out.value("tag_compliance_instances", &labels, count);
        }
    }
}

fn label(key: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("tag_{}", key.chars().map(allowed).collect::<String>())
}
