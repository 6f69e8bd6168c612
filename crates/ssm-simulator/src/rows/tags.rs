//! The row of the Resource Groups Tagging API.

use serde::Serialize;

/// A row of `GetResources`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceTags {
    /// The ARN of the instance, whose last part is its id.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: String,
    /// The tags, sorted by key. AWS lists resources that had tags before with none.
    pub tags: Vec<Tag>,
}

/// One tag. Upper and lower case of keys differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Tag")]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl ResourceTags {
    /// The id of the instance.
    pub fn resource_id(&self) -> &str {
        self.resource_arn.rsplit('/').next().unwrap_or_default()
    }

    /// The value of a tag, which may be an empty text, or nothing without the tag.
    pub fn value(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.key == key);
        tag.map(|tag| tag.value.as_str())
    }
}
