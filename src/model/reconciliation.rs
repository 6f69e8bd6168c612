//! The two views of a fleet, and what may be told from both: which instances are managed, and which
//! of them report.
//!
//! Each is read at its own moment, a live list that moves under the reader, and either may fail for
//! a while. So what one says of an instance that the other has not been read for since is not
//! concluded from yet, and a summary that a single read misses is not forgotten at once.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::chunks::Chunks;
use super::instance::{Instance, Listing, Summary, Symbol};
use super::loss::{Belief, LossGuard, SuddenLoss, sudden_loss};
use super::noncompliance::{ASSOCIATION, PATCH};

/// Reads of the summaries without one after which a listed instance has lost it. One is not enough:
/// rows move between the pages of a live listing.
const MISSED_READS: u8 = 2;

/// What is remembered between the reads of the two views. Empty while both are read and nothing
/// comes or goes.
#[derive(Debug, Default)]
pub(super) struct Reconciliation {
    /// Summaries that became due by a listing, until the summaries are read.
    newly_due: Awaited,
    /// Summaries that were lost, until the listing is read: their instances may have gone with
    /// them.
    newly_lost: Awaited,
    listing_guard: LossGuard<Arc<str>>,
    summary_guard: LossGuard<(Arc<str>, Symbol)>,
    /// The summaries that were judged last lost most of a fleet, as those before them did.
    is_loss_confirmed: bool,
}

/// Instances, each with a compliance type of which nothing can be concluded yet.
type Awaited = HashSet<(Arc<str>, &'static str)>;

// === impl Views ===

impl Reconciliation {
    /// Judges a complete listing; see [`loss`](super::loss).
    pub(super) fn judge_listings(
        &mut self,
        chunks: &Chunks,
        rows: &[(Arc<str>, Listing)],
    ) -> Result<(), SuddenLoss> {
        let known = chunks
            .instances()
            .filter(|instance| instance.listing.is_some());
        let is_read = |instance: &&Instance| {
            rows.binary_search_by(|(id, _)| id.cmp(&instance.id))
                .is_ok()
        };
        let loss = sudden_loss(known, is_read);
        match self
            .listing_guard
            .judge(loss, || rows.iter().map(|(id, _)| Arc::clone(id)).collect())
        {
            Belief::Doubted(loss) => Err(loss),
            Belief::AtOnce | Belief::Confirmed => Ok(()),
        }
    }

    /// Judges complete summaries, type by type: one type may be lost and the others intact.
    pub(super) fn judge_summaries(
        &mut self,
        chunks: &Chunks,
        rows: &[(Arc<str>, Summary)],
        all_listed: bool,
    ) -> Result<(), SuddenLoss> {
        let loss = lost_summaries(chunks, rows, all_listed);
        let key = |(id, summary): &(Arc<str>, Summary)| {
            (Arc::clone(id), Symbol::clone(&summary.compliance_type))
        };
        let belief = self
            .summary_guard
            .judge(loss, || rows.iter().map(key).collect());
        self.is_loss_confirmed = belief == Belief::Confirmed;
        match belief {
            Belief::Doubted(loss) => Err(loss),
            Belief::AtOnce | Belief::Confirmed => Ok(()),
        }
    }

    /// Takes in a complete listing; `compared` if the summaries are as new, or there are none at
    /// all.
    ///
    /// What it misses is not listed from now on, and has no details.
    pub(super) fn take_listings(
        &mut self,
        chunks: &mut Chunks,
        rows: Vec<(Arc<str>, Listing)>,
        compared: bool,
    ) {
        self.newly_lost.clear();
        chunks.merge(rows, |instance, listing| {
            let due_before = instance.due();
            put(&mut instance.listing, listing);
            if !compared {
                let newly = instance
                    .due()
                    .filter(|kind| instance.summary(kind).is_none());
                let newly = newly.filter(|kind| !due_before.clone().any(|before| before == *kind));
                self.newly_due
                    .extend(newly.map(|kind| (Arc::clone(&instance.id), kind)));
            }
            // Details are of listed instances.
            if instance.listing.is_none() {
                (instance.patches, instance.items) = (None, None);
            }
        });
    }

    /// Takes in complete summaries; `compared` if the listing is as new. While there is none, all
    /// are listed.
    pub(super) fn take_summaries(
        &mut self,
        chunks: &mut Chunks,
        rows: Vec<(Arc<str>, Summary)>,
        all_listed: bool,
        compared: bool,
    ) {
        self.newly_due.clear();
        // A loss that was read twice already needs no third reading.
        let missed_reads = if std::mem::take(&mut self.is_loss_confirmed) {
            1
        } else {
            MISSED_READS
        };
        chunks.merge(by_id(rows), |instance, summaries| {
            let missing: Vec<_> = instance.missing().collect();
            let listed = all_listed || instance.listing.is_some();
            take_summaries(
                instance,
                summaries.unwrap_or_default(),
                listed,
                missed_reads,
            );
            if !compared {
                let newly = instance.missing().filter(|kind| !missing.contains(kind));
                self.newly_lost
                    .extend(newly.map(|kind| (Arc::clone(&instance.id), kind)));
            }
        });
    }

    /// The summaries have been dropped.
    pub(super) fn drop_summaries(&mut self, chunks: &mut Chunks) {
        self.newly_due.clear();
        chunks.update(|instance| instance.summaries = Box::default());
    }

    /// Whether both views agree that an instance has no summary that it should have.
    pub(super) fn is_unreported(&self, instance: &Instance, compliance_type: &str) -> bool {
        let is_awaited = |awaited: &Awaited| {
            !awaited.is_empty() && awaited.contains(&(Arc::clone(&instance.id), compliance_type))
        };
        instance.due().any(|kind| kind == compliance_type)
            && instance.summary(compliance_type).is_none()
            && !is_awaited(&self.newly_due)
            && !is_awaited(&self.newly_lost)
    }
}

// === impl Instance ===

impl Instance {
    /// The compliance types that a listed instance should have a summary of.
    ///
    /// Patch always: without one it was never scanned, or only by
    /// `AWS-RunPatchBaselineAssociation`, or longer ago than AWS keeps. Association where the
    /// listing gives an association status.
    fn due(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        let patch = self.listing.is_some();
        let association = self
            .listing
            .as_ref()
            .is_some_and(|listing| listing.shared.has_associations);
        [(PATCH, patch), (ASSOCIATION, association)]
            .into_iter()
            .filter(|(_, due)| *due)
            .map(|(kind, _)| kind)
    }

    /// Those of them that it has no summary of.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.due().filter(|kind| self.summary(kind).is_none())
    }
}

/// Puts a value where the last one was: a fleet that is read again and again keeps its place in
/// memory.
pub(super) fn put<T>(place: &mut Option<Box<T>>, value: Option<T>) {
    match (place.as_deref_mut(), value) {
        (Some(last), Some(value)) => *last = value,
        (_, value) => *place = value.map(Box::new),
    }
}

/// The summaries of one resource after the other, of rows in the order of ids.
fn by_id(rows: Vec<(Arc<str>, Summary)>) -> impl Iterator<Item = (Arc<str>, Vec<Summary>)> {
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        let (id, first) = rows.next()?;
        let mut summaries = vec![first];
        while let Some((_, next)) = rows.next_if(|(other, _)| *other == id) {
            summaries.push(next);
        }
        Some((id, summaries))
    })
}

/// The first compliance type of which most listed instances have lost the summaries that the last
/// complete reading had.
fn lost_summaries(
    chunks: &Chunks,
    rows: &[(Arc<str>, Summary)],
    all_listed: bool,
) -> Option<SuddenLoss> {
    let listed = || {
        chunks
            .instances()
            .filter(|instance| all_listed || instance.listing.is_some())
    };
    let types: BTreeSet<&str> = listed()
        .flat_map(summaries_last_read)
        .map(|summary| &**summary.compliance_type as &str)
        .collect();
    types.into_iter().find_map(|compliance_type| {
        let is_of_type = |summary: &Summary| **summary.compliance_type == *compliance_type;
        let known = listed().filter(|instance| summaries_last_read(instance).any(is_of_type));
        let order = |row: &(Arc<str>, Summary), id: &str| {
            (*row.0)
                .cmp(id)
                .then_with(|| (**row.1.compliance_type).cmp(compliance_type))
        };
        sudden_loss(known, |instance| {
            rows.binary_search_by(|row| order(row, &instance.id))
                .is_ok()
        })
    })
}

/// Those that the last complete reading had.
fn summaries_last_read(instance: &Instance) -> impl Iterator<Item = &Summary> {
    instance
        .summaries
        .iter()
        .filter(|summary| summary.missed == 0)
}

/// A complete read of the summaries of one resource. Those that this many reads have missed are
/// lost.
fn take_summaries(instance: &mut Instance, mut read: Vec<Summary>, listed: bool, missed_reads: u8) {
    if listed {
        let lost = std::mem::take(&mut instance.summaries)
            .into_iter()
            .filter(|known| {
                !read
                    .iter()
                    .any(|summary| summary.compliance_type == known.compliance_type)
            })
            .map(|known| Summary {
                missed: known.missed + 1,
                ..known
            })
            .filter(|known| known.missed < missed_reads);
        read.extend(lost.collect::<Vec<_>>());
        read.sort_by(|a, b| a.compliance_type.cmp(&b.compliance_type));
    }
    instance.summaries = read.into_boxed_slice();
    if instance
        .summary(ASSOCIATION)
        .is_none_or(|summary| !summary.is_noncompliant())
    {
        instance.items = None;
    }
}
