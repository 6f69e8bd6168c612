//! A target as the page shows it: which collectors are on, which instances get series of their own,
//! and whether what explains them is there.

use crate::model::{
    Attempt, Collector, ComplianceType, DetailKind, Instance, Selection, Summary, Target,
};

/// The key of the tag that the EC2 console shows as an instance's name.
const NAME_TAG: &str = "Name";

/// Which instances get `aws_ssm_instance_*` series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownInstances {
    /// Every instance.
    All,
    /// Instances with a `NON_COMPLIANT` summary or an unreported type.
    Noncompliant,
    /// No instance: there are counts only.
    // Series per instance are what makes a page large. VictoriaMetrics drops a page of more than
    // 16 MiB of text as a whole (`-promscrape.maxScrapeSize`), which some thousand instances fill.
    None,
}

/// What the configuration says is to be shown, which is the same for all targets.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which instances get series of their own.
    pub instances: ShownInstances,
    /// Whether resources get series of their own that have compliance data but are not listed by
    /// `DescribeInstanceInformation`.
    pub include_unlisted: bool,
    /// The compliance types and collectors that are read, and so can be shown.
    pub selection: Selection,
    /// The highest number of series of single patches that a target has.
    pub max_patch_info_series: usize,
    /// The labels that come from tags, in order.
    pub tag_labels: Vec<TagLabel>,
    /// The keys of the tags by whose values instances are counted.
    pub tag_compliance: Vec<String>,
}

/// A label that comes from a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagLabel {
    /// The key of the tag.
    pub key: String,
    /// The name of the label, with its prefix.
    pub name: String,
}

/// The account and region that a target is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The account id of 12 digits. It is empty until it is known.
    pub account_id: String,
    /// The AWS region, for example `eu-west-1`.
    // AWS's own word is the label's name. Prometheus' guide advises against `region` as a label
    // unless the application itself calls it so ("Writing exporters").
    pub region: String,
    /// The configured name, or the account id where none is configured.
    pub account_name: String,
}

/// A target, together with what decides how it is shown.
#[derive(Debug)]
pub struct TargetView<'a> {
    /// What is known of the target.
    pub target: &'a Target,
    /// The account and region that it is.
    pub identity: &'a Identity,
    /// What the configuration says is to be shown.
    pub policy: &'a Policy,
}

impl<'a> TargetView<'a> {
    /// The collectors that are on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        self.policy.selection.collectors()
    }

    /// The last attempt of each collector that is on and has been tried.
    pub fn attempts(&self) -> impl Iterator<Item = (Collector, Attempt)> {
        self.collectors()
            .filter_map(|collector| Some((collector, self.target.collector(collector).attempt?)))
    }

    /// Whether the account is known. Until then the page says only that the target is down, and why.
    pub fn is_identified(&self) -> bool {
        !self.identity.account_id.is_empty()
    }

    /// Whether an instance gets series of its own.
    pub fn shows(&self, instance: &Instance) -> bool {
        let may_be_shown = self.policy.include_unlisted || self.target.is_listed(instance);
        may_be_shown && self.is_wanted(instance)
    }

    fn is_wanted(&self, instance: &Instance) -> bool {
        match self.policy.instances {
            ShownInstances::All => true,
            ShownInstances::None => false,
            ShownInstances::Noncompliant => self.is_noteworthy(instance),
        }
    }

    /// Whether something is wrong with the compliance of an instance.
    fn is_noteworthy(&self, instance: &Instance) -> bool {
        instance.summaries.iter().any(Summary::is_noncompliant)
            || self.unreported(instance).next().is_some()
    }

    /// Whether `DescribeInstanceInformation` and the summaries are both there to be compared.
    // With one of them alone, every instance would look unreported, or every resource unlisted.
    pub fn has_both_views(&self) -> bool {
        self.target.has(Collector::Instances) && self.target.has(Collector::Compliance)
    }

    /// Whether the patches of instances are read, and are there.
    pub fn has_patch_details(&self) -> bool {
        let is_on = self.policy.selection.has(Collector::PatchDetails);
        let is_read = self.target.has(Collector::PatchDetails);
        is_on && is_read && self.target.has(Collector::Compliance)
    }

    /// The name that people gave to an instance: that of its hybrid activation, or else its tag
    /// `Name`, if that tag is read. Empty if there is neither.
    pub fn name_of(&self, instance: &'a Instance) -> &'a str {
        let activation = instance
            .listing
            .as_ref()
            .map_or("", |listing| listing.name());
        if activation.is_empty() && self.has_name_tag() {
            self.target.tags().of(&instance.id).value(NAME_TAG)
        } else {
            activation
        }
    }

    fn has_name_tag(&self) -> bool {
        let mut labels = self.policy.tag_labels.iter();
        labels.any(|label| label.key == NAME_TAG)
    }

    /// Whether instances can be counted by the values of this tag.
    pub fn counts_by_tag(&self, key: &str) -> bool {
        let has_tags = self.target.has(Collector::Tags) && self.target.tags().has_key(key);
        has_tags && self.has_both_views()
    }

    /// The types of which a listed instance should have a summary and has none.
    pub fn unreported(&self, instance: &Instance) -> impl Iterator<Item = ComplianceType> {
        let types = self.policy.selection.types_of_every_instance();
        let has_both_views = self.has_both_views();
        types.filter(move |compliance_type| {
            has_both_views && self.target.is_unreported(instance, compliance_type)
        })
    }

    /// Whether the data is there that explains why instances are not compliant with a type.
    pub fn explains(&self, compliance_type: &ComplianceType) -> bool {
        let detail = DetailKind::of_reasons(compliance_type.as_str());
        self.target.has(Collector::Compliance)
            && detail.is_none_or(|kind| self.target.has(kind.collector()))
    }
}
