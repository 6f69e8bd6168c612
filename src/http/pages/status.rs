//! The status of an instance for each compliance type, as the pages show it.

use crate::metrics::TargetView;
use crate::model::{ComplianceType, Instance, Status, Summary};

/// The status for one compliance type, from bad to good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ShownStatus {
    NonCompliant,
    /// There is no summary, although there should be one.
    Unreported,
    /// AWS says something that nobody knows.
    Unknown,
    Compliant,
}

/// A compliance type with the status of an instance for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypeStatus {
    pub(super) compliance_type: ComplianceType,
    pub(super) status: ShownStatus,
    /// The number of non-compliant items.
    pub(super) items: u32,
}

impl ShownStatus {
    pub(super) const ALL: [Self; 4] = [
        Self::NonCompliant,
        Self::Unreported,
        Self::Unknown,
        Self::Compliant,
    ];

    /// The word for it: AWS's, and those of `aws_ssm_compliance_instances`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NonCompliant => "NON_COMPLIANT",
            Self::Unreported => "UNREPORTED",
            Self::Unknown => "UNKNOWN",
            Self::Compliant => "COMPLIANT",
        }
    }

    /// The class of the style sheet. The word says the same, for those who see no colours.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::NonCompliant => "bad",
            Self::Unreported | Self::Unknown => "doubt",
            Self::Compliant => "good",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl From<Status> for ShownStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Compliant => Self::Compliant,
            Status::NonCompliant => Self::NonCompliant,
            Status::Other => Self::Unknown,
        }
    }
}

impl From<&Summary> for TypeStatus {
    fn from(summary: &Summary) -> Self {
        Self {
            compliance_type: summary.compliance_type().clone(),
            status: summary.status().into(),
            items: summary.counts.noncompliant_total,
        }
    }
}

impl TypeStatus {
    fn unreported(compliance_type: ComplianceType) -> Self {
        Self {
            compliance_type,
            status: ShownStatus::Unreported,
            items: 0,
        }
    }
}

/// The statuses of an instance, unreported types last.
pub(super) fn statuses(
    view: &TargetView<'_>,
    instance: &Instance,
) -> impl Iterator<Item = TypeStatus> {
    let unreported = view.unreported(instance).map(TypeStatus::unreported);
    let summaries = instance.summaries.iter().map(TypeStatus::from);
    summaries.chain(unreported)
}

/// The status of an instance for one type, if there is one.
pub(super) fn status_for(
    view: &TargetView<'_>,
    instance: &Instance,
    compliance_type: &ComplianceType,
) -> Option<TypeStatus> {
    statuses(view, instance).find(|status| status.compliance_type == *compliance_type)
}
