//! How many instances are in each status.

use crate::model::Status;

/// The number of instances in each status of one compliance type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByStatus {
    /// Instances that are `COMPLIANT`.
    pub compliant: u64,
    /// Instances that are `NON_COMPLIANT`.
    pub noncompliant: u64,
    /// Instances without a summary that they should have. It is `None` for types of which an
    /// instance need not have one, such as custom ones.
    pub unreported: Option<u64>,
}

// === impl ByStatus ===

impl ByStatus {
    pub(super) fn add(&mut self, status: Status, count: u64) {
        match status {
            Status::Compliant => self.compliant += count,
            Status::NonCompliant => self.noncompliant += count,
            // AWS documents no third status. Should it ever send one, it is neither good nor bad.
            Status::Other => {}
        }
    }

    /// Adds the counts of other instances.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.compliant += other.compliant;
        self.noncompliant += other.noncompliant;
        if let Some(unreported) = other.unreported {
            *self.unreported.get_or_insert(0) += unreported;
        }
    }
}
