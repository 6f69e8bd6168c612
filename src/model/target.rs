//! One account in one region: what its collectors brought, how old that is, and when it is dropped.

use std::sync::Arc;
use std::time::Duration;

use super::chunks::Chunks;
use super::collected::{Association, Baseline, Collected, PartialRead, Totals};
use super::details::{DetailMark, RefreshStamp, Rotation, Signature};
use super::evidence::Evidence;
use super::instance::{Instance, Interner, ItemDetail, PatchDetail};
use super::loss::SuddenLoss;
use super::noncompliance::{ASSOCIATION, PATCH};
use super::reconciliation::{Reconciliation, put};
use super::{Collector, FailureReason, Now, Timestamp};

/// How old data may grow.
#[derive(Clone, Copy, Debug)]
pub struct AgeLimits {
    /// Data is dropped this long after it was last confirmed.
    pub stale_after: Duration,
    /// The time between two refreshes.
    pub interval: Duration,
    /// Details are read again at least this often.
    pub full_every: Duration,
}

/// One account in one region.
#[derive(Debug)]
pub struct Target {
    ages: AgeLimits,
    interner: Arc<Interner>,
    refresh: u32,
    /// Whether it is still going on.
    under_way: bool,
    /// When the last refresh began, since the exporter's start.
    began: Option<Duration>,
    patch_rotation: Rotation,
    item_rotation: Rotation,
    collectors: [CollectorState; Collector::ALL.len()],
    chunks: Chunks,
    reconciliation: Reconciliation,
    totals: Vec<Totals>,
    baselines: Vec<Baseline>,
    associations: Vec<Association>,
    evidence: Evidence,
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
    /// When its data was last confirmed, since the exporter's start; `None` without data.
    confirmed: Option<Duration>,
    /// The refresh of the last success.
    confirmed_in: u32,
}

/// How an attempt of a collector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The reason of a failure, the first met.
    pub result: Result<(), FailureReason>,
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
    /// What it read. A listing that failed brings nothing; failed details bring the instances that
    /// were read.
    pub data: Option<Collected>,
}

// === impl Target ===

impl Target {
    /// A target of which nothing is known yet.
    pub fn new(ages: AgeLimits) -> Self {
        Self {
            ages,
            interner: Arc::default(),
            refresh: 0,
            under_way: false,
            began: None,
            patch_rotation: Rotation::default(),
            item_rotation: Rotation::default(),
            collectors: Default::default(),
            chunks: Chunks::default(),
            reconciliation: Reconciliation::default(),
            totals: Vec::new(),
            baselines: Vec::new(),
            associations: Vec::new(),
            evidence: Evidence::default(),
        }
    }

    /// Starts a refresh; its number goes with what it reads.
    pub fn begin_refresh(&mut self, now: Now) -> u32 {
        let elapsed = self.began.map_or(Duration::ZERO, |began| {
            now.since_start.saturating_sub(began)
        });
        let listed = || {
            self.chunks
                .instances()
                .filter(|instance| self.is_listed(instance))
        };
        let patches =
            listed().filter_map(|instance| Some((instance, &instance.patches.as_ref()?.mark)));
        let items =
            listed().filter_map(|instance| Some((instance, &instance.items.as_ref()?.mark)));
        let full_every = self.ages.full_every;
        let rotations = (
            Rotation::new(patches, elapsed, full_every),
            Rotation::new(items, elapsed, full_every),
        );
        (self.patch_rotation, self.item_rotation) = rotations;
        self.began = Some(now.since_start);
        self.refresh += 1;
        self.under_way = true;
        self.refresh
    }

    /// Nothing more comes of the refresh.
    pub fn end_refresh(&mut self) {
        self.under_way = false;
    }

    /// Whether this refresh must read the patch state of a listed instance, given its Patch summary
    /// as far as it is known.
    pub fn needs_patches(&self, id: &str, summary: Option<Signature>) -> bool {
        let mark = self
            .chunks
            .find(id)
            .and_then(|instance| Some(&instance.patches.as_ref()?.mark));
        DetailMark::is_due(mark, id, summary, &self.patch_rotation)
    }

    /// Whether this refresh must read the items of a listed instance that is non-compliant for
    /// Association, given that summary.
    pub fn needs_items(&self, id: &str, summary: Option<Signature>) -> bool {
        let mark = self
            .chunks
            .find(id)
            .and_then(|instance| Some(&instance.items.as_ref()?.mark));
        DetailMark::is_due(mark, id, summary, &self.item_rotation)
    }

    /// The one copy of an id that is known.
    pub fn known_id(&self, id: &str) -> Option<&Arc<str>> {
        self.chunks.find(id).map(|instance| &instance.id)
    }

    /// How old data may grow.
    pub fn ages(&self) -> AgeLimits {
        self.ages
    }

    /// Where the values that repeat are stored once.
    pub fn interner(&self) -> Arc<Interner> {
        Arc::clone(&self.interner)
    }

    /// Whether a collector has ever brought anything, however long ago: then an answer without a
    /// list is no empty list.
    pub fn has_ever_had(&self, collector: Collector) -> bool {
        self.evidence.has_had(collector)
    }

    /// Whether any resource has ever had a summary of one of these types.
    pub fn has_ever_had_summaries(&self, types: &[String]) -> bool {
        types.iter().any(|name| self.evidence.has_had_type(name))
    }

    /// Forgets all that was read, but not that AWS had it.
    pub fn forget(&mut self) {
        let evidence = std::mem::take(&mut self.evidence);
        *self = Self {
            evidence,
            ..Self::new(self.ages)
        };
    }

    /// Judges a complete reading before it is taken in; to be called once for each.
    ///
    /// # Errors
    /// If it lost most of a fleet at once and no reading before it said so: then it must not be
    /// taken in.
    pub fn judge(&mut self, data: &Collected) -> Result<(), SuddenLoss> {
        match data {
            Collected::Instances(rows) => self.reconciliation.judge_listings(&self.chunks, rows),
            Collected::Compliance(rows) => {
                let all_listed = !self.has(Collector::Instances);
                self.reconciliation
                    .judge_summaries(&self.chunks, rows, all_listed)
            }
            _ => Ok(()),
        }
    }

    /// Takes in what a collector ended with.
    pub fn apply(&mut self, outcome: Outcome, now: Now) {
        let state = &mut self.collectors[outcome.collector as usize];
        state.attempt = Some(outcome.attempt);
        let succeeded = outcome.attempt.result.is_ok();
        let everything = state.confirmed.is_none();
        if succeeded {
            state.confirmed = Some(now.since_start);
            state.confirmed_in = self.refresh;
            state.success_took = outcome.attempt.took;
            state.last_success = now.wall.or(state.last_success);
        }
        if let Some(data) = outcome.data {
            self.evidence.note(outcome.collector, &data);
            self.take(data, succeeded, everything, now);
        }
        self.interner.sweep();
    }

    fn take(&mut self, data: Collected, succeeded: bool, everything: bool, now: Now) {
        let (stamp, all_listed) = (self.stamp(now), !self.has(Collector::Instances));
        // Without this refresh's summaries nothing says that a detail is still what it was.
        let summarised = self.collector(Collector::Compliance).confirmed_in == self.refresh;
        let confirms = succeeded && summarised;
        match data {
            Collected::Instances(rows) => {
                let compared = summarised || !self.has(Collector::Compliance);
                self.reconciliation
                    .take_listings(&mut self.chunks, rows, compared);
            }
            Collected::Compliance(rows) => {
                let compared = self.collector(Collector::Instances).confirmed_in == self.refresh;
                self.reconciliation
                    .take_summaries(&mut self.chunks, rows, all_listed, compared);
            }
            Collected::Patches(PartialRead { rows, unread }) => {
                self.chunks.merge(rows, |instance, row| {
                    let mark = instance.patches.as_mut().map(|detail| &mut detail.mark);
                    let Some(state) = row else {
                        return keep_or_miss(mark, unread.contains(&instance.id), confirms, stamp);
                    };
                    let (summary, before) = (
                        instance.summary(PATCH),
                        instance.patches.as_ref().map(|detail| &detail.mark),
                    );
                    let dated = state.as_ref().and_then(|state| state.operation_end);
                    let mark = DetailMark::read(stamp, summary, dated, before, everything)
                        .reread_next_if(!summarised);
                    put(&mut instance.patches, Some(PatchDetail { mark, state }));
                })
            }
            Collected::Items(PartialRead { rows, unread }) => {
                self.chunks.merge(rows, |instance, row| match row {
                    // It has become compliant since the row that made it worth asking.
                    Some(_)
                        if instance
                            .summary(ASSOCIATION)
                            .is_some_and(|summary| !summary.is_noncompliant()) => {}
                    Some(associations) => {
                        let (summary, before) = (
                            instance.summary(ASSOCIATION),
                            instance.items.as_ref().map(|detail| &detail.mark),
                        );
                        let mark = DetailMark::read(stamp, summary, None, before, everything)
                            .reread_next_if(!summarised);
                        put(&mut instance.items, Some(ItemDetail { mark, associations }));
                    }
                    None => {
                        let mark = instance.items.as_mut().map(|detail| &mut detail.mark);
                        keep_or_miss(mark, unread.contains(&instance.id), confirms, stamp);
                    }
                })
            }
            Collected::Totals(totals) => self.totals = totals,
            Collected::Baselines(baselines) => self.baselines = baselines,
            Collected::Associations(associations) => self.associations = associations,
        }
    }

    fn stamp(&self, now: Now) -> RefreshStamp {
        RefreshStamp {
            refresh: self.refresh,
            at: u32::try_from(now.since_start.as_secs()).unwrap_or(u32::MAX),
        }
    }

    /// Drops what has grown too old. Says when to look again, and whether anything was dropped.
    pub fn expire(&mut self, now: Now) -> (Option<Duration>, bool) {
        let (keep, current) = (self.keep(), self.current());
        let (mut next, mut dropped) = (None, false);
        for collector in Collector::ALL {
            let state = &mut self.collectors[collector as usize];
            let Some(end) = state.confirmed.map(|confirmed| confirmed + keep) else {
                continue;
            };
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
        (
            next.into_iter().chain(next_detail).min(),
            dropped || dropped_detail,
        )
    }

    /// Details that single instances kept from an earlier refresh expire by themselves.
    fn expire_details(&mut self, now: Now) -> (Option<Duration>, bool) {
        let (keep, current) = (self.keep(), self.current());
        let (mut next, mut dropped) = (None, false);
        let mut fresh = |mark: DetailMark| {
            if current == Some(mark.confirmed_in) {
                return true;
            }
            // A second more: the mark is rounded down.
            let end = Duration::from_secs(u64::from(mark.confirmed_at) + 1) + keep;
            let fresh = end > now.since_start;
            if fresh {
                next = Some(earliest(next, end));
            }
            dropped |= !fresh;
            fresh
        };
        self.chunks.update(|instance| {
            instance.patches.take_if(|detail| !fresh(detail.mark));
            instance.items.take_if(|detail| !fresh(detail.mark));
        });
        (next, dropped)
    }

    /// The refresh under way: what it brought is not too old while it goes on, however slow it is.
    fn current(&self) -> Option<u32> {
        self.under_way.then_some(self.refresh)
    }

    /// For how long data stays once it was confirmed.
    ///
    /// What a collector read is taken in when the whole refresh ends, so the slowest collector
    /// counts for all; and an attempt that failed at once does not make the next success any
    /// faster.
    fn keep(&self) -> Duration {
        let last =
            |state: &CollectorState| state.attempt.map_or(Duration::ZERO, |attempt| attempt.took);
        let slowest = self
            .collectors
            .iter()
            .map(|state| last(state).max(state.success_took))
            .max();
        self.ages
            .stale_after
            .max(3 * self.ages.interval.max(slowest.unwrap_or_default()))
    }

    fn drop_data(&mut self, collector: Collector) {
        match collector {
            Collector::Instances => self.chunks.update(|instance| instance.listing = None),
            Collector::Compliance => self.reconciliation.drop_summaries(&mut self.chunks),
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

    /// Whether the last attempts at what everything else rests on succeeded; `None` before the
    /// first have ended.
    pub fn is_up(&self) -> Option<bool> {
        let result = |collector| {
            self.collector(collector)
                .attempt
                .map(|attempt| attempt.result.is_ok())
        };
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

    /// Whether a listed instance has no summary that it should have. Not before both views have
    /// been read since one of them first said so.
    pub fn is_unreported(&self, instance: &Instance, compliance_type: &str) -> bool {
        self.reconciliation.is_unreported(instance, compliance_type)
    }
}

/// Details of which a refresh brought nothing new.
fn keep_or_miss(mark: Option<&mut DetailMark>, unread: bool, confirms: bool, stamp: RefreshStamp) {
    match mark {
        Some(mark) if unread => mark.miss(),
        Some(mark) if confirms => mark.confirm(stamp),
        _ => {}
    }
}

fn earliest(next: Option<Duration>, end: Duration) -> Duration {
    next.map_or(end, |next| next.min(end))
}
