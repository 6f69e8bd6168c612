//! What `ListResourceComplianceSummaries` says of a resource, as it is kept.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::signature::Signature;
use super::{ComplianceType, Severity, Timestamp};

/// One resource's state for one compliance type.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What the summary has in common with those of many other resources.
    pub counts: Arc<SummaryCounts>,
    /// `ExecutionSummary.ExecutionTime`.
    pub execution_time: Option<Timestamp>,
    /// Differs as soon as anything of the row does.
    pub signature: Signature,
    /// The number of the refresh that read it.
    pub read_in: u32,
    /// How many complete readings since then have missed it.
    pub missed: u8,
}

/// The part of a summary that repeats over a fleet: machines of one image lack the same patches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryCounts {
    /// Which type of compliance it is about.
    pub compliance_type: ComplianceType,
    /// What AWS says.
    pub status: Status,
    /// Compliant items by severity, in the order of [`Severity::ALL`].
    pub compliant: [u32; Severity::ALL.len()],
    /// Non-compliant items by severity, in the order of [`Severity::ALL`].
    pub noncompliant: [u32; Severity::ALL.len()],
    /// `NonCompliantCount`.
    pub noncompliant_total: u32,
}

/// The status of a summary or of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `COMPLIANT`
    Compliant,
    /// `NON_COMPLIANT`
    NonCompliant,
    /// A value that is neither. Nothing is claimed about such a resource.
    Other,
}

// === impl Summary ===

impl Summary {
    /// Which type of compliance it is about.
    pub fn compliance_type(&self) -> &ComplianceType {
        &self.counts.compliance_type
    }

    /// What AWS says.
    pub fn status(&self) -> Status {
        self.counts.status
    }

    /// Whether AWS says `NON_COMPLIANT`.
    pub fn is_noncompliant(&self) -> bool {
        self.status() == Status::NonCompliant
    }

    /// Orders two rows for the same resource and type, the one to keep first.
    ///
    /// Rows come in whatever order pages and chains bring them, so nothing here depends on it.
    /// Where nothing tells which row is newer, bad news is kept.
    pub(super) fn preference(&self, other: &Self) -> Ordering {
        Reverse(self.execution_time)
            .cmp(&Reverse(other.execution_time))
            .then_with(|| self.bad_news().cmp(&other.bad_news()))
            .then_with(|| self.signature.cmp(&other.signature))
    }

    /// The worse the news, the smaller.
    fn bad_news(&self) -> impl Ord + use<> {
        Reverse((
            self.status() != Status::Compliant,
            self.counts.noncompliant_total,
        ))
    }
}

// === impl Status ===

impl Status {
    /// Reads AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "COMPLIANT" => Self::Compliant,
            "NON_COMPLIANT" => Self::NonCompliant,
            _ => Self::Other,
        }
    }

    /// The word, as AWS spells it; `None` for a status of which nothing is claimed.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Compliant => Some("COMPLIANT"),
            Self::NonCompliant => Some("NON_COMPLIANT"),
            Self::Other => None,
        }
    }
}
