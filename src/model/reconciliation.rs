//! Reconciles the two views of a fleet: the listing says which instances are managed, and the
//! summaries say which of them report.
//!
//! Each view is read at its own moment, is a live list that moves under the reader, and may fail
//! for a while. So nothing is concluded from what one view says of an instance before the other
//! view has been read as well, and a summary that a single reading misses is not forgotten at once.

use std::collections::{BTreeSet, HashSet};
use std::mem;
use std::sync::Arc;

use super::chunks::Chunks;
use super::compliance_type::ComplianceType;
use super::details::DetailKind;
use super::in_place::replace_in_place;
use super::instance::Instance;
use super::listing::Listing;
use super::loss::{Belief, LossGuard, SuddenLoss, sudden_loss};
use super::selection::Selection;
use super::summary::Summary;

/// The number of complete readings that must miss a summary before it is given up. One is not
/// enough, because rows move between the pages of a live listing.
const MISSED_READINGS: u8 = 2;

/// What is remembered between the readings of the two views. It is empty as long as both views are
/// read and no instance appears or disappears.
#[derive(Clone, Debug, Default)]
pub(super) struct Reconciliation {
    /// Summaries that became due with a listing. Each waits here until the summaries are read.
    newly_due: Awaited,
    /// Summaries that were lost. Each waits here until the listing is read, because its instance
    /// may have disappeared as well.
    newly_lost: Awaited,
    listing_guard: LossGuard<Arc<str>>,
    summary_guard: LossGuard<(Arc<str>, ComplianceType)>,
    /// Whether the summaries that were judged last confirmed that most of a fleet was lost.
    is_loss_confirmed: bool,
}

/// Pairs of an instance and a compliance type about which nothing can be concluded yet.
type Awaited = HashSet<(Arc<str>, ComplianceType)>;

// === impl Reconciliation ===

impl Reconciliation {
    /// Decides whether a complete listing is to be believed; see [`loss`](super::loss).
    pub(super) fn judge_listings(
        &mut self,
        chunks: &Chunks,
        rows: &[(Arc<str>, Listing)],
    ) -> Result<(), SuddenLoss> {
        let known = chunks
            .instances()
            .filter(|instance| instance.listing.is_some());
        let loss = sudden_loss(known, |instance| has_listing(rows, &instance.id));
        self.listing_guard
            .judge(loss, || rows.iter().map(|(id, _)| Arc::clone(id)).collect())
            .believed()
    }

    /// Decides whether complete summaries are to be believed. They are judged type by type, because
    /// one type may be lost while the others are intact.
    pub(super) fn judge_summaries(
        &mut self,
        chunks: &Chunks,
        rows: &[(Arc<str>, Summary)],
        are_all_listed: bool,
    ) -> Result<(), SuddenLoss> {
        let loss = lost_summaries(chunks, rows, are_all_listed);
        let belief = self
            .summary_guard
            .judge(loss, || rows.iter().map(summary_key).collect());
        self.is_loss_confirmed = belief == Belief::Confirmed;
        belief.believed()
    }

    /// Takes in a complete listing. `are_compared` says that the summaries are of the same refresh,
    /// or that there are none at all.
    ///
    /// An instance that the listing misses counts as unlisted from now on, and loses its details.
    pub(super) fn take_listings(
        &mut self,
        chunks: &mut Chunks,
        rows: Vec<(Arc<str>, Listing)>,
        are_compared: bool,
    ) {
        self.newly_lost.clear();
        chunks.merge(rows, |instance, listing| {
            let due_before: Vec<ComplianceType> = instance.due().collect();
            replace_in_place(&mut instance.listing, listing);
            // A new instance has no summary before its first scan. If the summaries on hand are
            // older than the instance, they cannot say that it does not report.
            if !are_compared {
                let newly_due = instance.missing().filter(|due| !due_before.contains(due));
                self.newly_due.extend(of_instance(instance, newly_due));
            }
            // Nobody reads the details of an unlisted instance again, so they would only grow old.
            if instance.listing.is_none() {
                instance.drop_all_details();
            }
        });
    }

    /// Takes in complete summaries. `are_compared` says that the listing is of the same refresh.
    /// `are_all_listed` says that there is no listing, so that every resource counts as listed.
    pub(super) fn take_summaries(
        &mut self,
        chunks: &mut Chunks,
        rows: Vec<(Arc<str>, Summary)>,
        are_all_listed: bool,
        are_compared: bool,
    ) {
        self.newly_due.clear();
        // A sudden loss is believed only once two readings agree, so a third one is not needed.
        let missed_readings = if mem::take(&mut self.is_loss_confirmed) {
            1
        } else {
            MISSED_READINGS
        };
        chunks.merge(by_id(rows), |instance, summaries| {
            let missing_before: Vec<ComplianceType> = instance.missing().collect();
            let is_listed = are_all_listed || instance.listing.is_some();
            // An unlisted resource loses its summaries at once: it has probably been terminated,
            // and AWS has now dropped what was left of it.
            let kept_for = if is_listed { missed_readings } else { 0 };
            replace_summaries(instance, summaries.unwrap_or_default(), kept_for);
            if !are_compared {
                let lost = instance
                    .missing()
                    .filter(|missing| !missing_before.contains(missing));
                self.newly_lost.extend(of_instance(instance, lost));
            }
        });
    }

    /// Drops all summaries, because they have grown too old.
    pub(super) fn drop_summaries(&mut self, chunks: &mut Chunks) {
        self.newly_due.clear();
        chunks.update(|instance| instance.summaries = Box::default());
    }

    /// Forgets what was concluded of types that are no longer read. Types that are read from now on
    /// wait until their summaries are read: none of them is there yet.
    pub(super) fn reselect(&mut self, chunks: &Chunks, before: &Selection, after: &Selection) {
        for awaited in [&mut self.newly_due, &mut self.newly_lost] {
            awaited.retain(|(_, compliance_type)| after.has_type(compliance_type.as_str()));
        }
        // What a doubted reading had was of other types.
        self.summary_guard = LossGuard::default();
        self.is_loss_confirmed = false;
        for instance in chunks.instances() {
            let newly_read = instance.missing().filter(|missing| {
                after.has_type(missing.as_str()) && !before.has_type(missing.as_str())
            });
            self.newly_due.extend(of_instance(instance, newly_read));
        }
    }

    /// Says whether both views agree that an instance lacks a summary that it should have.
    pub(super) fn is_unreported(
        &self,
        instance: &Instance,
        compliance_type: &ComplianceType,
    ) -> bool {
        instance
            .missing()
            .any(|missing| missing == *compliance_type)
            && !is_awaited(&self.newly_due, instance, compliance_type)
            && !is_awaited(&self.newly_lost, instance, compliance_type)
    }
}

fn has_listing(rows: &[(Arc<str>, Listing)], id: &str) -> bool {
    rows.binary_search_by(|(other, _)| (**other).cmp(id))
        .is_ok()
}

fn summary_key((id, summary): &(Arc<str>, Summary)) -> (Arc<str>, ComplianceType) {
    (Arc::clone(id), summary.compliance_type().clone())
}

fn of_instance(
    instance: &Instance,
    types: impl Iterator<Item = ComplianceType>,
) -> impl Iterator<Item = (Arc<str>, ComplianceType)> {
    types.map(|compliance_type| (Arc::clone(&instance.id), compliance_type))
}

fn is_awaited(awaited: &Awaited, instance: &Instance, compliance_type: &ComplianceType) -> bool {
    // This is asked about every instance, and the set is nearly always empty. The key would cost
    // two clones.
    !awaited.is_empty() && awaited.contains(&(Arc::clone(&instance.id), compliance_type.clone()))
}

// === impl Instance ===

impl Instance {
    /// Returns the compliance types that a listed instance should have a summary for: always Patch,
    /// and Association if the listing has an association status.
    // An instance without a Patch summary was never scanned, or only by
    // `AWS-RunPatchBaselineAssociation`, which reports as type Association, or so long ago that AWS
    // has dropped the result. In each case nobody knows whether it lacks patches.
    fn due(&self) -> impl Iterator<Item = ComplianceType> + use<> {
        let is_listed = self.listing.is_some();
        let has_associations = self
            .listing
            .as_ref()
            .is_some_and(|listing| listing.shared.has_associations);
        let patch = is_listed.then_some(ComplianceType::Patch);
        let association = has_associations.then_some(ComplianceType::Association);
        patch.into_iter().chain(association)
    }

    /// Returns those of the due compliance types that the instance has no summary for.
    fn missing(&self) -> impl Iterator<Item = ComplianceType> {
        self.due()
            .filter(|compliance_type| self.summary(compliance_type).is_none())
    }

    fn drop_all_details(&mut self) {
        for kind in DetailKind::ALL {
            self.drop_detail(kind);
        }
    }
}

/// Groups rows, which must be sorted by id, into the summaries of one resource each.
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

/// Replaces the summaries of one resource by those of a complete reading. A summary that the
/// reading misses stays until `kept_for` readings in a row have missed it.
fn replace_summaries(instance: &mut Instance, mut read: Vec<Summary>, kept_for: u8) {
    let before = mem::take(&mut instance.summaries);
    if kept_for > 0 {
        let missed: Vec<Summary> = before
            .into_iter()
            .filter(|known| !has_type(&read, known.compliance_type()))
            .map(missed_once_more)
            .filter(|known| known.missed < kept_for)
            .collect();
        read.extend(missed);
        read.sort_by(|a, b| a.compliance_type().cmp(b.compliance_type()));
    }
    instance.summaries = read.into_boxed_slice();
    instance.drop_needless_details();
}

fn has_type(summaries: &[Summary], compliance_type: &ComplianceType) -> bool {
    summaries
        .iter()
        .any(|summary| summary.compliance_type() == compliance_type)
}

fn missed_once_more(summary: Summary) -> Summary {
    Summary {
        missed: summary.missed + 1,
        ..summary
    }
}

// === lost summaries ===

/// Finds the first compliance type for which most listed instances have lost the summary that they
/// had in the last complete reading.
// Unlisted resources do not count. There may be more of them than there are instances, and AWS
// drops them in large numbers at once when what it keeps of terminated instances expires.
fn lost_summaries(
    chunks: &Chunks,
    rows: &[(Arc<str>, Summary)],
    are_all_listed: bool,
) -> Option<SuddenLoss> {
    let types: BTreeSet<&ComplianceType> = listed(chunks, are_all_listed)
        .flat_map(last_read)
        .map(Summary::compliance_type)
        .collect();
    types.into_iter().find_map(|compliance_type| {
        let known = listed(chunks, are_all_listed)
            .filter(|instance| was_last_read(instance, compliance_type));
        sudden_loss(known, |instance| {
            has_summary(rows, &instance.id, compliance_type)
        })
    })
}

fn listed(chunks: &Chunks, are_all_listed: bool) -> impl Iterator<Item = &Instance> {
    chunks
        .instances()
        .filter(move |instance| are_all_listed || instance.listing.is_some())
}

/// Returns the summaries that the last complete reading had.
fn last_read(instance: &Instance) -> impl Iterator<Item = &Summary> {
    instance
        .summaries
        .iter()
        .filter(|summary| summary.missed == 0)
}

fn was_last_read(instance: &Instance, compliance_type: &ComplianceType) -> bool {
    last_read(instance).any(|summary| summary.compliance_type() == compliance_type)
}

fn has_summary(rows: &[(Arc<str>, Summary)], id: &str, compliance_type: &ComplianceType) -> bool {
    rows.binary_search_by(|(other, summary)| {
        (**other)
            .cmp(id)
            .then_with(|| summary.compliance_type().cmp(compliance_type))
    })
    .is_ok()
}
