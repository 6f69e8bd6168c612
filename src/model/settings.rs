//! What AWS says about an account and region as a whole: its own counts, the patch baselines and
//! the State Manager associations.

use std::collections::BTreeMap;

use super::from_rows::status_counts;
use super::interner::Interner;
use super::listing::StatusCounts;
use super::rows::{AssociationRow, BaselineRow, TotalsRow};
use super::text::{baseline_id, free_text, vocabulary};

/// AWS's own count of resources for one compliance type.
// AWS also counts terminated resources, and it counts at another moment than the summaries are
// read. So this need not agree with the summaries, and it is shown beside them rather than instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The compliance type: `Patch`, `Association` or `Custom:...`.
    pub compliance_type: Box<str>,
    /// The number of compliant resources.
    pub compliant: u64,
    /// The number of non-compliant resources.
    pub noncompliant: u64,
}

/// A patch baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The `pb-...` part of its id.
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// The operating system that it is for, for example `AMAZON_LINUX_2023`.
    pub operating_system: Box<str>,
}

/// A State Manager association.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// Its id.
    pub id: Box<str>,
    /// The name that its owner gave it.
    pub name: Box<str>,
    /// The document that it runs.
    pub document: Box<str>,
    /// The number of its instances in each status.
    pub instances: StatusCounts,
}

// === impl Totals ===

impl Totals {
    /// Turns rows into one entry per compliance type. If two types have names that become the same
    /// label value, their counts are added up.
    pub fn from_rows(rows: &[TotalsRow]) -> Vec<Self> {
        // A listing that was begun again repeats rows. Two rows with one name are therefore one
        // row, and their counts must not be added up.
        let by_name: BTreeMap<&str, &TotalsRow> = rows
            .iter()
            .map(|row| (row.compliance_type.as_str(), row))
            .collect();
        let mut by_label = BTreeMap::<&str, Self>::new();
        for (name, row) in by_name {
            let label = vocabulary(name);
            by_label
                .entry(label)
                .or_insert_with(|| Self::zero(label))
                .add(row);
        }
        by_label.into_values().collect()
    }

    fn zero(compliance_type: &str) -> Self {
        Self {
            compliance_type: compliance_type.into(),
            compliant: 0,
            noncompliant: 0,
        }
    }

    fn add(&mut self, row: &TotalsRow) {
        self.compliant += u64::try_from(row.compliant).unwrap_or(0);
        self.noncompliant += u64::try_from(row.noncompliant).unwrap_or(0);
    }
}

// === impl Baseline ===

impl Baseline {
    /// Turns rows into one entry per baseline, in the order of ids.
    pub fn from_rows(rows: &[BaselineRow]) -> Vec<Self> {
        let mut baselines: Vec<Self> = rows.iter().map(Self::from_row).collect();
        baselines.sort_by(|a, b| a.key().cmp(&b.key()));
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

    fn key(&self) -> [&str; 3] {
        // The key is more than the id, so that which of two rows with one id is kept does not
        // depend on their order. A label that changed back and forth would make new series each
        // time.
        [&self.id, &self.name, &self.operating_system]
    }
}

// === impl Association ===

impl Association {
    /// Turns rows into one entry per association, in the order of ids.
    pub fn from_rows(rows: &[AssociationRow], interner: &Interner) -> Vec<Self> {
        let mut associations: Vec<Self> = rows
            .iter()
            .map(|row| Self::from_row(row, interner))
            .collect();
        associations.sort_by(|a, b| a.key().cmp(&b.key()));
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

    fn key(&self) -> [&str; 3] {
        [&self.id, &self.name, &self.document]
    }
}
