//! A target as the page shows it: which collectors are on, which instances get series of their own,
//! what explains them.

use crate::model::{
    Attempt, Collector, ComplianceType, DetailKind, Instance, Selection, Summary, Target,
};

/// Which instances get `aws_ssm_instance_*` series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownInstances {
    /// Every one.
    All,
    /// Those with a `NON_COMPLIANT` summary or an unreported type.
    Noncompliant,
    /// None: there are counts only.
    None,
}

/// What is shown of all targets alike.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which instances get series of their own.
    pub instances: ShownInstances,
    /// Whether resources that only the compliance views know get series of their own, too.
    pub include_unlisted: bool,
    /// What is read, and so what can be shown.
    pub selection: Selection,
    /// The labels of instances that come from tags, in order, with their prefix.
    pub tag_labels: Vec<String>,
}

/// Who a target is. The account is empty until it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The account id of 12 digits.
    pub account_id: String,
    /// For example `eu-west-1`.
    pub region: String,
    /// The configured name; the account id where none is given.
    pub account_name: String,
}

/// A target, and what of it is shown.
#[derive(Debug)]
pub struct TargetView<'a> {
    /// Its state.
    pub target: &'a Target,
    /// Who it is.
    pub identity: &'a Identity,
    /// What is shown.
    pub policy: &'a Policy,
}

impl TargetView<'_> {
    /// The collectors that are on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        self.policy.selection.collectors()
    }

    /// The last attempts of the collectors that are on.
    pub fn attempts(&self) -> impl Iterator<Item = (Collector, Attempt)> {
        self.collectors()
            .filter_map(|collector| Some((collector, self.target.collector(collector).attempt?)))
    }

    /// Whether the account is known. Until then a target says only that it is down, and why.
    pub fn is_identified(&self) -> bool {
        !self.identity.account_id.is_empty()
    }

    /// Whether an instance gets series of its own.
    pub fn shows(&self, instance: &Instance) -> bool {
        let is_wanted = match self.policy.instances {
            ShownInstances::All => true,
            ShownInstances::None => false,
            ShownInstances::Noncompliant => self.is_noteworthy(instance),
        };
        is_wanted && (self.policy.include_unlisted || self.target.is_listed(instance))
    }

    /// Whether something is wrong with the compliance of an instance.
    fn is_noteworthy(&self, instance: &Instance) -> bool {
        instance.summaries.iter().any(Summary::is_noncompliant)
            || self.unreported(instance).next().is_some()
    }

    /// Whether `DescribeInstanceInformation` and the summaries are both there to be compared.
    pub fn has_both_views(&self) -> bool {
        self.target.has(Collector::Instances) && self.target.has(Collector::Compliance)
    }

    /// The types that a listed instance should have a summary of and has not.
    pub fn unreported(&self, instance: &Instance) -> impl Iterator<Item = ComplianceType> {
        let types = self.policy.selection.types_of_every_instance();
        let has_both_views = self.has_both_views();
        types.filter(move |compliance_type| {
            has_both_views && self.target.is_unreported(instance, compliance_type)
        })
    }

    /// Whether the view that explains a type has data.
    pub fn explains(&self, compliance_type: &ComplianceType) -> bool {
        let detail = DetailKind::of_type(compliance_type.as_str());
        self.target.has(Collector::Compliance)
            && detail.is_none_or(|kind| self.target.has(kind.collector()))
    }
}
