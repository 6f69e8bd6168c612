//! The summaries that are kept for each resource, read by `ListResourceComplianceSummaries`.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::compliance_type::ComplianceType;
use super::rows::Severity;
use super::signature::Signature;
use super::status::Status;
use super::time::Timestamp;

/// One resource's state for one compliance type.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The part that the summaries of many other resources have in common with this one.
    pub counts: Arc<SummaryCounts>,
    /// The time of the execution (`ExecutionSummary.ExecutionTime`).
    pub execution_time: Option<Timestamp>,
    /// Identifies the row that the summary was read from.
    pub signature: Signature,
    /// The number of the refresh that read it.
    pub read_in: u32,
    /// The number of complete readings since then that have missed it.
    pub missed: u8,
}

/// The part of a summary that repeats over a fleet, because machines of one image lack the same
/// patches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryCounts {
    /// The compliance type that the summary is about.
    pub compliance_type: ComplianceType,
    /// The status that AWS gives the resource.
    pub status: Status,
    /// The number of compliant items of each severity, in the order of [`Severity::ALL`].
    pub compliant: [u32; Severity::ALL.len()],
    /// The number of non-compliant items of each severity, in the order of [`Severity::ALL`].
    pub noncompliant: [u32; Severity::ALL.len()],
    /// The number of all non-compliant items (`NonCompliantCount`).
    pub noncompliant_total: u32,
}

// === impl Summary ===

impl Summary {
    /// Returns the compliance type that the summary is about.
    pub fn compliance_type(&self) -> &ComplianceType {
        &self.counts.compliance_type
    }

    /// Returns the status that AWS gives the resource.
    pub fn status(&self) -> Status {
        self.counts.status
    }

    /// Says whether the status is `NON_COMPLIANT`.
    pub fn is_noncompliant(&self) -> bool {
        self.status() == Status::NonCompliant
    }

    /// Orders two rows for the same resource and type so that the one to keep comes first: the
    /// newer one or, if they are equally new, the worse one.
    pub(super) fn preference(&self, other: &Self) -> Ordering {
        // Pages and chains deliver rows in any order, so the result must not depend on it. The
        // signature decides between rows that are alike in all that counts: without it the same
        // two rows could look like a change at every refresh.
        Reverse(self.execution_time)
            .cmp(&Reverse(other.execution_time))
            .then_with(|| self.bad_news().cmp(&other.bad_news()))
            .then_with(|| self.signature.cmp(&other.signature))
    }

    /// Returns a key that is the smaller, the worse the news is.
    fn bad_news(&self) -> impl Ord + use<> {
        Reverse((
            self.status() != Status::Compliant,
            self.counts.noncompliant_total,
        ))
    }
}
