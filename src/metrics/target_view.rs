//! A target as the page shows it: which collectors are on, which instances get series of their own,
//! what explains them.

use crate::model::{ASSOCIATION, Attempt, Collector, Instance, PATCH, Status, Summary, Target};

/// Which instances get `aws_ssm_instance_*` series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownInstances {
    /// Every one.
    All,
    /// Those with a `NON_COMPLIANT` summary or an unreported type.
    Noncompliant,
    /// None: counts only.
    None,
}

/// What is shown of all targets alike.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Which instances.
    pub instances: ShownInstances,
    /// Whether resources that only the compliance views know get series of their own, too.
    pub include_unlisted: bool,
    /// Whether type Patch is read at all.
    pub patch: bool,
    /// Whether type Association is read at all.
    pub association: bool,
}

/// Who a target is. The account is empty until it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// 12 digits.
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
    pub policy: Policy,
}

// === impl View ===

impl TargetView<'_> {
    /// The collectors that are switched on.
    pub fn collectors(&self) -> impl Iterator<Item = Collector> {
        let policy = self.policy;
        Collector::ALL
            .into_iter()
            .filter(move |collector| match collector {
                Collector::Patches | Collector::Baselines => policy.patch,
                Collector::Associations | Collector::Items => policy.association,
                Collector::Instances | Collector::Compliance | Collector::ComplianceTotals => true,
            })
    }

    /// The last attempts of the collectors that are switched on.
    pub fn attempts(&self) -> impl Iterator<Item = (Collector, Attempt)> {
        self.collectors()
            .filter_map(|collector| Some((collector, self.target.collector(collector).attempt?)))
    }

    /// Whether the account is known; until then a target says only that it is down, and why.
    pub fn is_identified(&self) -> bool {
        !self.identity.account_id.is_empty()
    }

    /// Whether an instance gets series of its own.
    pub fn shows(&self, instance: &Instance) -> bool {
        let wanted = match self.policy.instances {
            ShownInstances::All => true,
            ShownInstances::None => false,
            ShownInstances::Noncompliant => {
                instance.summaries.iter().any(Summary::is_noncompliant)
                    || [PATCH, ASSOCIATION]
                        .into_iter()
                        .any(|kind| self.is_unreported(instance, kind))
            }
        };
        wanted && (self.policy.include_unlisted || self.target.is_listed(instance))
    }

    /// Whether `DescribeInstanceInformation` and the summaries are both there to be compared.
    pub fn has_both_views(&self) -> bool {
        self.target.has(Collector::Instances) && self.target.has(Collector::Compliance)
    }

    /// Whether a listed instance lacks a summary that it should have.
    pub fn is_unreported(&self, instance: &Instance, compliance_type: &str) -> bool {
        self.has_both_views()
            && self.reads(compliance_type)
            && self.target.is_unreported(instance, compliance_type)
    }

    /// Whether a compliance type is read at all.
    pub fn reads(&self, compliance_type: &str) -> bool {
        match compliance_type {
            PATCH => self.policy.patch,
            ASSOCIATION => self.policy.association,
            _ => true,
        }
    }

    /// Whether the collector that explains a type has data.
    pub fn explains(&self, compliance_type: &str) -> bool {
        self.target.has(Collector::Compliance)
            && match compliance_type {
                PATCH => self.target.has(Collector::Patches),
                ASSOCIATION => self.target.has(Collector::Items),
                _ => true,
            }
    }
}

impl Status {
    /// As AWS spells it; `None` for a status of which nothing is claimed.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Compliant => Some("COMPLIANT"),
            Self::NonCompliant => Some("NON_COMPLIANT"),
            Self::Other => None,
        }
    }
}
