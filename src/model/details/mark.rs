//! Marks the details of an instance with how far they can be trusted and when to read them again.

use super::Rotation;
use crate::model::signature::Signature;
use crate::model::summary::Summary;
use crate::model::time::Timestamp;

/// Says how far the details of one instance can be trusted, and when to read them again.
#[derive(Clone, Copy, Debug, Default)]
pub struct DetailMark {
    /// The number of the last refresh that read them, or that saw that their summary had not
    /// changed.
    pub confirmed_in: u32,
    /// When that was, in seconds since the exporter's start.
    // Whole seconds in a `u32` take a quarter of the size of an `Instant`, and there are up to two
    // marks for every instance.
    pub confirmed_at: u32,
    /// The number of the refresh that last read them.
    read_in: u32,
    /// The signature of the summary that they were read for.
    signature: Signature,
    /// Whether they may have been read too early, or should have been read but could not be.
    reread_next: bool,
    /// The number of readings in a row that returned something older than the summary.
    outdated_reads: u8,
}

/// The refresh and the time at which details were confirmed.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct RefreshStamp {
    /// The number of the refresh.
    pub(in crate::model) refresh: u32,
    /// Seconds since the exporter's start.
    pub(in crate::model) at: u32,
}

/// The circumstances in which details were read.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Reading {
    pub(in crate::model) stamp: RefreshStamp,
    /// Whether the collector had no data before, so that it reads everything for the first time.
    pub(in crate::model) is_first: bool,
    /// Whether this refresh has read the summaries. Without them nothing says that a detail has not
    /// changed.
    pub(in crate::model) is_summarised: bool,
}

/// How much older than its summary a detail may be while it still counts as current, in
/// milliseconds. Both have a time of the same scan, but not of the same moment in it.
const SAME_SCAN_MILLIS: u64 = 60_000;

/// The number of readings in a row after which a detail that stays older than its summary is
/// accepted as it is.
// AWS does not promise that the two times ever agree. Without this limit an instance where they do
// not would be read at every refresh for ever.
const MAX_OUTDATED_READS: u8 = 3;

// === impl DetailMark ===

impl DetailMark {
    /// Creates the mark of details that were just read for `summary`. `dated` is the time at which
    /// AWS says that they were determined, and `before` is the mark that they had.
    pub(in crate::model) fn read(
        reading: Reading,
        summary: Option<&Summary>,
        dated: Option<Timestamp>,
        before: Option<&Self>,
    ) -> Self {
        let signature = summary.map_or(Signature::NONE, |summary| summary.signature);
        let same = before.filter(|before| before.signature == signature);
        let outdated_reads = if is_outdated(dated, summary) {
            same.map_or(0, |mark| mark.outdated_reads).saturating_add(1)
        } else {
            0
        };
        // AWS's views lag behind each other. When a summary changes, the view of the details may
        // still be without the change, so what was read because of a change is read once more. New
        // details count as a change too, but not when a whole fleet is read for the first time:
        // that would double the most expensive refresh there is.
        let is_on_change = same.is_none() && !(reading.is_first && before.is_none());
        let is_too_early = outdated_reads > 0 && outdated_reads < MAX_OUTDATED_READS;
        Self {
            confirmed_in: reading.stamp.refresh,
            confirmed_at: reading.stamp.at,
            read_in: reading.stamp.refresh,
            signature,
            reread_next: is_on_change || is_too_early || !reading.is_summarised,
            outdated_reads,
        }
    }

    /// Notes that the details could not be read although they were due, so that the next refresh
    /// tries again.
    pub(in crate::model) fn miss(&mut self) {
        self.reread_next = true;
    }

    /// Notes that the details were not due, because their summary has not changed.
    pub(in crate::model) fn confirm(&mut self, stamp: RefreshStamp) {
        self.confirmed_in = stamp.refresh;
        self.confirmed_at = stamp.at;
    }

    /// Says whether the next refresh reads them whatever their summary says.
    pub(in crate::model) fn is_reread_next(&self) -> bool {
        self.reread_next
    }

    /// Returns the number of the refresh that last read them.
    pub(in crate::model) fn read_in(&self) -> u32 {
        self.read_in
    }

    /// Says whether the details of an instance must be read. `summary` is the signature of its
    /// summary, if this refresh knows it already.
    pub(in crate::model) fn is_due(
        mark: Option<&Self>,
        id: &str,
        summary: Option<Signature>,
        rotation: &Rotation,
    ) -> bool {
        let Some(mark) = mark else { return true };
        let is_changed = summary.is_some_and(|summary| summary != mark.signature);
        mark.reread_next || is_changed || rotation.has(mark.read_in, id)
    }
}

fn is_outdated(dated: Option<Timestamp>, summary: Option<&Summary>) -> bool {
    let determined = summary.and_then(|summary| summary.execution_time);
    match (dated, determined) {
        (Some(dated), Some(determined)) => dated.millis() + SAME_SCAN_MILLIS < determined.millis(),
        _ => false,
    }
}
