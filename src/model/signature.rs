//! Recognises a summary that has not changed since it was last read.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;

use super::rows::SummaryRow;

/// A hash of a summary as it was read. It differs as soon as any part of the summary differs.
///
/// Details are expensive to read, while summaries are read at every refresh anyway. If the
/// signature of a summary is still the one that its details were read for, the details still hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature(NonZeroU64);

impl Signature {
    /// The signature of a resource that has no summary at all.
    pub const NONE: Self = Self(NonZeroU64::MIN);

    /// Returns the signature of a row.
    pub fn of(row: &SummaryRow) -> Self {
        // The counts alone would not do: a scan may find as many missing patches as the one before,
        // but other ones. Execution id and time tell such scans apart.
        //
        // This hasher has constant keys, so equal rows have equal signatures in every refresh.
        let mut hasher = DefaultHasher::new();
        (row.execution_time, &row.execution_id, &row.status).hash(&mut hasher);
        for counts in [row.compliant, row.noncompliant] {
            (counts.total, counts.by_severity).hash(&mut hasher);
        }
        // The result is at least 2, so that no row has the signature `NONE`.
        Self(NonZeroU64::MIN.saturating_add(hasher.finish().max(1)))
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::NONE
    }
}
