//! When the details of an instance must be read again, and when they are confirmed without being
//! read.
//!
//! Details are dear: a call for fifty patch states, or for one instance's items. The summaries are
//! read at every refresh anyway, so they serve as the signal: while an instance's summary stays the
//! same, what explains it does too. AWS's views lag behind each other, though, and some changes
//! move no summary; so what was read on a change is read once more, and everything is read again
//! within `full_every`, a little at each refresh.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::Timestamp;
use super::instance::{Instance, Summary};
use super::rows::SummaryRow;

/// Stands for a summary as it was; another one if anything of it has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature(NonZeroU64);

/// How far details of an instance can be trusted, and when to read them again.
#[derive(Clone, Copy, Debug, Default)]
pub struct DetailMark {
    /// The last refresh that read them, or saw that their summary is the same as when they were
    /// read.
    pub confirmed_in: u32,
    /// When that was, in seconds since the exporter's start.
    pub confirmed_at: u32,
    /// The refresh that last read them.
    read_in: u32,
    /// The summary that they were read for.
    signature: Signature,
    /// Whether they may have been read too early, or should have been read and were not.
    reread_next: bool,
    /// Reads in a row that gave something older than the summary.
    outdated_reads: u8,
}

/// The details that a refresh reads though their summaries are the same: those read longest ago.
#[derive(Clone, Debug, Default)]
pub(super) struct Rotation(Option<(u32, Arc<str>)>);

/// The time of a moment that a mark notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshStamp {
    pub(super) refresh: u32,
    pub(super) at: u32,
}

/// How much older than its summary a detail may say it is. Both are times of the same scan, but not
/// of the same moment.
const SAME_SCAN: u64 = 60_000;

/// Reads in a row after which a detail that stays older than its summary is taken as it is.
const OUTDATED_READS: u8 = 3;

// === impl Signature ===

impl Default for Signature {
    fn default() -> Self {
        Self::NONE
    }
}

impl Signature {
    /// Of no summary at all.
    pub const NONE: Self = Self(NonZeroU64::MIN);

    /// Of a row.
    pub fn of(row: &SummaryRow) -> Self {
        // Keyed with constants: equal rows are equal in every refresh.
        let mut hasher = DefaultHasher::new();
        (row.execution_time, &row.execution_id, &row.status).hash(&mut hasher);
        for counts in [row.compliant, row.noncompliant] {
            (counts.total, counts.by_severity).hash(&mut hasher);
        }
        Self(NonZeroU64::MIN.saturating_add(hasher.finish().max(1)))
    }

    pub(super) fn of_summary(summary: Option<&Summary>) -> Self {
        summary.map_or(Self::NONE, |summary| summary.signature)
    }
}

// === impl DetailMark ===

impl DetailMark {
    /// Details just read. `dated` is the time they claim for themselves, `before` the mark they
    /// had. Without one they are new, which is a change, too, unless it is because `everything` is
    /// read for the first time.
    pub(super) fn read(
        now: RefreshStamp,
        summary: Option<&Summary>,
        dated: Option<Timestamp>,
        before: Option<&Self>,
        everything: bool,
    ) -> Self {
        let signature = Signature::of_summary(summary);
        let same = before.filter(|before| before.signature == signature);
        let outdated = match (dated, summary.and_then(|summary| summary.execution_time)) {
            (Some(dated), Some(determined)) => dated.millis() + SAME_SCAN < determined.millis(),
            _ => false,
        };
        let outdated_reads = if outdated {
            same.map_or(0, |mark| mark.outdated_reads).saturating_add(1)
        } else {
            0
        };
        // Read in the refresh that saw the change: the view of the details may not have had it yet.
        let on_change = same.is_none() && !(everything && before.is_none());
        let reread_next = on_change || (outdated && outdated_reads < OUTDATED_READS);
        Self {
            confirmed_in: now.refresh,
            confirmed_at: now.at,
            read_in: now.refresh,
            signature,
            reread_next,
            outdated_reads,
        }
    }

    /// The same; if `reread_next`, the next refresh reads them whatever their summary says.
    pub(super) fn reread_next_if(self, reread_next: bool) -> Self {
        Self {
            reread_next: self.reread_next || reread_next,
            ..self
        }
    }

    /// Details that could not be read although they were due: the next refresh tries again, beside
    /// those whose turn it is then.
    pub(super) fn miss(&mut self) {
        self.reread_next = true;
    }

    /// Details that were not due: their summary is the same.
    pub(super) fn confirm(&mut self, now: RefreshStamp) {
        (self.confirmed_in, self.confirmed_at) = (now.refresh, now.at);
    }

    /// Whether details must be read, given the summary as far as it is known.
    pub(super) fn is_due(
        mark: Option<&Self>,
        id: &str,
        summary: Option<Signature>,
        rotation: &Rotation,
    ) -> bool {
        mark.is_none_or(|mark| {
            mark.reread_next
                || rotation.has(mark, id)
                || summary.is_some_and(|summary| summary != mark.signature)
        })
    }
}

// === impl Rotation ===

impl Rotation {
    /// Of all `details`, the share that keeps every one of them younger than `full_every`,
    /// refreshes being `elapsed` apart. Those that are read anyway have no part in it: one that can
    /// never be read must not hold up the others.
    pub(super) fn new<'a>(
        details: impl Iterator<Item = (&'a Instance, &'a DetailMark)>,
        elapsed: Duration,
        full_every: Duration,
    ) -> Self {
        let turns = details.filter(|(_, mark)| !mark.reread_next);
        let mut oldest: Vec<(u32, &Arc<str>)> = turns
            .map(|(instance, mark)| (mark.read_in, &instance.id))
            .collect();
        let share = elapsed
            .as_millis()
            .saturating_mul(oldest.len() as u128)
            .div_ceil(full_every.as_millis().max(1));
        let share = usize::try_from(share)
            .unwrap_or(usize::MAX)
            .min(oldest.len());
        let Some(last) = share.checked_sub(1) else {
            return Self(None);
        };
        let (_, (read_in, id), _) = oldest.select_nth_unstable(last);
        Self(Some((*read_in, Arc::clone(id))))
    }

    fn has(&self, mark: &DetailMark, id: &str) -> bool {
        self.0
            .as_ref()
            .is_some_and(|(read_in, last)| (mark.read_in, id) <= (*read_in, &**last))
    }
}
