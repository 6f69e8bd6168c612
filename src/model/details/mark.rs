//! How far the details of an instance can be trusted, and when to read them again.

use super::Rotation;
use crate::model::Timestamp;
use crate::model::signature::Signature;
use crate::model::summary::Summary;

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
    /// Readings in a row that gave something older than the summary.
    outdated_reads: u8,
}

/// The time that a mark notes.
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
    /// Whether the collector had no data before: then it reads everything for the first time.
    pub(in crate::model) is_first: bool,
    /// Whether this refresh has read the summaries. Without them nothing says that a detail is
    /// still what it was.
    pub(in crate::model) is_summarised: bool,
}

/// How much older than its summary a detail may say it is, in milliseconds. Both are times of the
/// same scan, but not of the same moment in it.
const SAME_SCAN_MILLIS: u64 = 60_000;

/// Readings in a row after which a detail that stays older than its summary is taken as it is.
const MAX_OUTDATED_READS: u8 = 3;

// === impl DetailMark ===

impl DetailMark {
    /// The mark of details that were just read for `summary`. `dated` is the time that they claim
    /// for themselves, `before` the mark that they had.
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
        // The view of the details may not have had a change yet that the summary already showed.
        // Details that are new are a change too, unless all of them are.
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

    /// Notes that the details could not be read although they were due. The next refresh tries
    /// again, beside those whose turn it is then.
    pub(in crate::model) fn miss(&mut self) {
        self.reread_next = true;
    }

    /// Notes that the details were not due, because their summary is the same.
    pub(in crate::model) fn confirm(&mut self, stamp: RefreshStamp) {
        self.confirmed_in = stamp.refresh;
        self.confirmed_at = stamp.at;
    }

    /// Whether the next refresh reads them whatever their summary says.
    pub(in crate::model) fn is_reread_next(&self) -> bool {
        self.reread_next
    }

    /// The refresh that last read them.
    pub(in crate::model) fn read_in(&self) -> u32 {
        self.read_in
    }

    /// Whether the details of an instance must be read, given its summary as far as it is known.
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
