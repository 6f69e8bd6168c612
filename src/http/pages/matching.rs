//! Which instances a query selects, and why they are non-compliant.

use super::candidates::Candidate;
use super::query::InstanceQuery;
use super::status::statuses;
use crate::model::{NoncomplianceReason, noncompliance_reasons};

impl Candidate<'_> {
    /// Why it is non-compliant with the types that `query` asks for, each reason once.
    pub(super) fn reasons(&self, query: &InstanceQuery) -> Vec<NoncomplianceReason> {
        let mut reasons = Vec::new();
        for summary in &self.instance.summaries {
            // The same reasons hold for `aws_ssm_noncompliant_instances`.
            let compliance_type = summary.compliance_type();
            if query.has_type(compliance_type.as_str()) && self.view.explains(compliance_type) {
                reasons.extend(noncompliance_reasons(self.instance, summary));
            }
        }
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    }

    /// Whether the query selects it. Its target and whether it is listed have been looked at.
    pub(super) fn matches(&self, query: &InstanceQuery) -> bool {
        self.has_status(query)
            && self.has_reason(query)
            && self.has_text(&query.text)
            && self.has_tags(query)
    }

    fn has_status(&self, query: &InstanceQuery) -> bool {
        if query.compliance_type.is_empty() && query.status.is_none() {
            return true;
        }
        statuses(self.view, self.instance).any(|it| {
            query.has_type(it.compliance_type.as_str())
                && query.status.is_none_or(|status| status == it.status)
        })
    }

    fn has_reason(&self, query: &InstanceQuery) -> bool {
        let Some(reason) = query.reason else {
            return true;
        };
        self.reasons(query).contains(&reason)
    }

    fn has_tags(&self, query: &InstanceQuery) -> bool {
        query
            .tags
            .iter()
            .all(|(name, value)| self.has_tag(name, value))
    }

    /// Whether it has this value of the tag with this label.
    fn has_tag(&self, name: &str, value: &str) -> bool {
        let mut labels = self.view.policy.tag_labels.iter();
        let label = labels.find(|label| label.name == name);
        let tags = self.view.target.tags().of(&self.instance.id);
        label.is_some_and(|label| tags.value(&label.key) == value)
    }

    fn has_text(&self, text: &str) -> bool {
        if text.is_empty() || contains(&self.instance.id, text) {
            return true;
        }
        let Some(listing) = &self.instance.listing else {
            return false;
        };
        [
            self.view.name_of(self.instance),
            listing.computer_name(),
            listing.ip_address(),
        ]
        .into_iter()
        .any(|field| contains(field, text))
    }
}

/// Whether a text has another one in it, which is in lower case.
fn contains(text: &str, lower: &str) -> bool {
    text.to_lowercase().contains(lower)
}
