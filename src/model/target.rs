//! One account in one region: what its collectors brought, how old that is, and when it is dropped.

use std::sync::Arc;
use std::time::Duration;

use super::chunks::Chunks;
use super::instance::{Instance, ItemDetail, PatchDetail, ReadMark, Summary, Words};
use super::reasons::ASSOCIATION;
use super::stage::{Association, Baseline, Data, Totals};
use super::{Collector, Now, Reason, Timestamp};

/// Reads of a listing without a summary after which a listed instance has lost it. One is not enough: rows move between
/// the pages of a live listing.
const MISSED_READS: u8 = 2;

/// For how long data is kept after it was last confirmed.
#[derive(Clone, Copy, Debug)]
pub struct Staleness {
    /// The configured age.
    pub stale_after: Duration,
    /// The configured interval.
    pub interval: Duration,
}

/// One account in one region.
#[derive(Debug)]
pub struct Target {
    staleness: Staleness,
    words: Arc<Words>,
    refresh: u32,
    under_way: bool,
    collectors: [CollectorState; Collector::ALL.len()],
    chunks: Chunks,
    totals: Vec<Totals>,
    baselines: Vec<Baseline>,
    associations: Vec<Association>,
}

/// What is known of a collector.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectorState {
    /// The last attempt; `None` before the first has ended, and for one that is switched off.
    pub attempt: Option<Attempt>,
    /// The wall clock at the last success.
    pub last_success: Option<Timestamp>,
    /// How long the last success took.
    success_took: Duration,
    /// The number of the refresh that last confirmed its data.
    confirmed_in: u32,
    /// When its data was last confirmed, since the exporter's start; `None` without data.
    confirmed: Option<Duration>,
}

/// How an attempt of a collector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The reason of a failure, the first met.
    pub result: Result<(), Reason>,
    /// Instances or rows that could not be read.
    pub skipped: u64,
    /// From its first call to its last answer.
    pub took: Duration,
}

/// What a collector ended with.
#[derive(Debug)]
pub struct Outcome {
    /// Which one.
    pub collector: Collector,
    /// How it ended.
    pub attempt: Attempt,
    /// What it read. A listing that failed brings nothing; failed details bring the instances that were read.
    pub data: Option<Data>,
}

// === impl Target ===

impl Target {
    /// A target of which nothing is known yet.
    pub fn new(staleness: Staleness) -> Self {
        Self {
            staleness,
            words: Arc::default(),
            refresh: 0,
            under_way: false,
            collectors: Default::default(),
            chunks: Chunks::default(),
            totals: Vec::new(),
            baselines: Vec::new(),
            associations: Vec::new(),
        }
    }

    /// Starts a refresh; its number goes with what it reads.
    pub fn begin_refresh(&mut self) -> u32 {
        self.refresh += 1;
        self.under_way = true;
        self.refresh
    }

    /// Nothing more comes of the refresh.
    pub fn end_refresh(&mut self) {
        self.under_way = false;
    }

    /// Where the values that repeat are stored once.
    pub fn words(&self) -> Arc<Words> {
        Arc::clone(&self.words)
    }

    /// Takes in what a collector ended with.
    pub fn apply(&mut self, outcome: Outcome, now: Now) {
        let state = &mut self.collectors[outcome.collector as usize];
        state.attempt = Some(outcome.attempt);
        if outcome.attempt.result.is_ok() {
            (state.confirmed, state.confirmed_in) = (Some(now.since_start), self.refresh);
            state.success_took = outcome.attempt.took;
            state.last_success = now.wall.or(state.last_success);
        }
        if let Some(data) = outcome.data {
            self.take(data, now);
        }
        self.words.sweep();
    }

    fn take(&mut self, data: Data, now: Now) {
        let (read, all_listed) = (self.mark(now), !self.has(Collector::Instances));
        match data {
            Data::Instances(rows) => self.chunks.merge(rows, |instance, listing| {
                instance.listing = listing.map(Box::new);
                // Details are of listed instances.
                if instance.listing.is_none() {
                    (instance.patches, instance.items) = (None, None);
                }
            }),
            Data::Compliance(rows) => self.chunks.merge(rows, |instance, summaries| {
                let listed = all_listed || instance.listing.is_some();
                take_summaries(instance, summaries.unwrap_or_default(), listed);
            }),
            Data::Patches(rows) => self.chunks.merge(rows, |instance, row| {
                if let Some(state) = row {
                    instance.patches = Some(Box::new(PatchDetail { read, state }));
                }
            }),
            Data::Items(rows) => self.chunks.merge(rows, |instance, row| {
                // It may have become compliant since the row that made it worth asking.
                if let Some(associations) =
                    row.filter(|_| instance.summary(ASSOCIATION).is_none_or(Summary::is_noncompliant))
                {
                    instance.items = Some(Box::new(ItemDetail { read, associations }));
                }
            }),
            Data::Totals(totals) => self.totals = totals,
            Data::Baselines(baselines) => self.baselines = baselines,
            Data::Associations(associations) => self.associations = associations,
        }
    }

    fn mark(&self, now: Now) -> ReadMark {
        ReadMark { refresh: self.refresh, at: u32::try_from(now.since_start.as_secs()).unwrap_or(u32::MAX) }
    }

    /// Drops what has grown too old. Says when to look again, and whether anything was dropped.
    pub fn expire(&mut self, now: Now) -> (Option<Duration>, bool) {
        let (keep, current) = (self.keep(), self.current());
        let (mut next, mut dropped) = (None, false);
        for collector in Collector::ALL {
            let state = &mut self.collectors[collector as usize];
            let Some(end) = state.confirmed.map(|confirmed| confirmed + keep) else { continue };
            if current == Some(state.confirmed_in) {
                continue;
            }
            if end <= now.since_start {
                state.confirmed = None;
                dropped = true;
                self.drop_data(collector);
            } else {
                next = Some(earliest(next, end));
            }
        }
        let (next_detail, dropped_detail) = self.expire_details(now);
        (next.into_iter().chain(next_detail).min(), dropped || dropped_detail)
    }

    /// Details that single instances kept from an earlier refresh expire by themselves.
    fn expire_details(&mut self, now: Now) -> (Option<Duration>, bool) {
        let (keep, current) = (self.keep(), self.current());
        let (mut next, mut dropped) = (None, false);
        let mut fresh = |read: ReadMark| {
            if current == Some(read.refresh) {
                return true;
            }
            // A second more: the mark is rounded down.
            let end = Duration::from_secs(u64::from(read.at) + 1) + keep;
            let fresh = end > now.since_start;
            if fresh {
                next = Some(earliest(next, end));
            }
            dropped |= !fresh;
            fresh
        };
        self.chunks.update(|instance| {
            instance.patches.take_if(|detail| !fresh(detail.read));
            instance.items.take_if(|detail| !fresh(detail.read));
        });
        (next, dropped)
    }

    /// The refresh under way: what it brought is not too old while it goes on, however slow it is.
    fn current(&self) -> Option<u32> {
        self.under_way.then_some(self.refresh)
    }

    /// For how long data stays once it was confirmed.
    ///
    /// What a collector read is taken in when the whole refresh ends, so the slowest collector counts for all; and an
    /// attempt that failed at once does not make the next success any faster.
    fn keep(&self) -> Duration {
        let last = |state: &CollectorState| state.attempt.map_or(Duration::ZERO, |attempt| attempt.took);
        let slowest = self.collectors.iter().map(|state| last(state).max(state.success_took)).max();
        self.staleness.stale_after.max(3 * self.staleness.interval.max(slowest.unwrap_or_default()))
    }

    fn drop_data(&mut self, collector: Collector) {
        match collector {
            Collector::Instances => self.chunks.update(|instance| instance.listing = None),
            Collector::Compliance => self.chunks.update(|instance| instance.summaries = Box::default()),
            // Instance by instance, in `expire_details`: some may have been read since.
            Collector::Patches | Collector::Items => {}
            Collector::ComplianceTotals => self.totals.clear(),
            Collector::Baselines => self.baselines.clear(),
            Collector::Associations => self.associations.clear(),
        }
    }

    /// What is known of a collector.
    pub fn collector(&self, collector: Collector) -> &CollectorState {
        &self.collectors[collector as usize]
    }

    /// Whether there is data of a collector to show.
    pub fn has(&self, collector: Collector) -> bool {
        self.collector(collector).confirmed.is_some()
    }

    /// Whether the last attempts at what everything else rests on succeeded; `None` before the first have ended.
    pub fn is_up(&self) -> Option<bool> {
        let result = |collector| self.collector(collector).attempt.map(|attempt| attempt.result.is_ok());
        Some(result(Collector::Instances)? & result(Collector::Compliance)?)
    }

    /// The instances in chunks, in the order of ids.
    pub fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Every instance, in the order of ids.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.chunks.instances()
    }

    /// AWS's own counts.
    pub fn totals(&self) -> &[Totals] {
        &self.totals
    }

    /// Patch baselines, in the order of ids.
    pub fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// Associations, in the order of ids.
    pub fn associations(&self) -> &[Association] {
        &self.associations
    }

    /// Whether a resource counts as a listed instance; every one does while there is no listing.
    pub fn is_listed(&self, instance: &Instance) -> bool {
        instance.listing.is_some() || !self.has(Collector::Instances)
    }
}

/// A complete read of the summaries of one resource.
fn take_summaries(instance: &mut Instance, mut read: Vec<Summary>, listed: bool) {
    if listed {
        let lost = std::mem::take(&mut instance.summaries)
            .into_iter()
            .filter(|known| !read.iter().any(|summary| summary.compliance_type == known.compliance_type))
            .map(|known| Summary { missed: known.missed + 1, ..known })
            .filter(|known| known.missed < MISSED_READS);
        read.extend(lost.collect::<Vec<_>>());
        read.sort_by(|a, b| a.compliance_type.cmp(&b.compliance_type));
    }
    instance.summaries = read.into_boxed_slice();
    if instance.summary(ASSOCIATION).is_none_or(|summary| !summary.is_noncompliant()) {
        instance.items = None;
    }
}

fn earliest(next: Option<Duration>, end: Duration) -> Duration {
    next.map_or(end, |next| next.min(end))
}
