//! What one collector has read in one refresh, held in a compact form until the refresh ends.

use std::mem;
use std::sync::Arc;

use super::detail_read::DetailRead;
use super::interner::Interner;
use super::listing::Listing;
use super::rows::{InstanceRow, SummaryRow};
use super::settings::{Association, Baseline, Totals};
use super::summary::Summary;
use super::tags::InstanceTags;

/// The data that a collector hands to the target.
#[derive(Debug)]
pub enum Collected {
    /// Every managed instance, in the order of ids.
    Instances(Vec<(Arc<str>, Listing)>),
    /// Every summary of every resource, in the order of ids and types.
    Compliance(Vec<(Arc<str>, Summary)>),
    /// AWS's own counts of resources.
    Totals(Vec<Totals>),
    /// Every baseline.
    Baselines(Vec<Baseline>),
    /// Every association.
    Associations(Vec<Association>),
    /// The tags of every tagged instance.
    Tags(InstanceTags),
    /// One kind of detail.
    Details(Box<dyn DetailRead>),
}

/// The instances of a listing, collected page by page.
// This is one flat list rather than a map: it lies in memory beside everything that is already
// known, and a hundred thousand map entries would add a lot to the peak.
#[derive(Debug, Default)]
pub struct Listings(Vec<(Arc<str>, Listing)>);

/// Summaries, collected page by page from chains that may contain a row twice.
#[derive(Debug, Default)]
pub struct Summaries(Vec<(Arc<str>, Summary)>);

// === impl Listings ===

impl Listings {
    /// Creates an empty list with room for so many instances.
    pub fn with_capacity(instances: usize) -> Self {
        Self(Vec::with_capacity(instances))
    }

    /// Adds a row. Of two rows for one instance the later one counts, because the listing is live.
    pub fn add(&mut self, id: Arc<str>, row: &InstanceRow, interner: &Interner) {
        self.0.push((id, Listing::from_row(row, interner)));
    }

    /// Returns every instance once, in the order of ids.
    pub fn finish(self) -> Collected {
        let mut rows = self.0;
        // This sort is stable: rows for one instance stay in the order in which they came.
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.dedup_by(is_replaced);
        Collected::Instances(rows)
    }
}

/// Tells `dedup_by` to drop the earlier of two rows for one instance. It would drop the later one,
/// so the two are swapped.
fn is_replaced(later: &mut (Arc<str>, Listing), earlier: &mut (Arc<str>, Listing)) -> bool {
    let is_same = later.0 == earlier.0;
    if is_same {
        mem::swap(later, earlier);
    }
    is_same
}

// === impl Summaries ===

impl Summaries {
    /// Creates an empty list with room for so many summaries.
    pub fn with_capacity(summaries: usize) -> Self {
        Self(Vec::with_capacity(summaries))
    }

    /// Adds a row. Of two rows for one resource and type the newer one counts, and of two equally
    /// new ones the worse one.
    pub fn add(&mut self, id: Arc<str>, row: &SummaryRow, interner: &Interner, refresh: u32) {
        self.0.push((id, Summary::from_row(row, interner, refresh)));
    }

    /// Returns one summary per resource and type, in the order of ids and types.
    pub fn finish(self) -> Collected {
        let mut rows = self.0;
        // An unstable sort works in place. A stable one would need room for a second copy of the
        // largest list that a refresh holds, and the order is complete without it.
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
