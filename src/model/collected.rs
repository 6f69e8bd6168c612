//! What one collector read in one refresh, kept small until the refresh ends.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::instance::{
    Interner, Listing, NoncompliantAssociation, PatchCounts, StatusCounts, Summary,
    noncompliant_associations, status_counts,
};
use super::rows::{
    AssociationRow, BaselineRow, InstanceRow, ItemRow, PatchRow, SummaryRow, TotalsRow,
};
use super::text::{baseline_id, free_text, vocabulary};

/// What a collector brings to the target.
#[derive(Debug)]
pub enum Collected {
    /// Every managed instance, in the order of ids.
    Instances(Vec<(Arc<str>, Listing)>),
    /// Every summary of every resource, in the order of ids and types.
    Compliance(Vec<(Arc<str>, Summary)>),
    /// AWS's own counts.
    Totals(Vec<Totals>),
    /// Patch states; `None` for those instances that AWS has none for.
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
    /// Those that could not be read. Every other instance was not due: nothing about it has
    /// changed.
    pub unread: HashSet<Arc<str>>,
}

/// AWS's own count of resources for one compliance type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// `Patch`, `Association` or `Custom:...`.
    pub compliance_type: Box<str>,
    /// Resources that are compliant.
    pub compliant: u64,
    /// Resources that are not.
    pub noncompliant: u64,
}

/// A patch baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The `pb-...` part.
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// For example `AMAZON_LINUX_2023`.
    pub operating_system: Box<str>,
}

/// A State Manager association.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// Its id.
    pub id: Box<str>,
    /// The name its owner gave it.
    pub name: Box<str>,
    /// The document it runs.
    pub document: Box<str>,
    /// Instances by status.
    pub instances: StatusCounts,
}

/// Listings as they come in, page by page.
///
/// One flat list until the end: what a refresh brings stands beside all that was known before.
#[derive(Debug, Default)]
pub struct Listings(Vec<(Arc<str>, Listing)>);

/// Summaries as they come in, page by page, from chains that may show a row twice.
#[derive(Debug, Default)]
pub struct Summaries(Vec<(Arc<str>, Summary)>);

impl Listings {
    /// Room for so many.
    pub fn with_capacity(instances: usize) -> Self {
        Self(Vec::with_capacity(instances))
    }

    /// Takes a row; of two for one instance the later one, as the listing is live.
    pub fn add(&mut self, id: Arc<str>, row: &InstanceRow, interner: &Interner) {
        self.0.push((id, Listing::new(row, interner)));
    }

    /// Everything, in the order of ids.
    pub fn finish(mut self) -> Collected {
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.0.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        Collected::Instances(self.0)
    }
}

impl Summaries {
    /// Room for so many.
    pub fn with_capacity(summaries: usize) -> Self {
        Self(Vec::with_capacity(summaries))
    }

    /// Takes a row; of two for one resource and type the newer one, and of two as new the worse.
    pub fn add(&mut self, id: Arc<str>, row: &SummaryRow, interner: &Interner, refresh: u32) {
        self.0.push((id, Summary::new(row, interner, refresh)));
    }

    /// Everything, in the order of ids and types.
    pub fn finish(mut self) -> Collected {
        // In place: as many rows again would be the largest thing of a refresh.
        self.0.sort_unstable_by(|(id, summary), (other_id, other)| {
            let order = id
                .cmp(other_id)
                .then_with(|| summary.compliance_type.cmp(&other.compliance_type));
            order.then_with(|| summary.preference(other))
        });
        self.0.dedup_by(|(id, older), (same_id, newer)| {
            id == same_id && older.compliance_type == newer.compliance_type
        });
        Collected::Compliance(self.0)
    }
}

impl PatchCounts {
    /// What is kept of a row.
    pub fn from_row(row: &PatchRow, interner: &Interner) -> Self {
        Self::new(row, interner)
    }
}

impl NoncompliantAssociation {
    /// What is kept of one instance's items.
    pub fn from_rows(rows: &[ItemRow], interner: &Interner) -> Box<[Self]> {
        noncompliant_associations(rows, interner)
    }
}

impl Totals {
    /// One entry per type: rows of a type that AWS repeats count once, types that become one label
    /// are added.
    pub fn from_rows(rows: &[TotalsRow]) -> Vec<Self> {
        let by_type: BTreeMap<&str, &TotalsRow> = rows
            .iter()
            .map(|row| (row.compliance_type.as_str(), row))
            .collect();
        let mut sums = BTreeMap::<&str, (u64, u64)>::new();
        for (compliance_type, row) in by_type {
            let sum = sums.entry(vocabulary(compliance_type)).or_default();
            sum.0 += u64::try_from(row.compliant).unwrap_or(0);
            sum.1 += u64::try_from(row.noncompliant).unwrap_or(0);
        }
        let total = |(kind, (compliant, noncompliant)): (&str, _)| Self {
            compliance_type: kind.into(),
            compliant,
            noncompliant,
        };
        sums.into_iter().map(total).collect()
    }
}

impl Baseline {
    /// One entry per baseline, in the order of ids.
    pub fn from_rows(rows: &[BaselineRow]) -> Vec<Self> {
        let mut baselines: Vec<_> = rows.iter().map(Self::from_row).collect();
        baselines.sort_by(|a, b| {
            (&a.id, &a.name, &a.operating_system).cmp(&(&b.id, &b.name, &b.operating_system))
        });
        baselines.dedup_by(|a, b| a.id == b.id);
        baselines
    }

    fn from_row(row: &BaselineRow) -> Self {
        Self {
            id: baseline_id(&row.id).into(),
            name: free_text(&row.name).into(),
            operating_system: vocabulary(&row.operating_system).into(),
        }
    }
}

impl Association {
    /// One entry per association, in the order of ids.
    pub fn from_rows(rows: &[AssociationRow], interner: &Interner) -> Vec<Self> {
        let mut associations: Vec<_> = rows
            .iter()
            .map(|row| Self::from_row(row, interner))
            .collect();
        associations
            .sort_by(|a, b| (&a.id, &a.name, &a.document).cmp(&(&b.id, &b.name, &b.document)));
        associations.dedup_by(|a, b| a.id == b.id);
        associations
    }

    fn from_row(row: &AssociationRow, interner: &Interner) -> Self {
        Self {
            id: free_text(&row.id).into(),
            name: free_text(&row.name).into(),
            document: free_text(&row.document).into(),
            instances: status_counts(&row.counts, interner),
        }
    }
}
