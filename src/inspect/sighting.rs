//! The first look at an instance: is it here, and is it well?

use crate::collect::SourceError;
use crate::explain::{Read, ReadFailure};
use crate::model::{InstanceRow, SummaryRow};

/// What the first look at an instance has shown.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The instance's id.
    pub id: String,
    /// Its listing. `None` if AWS does not list it.
    pub listing: Read<Option<InstanceRow>>,
    /// Its summaries, one for each compliance type.
    pub summaries: Read<Vec<SummaryRow>>,
}

/// Whether an instance is in a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// AWS lists it, or has compliance data of it.
    Here,
    /// AWS knows nothing of it.
    Absent,
    /// Too little could be read to tell.
    Unclear,
}

impl Sighting {
    /// Says whether the instance is in the target.
    pub fn presence(&self) -> Presence {
        let is_listed = matches!(self.listing, Read::Done(Some(_)));
        let has_summaries = self.summaries.done().is_some_and(|rows| !rows.is_empty());
        let is_certain = self.listing.done().is_some() && self.summaries.done().is_some();
        match (is_listed || has_summaries, is_certain) {
            (true, _) => Presence::Here,
            (false, true) => Presence::Absent,
            (false, false) => Presence::Unclear,
        }
    }

    /// What could not be read.
    pub fn failures(&self) -> impl Iterator<Item = &ReadFailure> {
        let listing = self.listing.failure();
        listing.into_iter().chain(self.summaries.failure())
    }

    /// Whether AWS lists the instance, as far as that could be read.
    pub(super) fn may_be_listed(&self) -> bool {
        !matches!(self.listing, Read::Done(None))
    }

    /// How the instance fares for a compliance type.
    pub(super) fn standing(&self, compliance_type: &str) -> Standing<'_> {
        let Read::Done(rows) = &self.summaries else {
            return Standing::Unread;
        };
        let row = rows
            .iter()
            .find(|row| row.compliance_type == compliance_type);
        match row {
            Some(row) if row.is_noncompliant() => Standing::Noncompliant(row),
            Some(row) => Standing::Reported(row),
            None => Standing::Unreported,
        }
    }

    /// Whether any type is non-compliant, or may be.
    pub(super) fn may_be_noncompliant(&self) -> bool {
        match &self.summaries {
            Read::Done(rows) => rows.iter().any(|row| row.status != "COMPLIANT"),
            _ => true,
        }
    }
}

/// How an instance fares for one compliance type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standing<'a> {
    /// It is non-compliant.
    Noncompliant(&'a SummaryRow),
    /// It has a summary that does not say so.
    Reported(&'a SummaryRow),
    /// It has no summary.
    Unreported,
    /// Its summaries could not be read.
    Unread,
}

impl Standing<'_> {
    /// Whether the type is non-compliant, or may be.
    pub(super) const fn may_be_noncompliant(self) -> bool {
        matches!(self, Self::Noncompliant(_) | Self::Unread)
    }
}

/// A target that could not be asked at all.
#[derive(Clone, Debug)]
pub struct Unasked {
    /// The target, as a person names it.
    pub target: String,
    /// Why not.
    pub error: SourceError,
}

/// The newest summary of each compliance type.
pub(super) fn newest_of_each_type(mut rows: Vec<SummaryRow>) -> Vec<SummaryRow> {
    // A listing that was begun again has some rows twice.
    rows.sort_by(|a, b| {
        let by_type = a.compliance_type.cmp(&b.compliance_type);
        by_type.then(b.execution_time.cmp(&a.execution_time))
    });
    rows.dedup_by(|a, b| a.compliance_type == b.compliance_type);
    rows
}
