//! What one collector has read in one refresh, kept small until the refresh ends.

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;

use super::association::NoncompliantAssociation;
use super::interner::Interner;
use super::listing::Listing;
use super::patch_state::PatchCounts;
use super::rows::{InstanceRow, SummaryRow};
use super::settings::{Association, Baseline, Totals};
use super::summary::Summary;

/// What a collector brings to the target.
#[derive(Debug)]
pub enum Collected {
    /// Every managed instance, in the order of ids.
    Instances(Vec<(Arc<str>, Listing)>),
    /// Every summary of every resource, in the order of ids and types.
    Compliance(Vec<(Arc<str>, Summary)>),
    /// AWS's own counts.
    Totals(Vec<Totals>),
    /// Patch states; `None` for those instances that AWS has none of.
    Patches(PartialRead<Option<PatchCounts>>),
    /// Every baseline.
    Baselines(Vec<Baseline>),
    /// Every association.
    Associations(Vec<Association>),
    /// Non-compliant associations.
    Items(PartialRead<Box<[NoncompliantAssociation]>>),
}

/// Details of the instances that were due.
#[derive(Debug)]
pub struct PartialRead<T> {
    /// What was read, in the order of ids.
    pub rows: Vec<(Arc<str>, T)>,
    /// The instances that could not be read. Every other instance was not due, because nothing
    /// about it has changed.
    pub unread: HashSet<Arc<str>>,
}

/// Listings as they come in, page by page.
///
/// They stay one flat list until the end, because what a refresh brings stands beside all that was
/// known before.
#[derive(Debug, Default)]
pub struct Listings(Vec<(Arc<str>, Listing)>);

/// Summaries as they come in, page by page, from chains that may show a row twice.
#[derive(Debug, Default)]
pub struct Summaries(Vec<(Arc<str>, Summary)>);

// === impl Listings ===

impl Listings {
    /// Room for so many instances.
    pub fn with_capacity(instances: usize) -> Self {
        Self(Vec::with_capacity(instances))
    }

    /// Takes a row. Of two rows for one instance the later one counts, because the listing is live.
    pub fn add(&mut self, id: Arc<str>, row: &InstanceRow, interner: &Interner) {
        self.0.push((id, Listing::from_row(row, interner)));
    }

    /// Everything, in the order of ids.
    pub fn finish(self) -> Collected {
        let mut rows = self.0;
        // This sort is stable: rows for one instance stay in the order in which they came.
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                mem::swap(later, kept);
            }
            is_same
        });
        Collected::Instances(rows)
    }
}

// === impl Summaries ===

impl Summaries {
    /// Room for so many summaries.
    pub fn with_capacity(summaries: usize) -> Self {
        Self(Vec::with_capacity(summaries))
    }

    /// Takes a row. Of two rows for one resource and type the newer one counts, and of two that are
    /// equally new the worse one.
    pub fn add(&mut self, id: Arc<str>, row: &SummaryRow, interner: &Interner, refresh: u32) {
        self.0.push((id, Summary::from_row(row, interner, refresh)));
    }

    /// Everything, in the order of ids and types.
    pub fn finish(self) -> Collected {
        let mut rows = self.0;
        // Sorted in place: a second copy would be the largest thing that a refresh holds.
        rows.sort_unstable_by(|(id, summary), (other_id, other)| {
            id.cmp(other_id)
                .then_with(|| summary.compliance_type().cmp(other.compliance_type()))
                .then_with(|| summary.preference(other))
        });
        rows.dedup_by(|(id, less_preferred), (kept_id, kept)| {
            id == kept_id && less_preferred.compliance_type() == kept.compliance_type()
        });
        Collected::Compliance(rows)
    }
}
