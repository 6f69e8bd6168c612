//! Telling whether a summary is the one that was read before.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;

use super::rows::SummaryRow;

/// Stands for a summary as it was read. It differs as soon as anything of the summary does.
///
/// Details are expensive to read, and a summary comes with every refresh anyway. So the signature
/// of the summary that a detail was read for tells whether the detail still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature(NonZeroU64);

impl Signature {
    /// The signature of having no summary at all.
    pub const NONE: Self = Self(NonZeroU64::MIN);

    /// The signature of a row.
    pub fn of(row: &SummaryRow) -> Self {
        // This hasher has constant keys, so equal rows have equal signatures in every refresh.
        let mut hasher = DefaultHasher::new();
        (row.execution_time, &row.execution_id, &row.status).hash(&mut hasher);
        for counts in [row.compliant, row.noncompliant] {
            (counts.total, counts.by_severity).hash(&mut hasher);
        }
        // One more than the hash, so that no row has the signature of having none.
        Self(NonZeroU64::MIN.saturating_add(hasher.finish().max(1)))
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::NONE
    }
}
