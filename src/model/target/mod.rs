//! One account in one region: what its collectors brought, how old that is, and when it is dropped.

mod expiry;
mod take;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::chunks::Chunks;
use super::details::{DetailKind, DetailMark, Rotation};
use super::evidence::Evidence;
use super::instance::Instance;
use super::interner::Interner;
use super::outcome::CollectorState;
use super::reconciliation::Reconciliation;
use super::settings::{Association, Baseline, Totals};
use super::signature::Signature;
use super::text::free_text;
use super::{Collector, ComplianceType, Now};

pub use expiry::Expiry;

/// How old data may grow.
#[derive(Clone, Copy, Debug)]
pub struct AgeLimits {
    /// Data is dropped this long after it was last confirmed.
    pub stale_after: Duration,
    /// The time between the starts of two refreshes.
    pub interval: Duration,
    /// Details are read again at least this often.
    pub full_every: Duration,
}

/// One account in one region.
///
/// A clone is a snapshot of the moment. It costs little, because the instances are shared until
/// they change.
#[derive(Clone, Debug)]
pub struct Target {
    age_limits: AgeLimits,
    interner: Arc<Interner>,
    /// The number of the last refresh; its data bears it.
    refresh: u32,
    is_refreshing: bool,
    /// When the last refresh began, since the exporter's start.
    began: Option<Duration>,
    rotations: [Rotation; DetailKind::COUNT],
    collectors: [CollectorState; Collector::ALL.len()],
    chunks: Chunks,
    reconciliation: Reconciliation,
    totals: Vec<Totals>,
    baselines: Vec<Baseline>,
    associations: Vec<Association>,
    evidence: Evidence,
}

impl Target {
    /// A target of which nothing is known yet.
    pub fn new(age_limits: AgeLimits) -> Self {
        Self {
            age_limits,
            interner: Arc::default(),
            refresh: 0,
            is_refreshing: false,
            began: None,
            rotations: Default::default(),
            collectors: Default::default(),
            chunks: Chunks::default(),
            reconciliation: Reconciliation::default(),
            totals: Vec::new(),
            baselines: Vec::new(),
            associations: Vec::new(),
            evidence: Evidence::default(),
        }
    }

    // === a refresh ===

    /// Starts a refresh, and answers the number that goes with what it reads.
    pub fn begin_refresh(&mut self, now: Now) -> u32 {
        let elapsed = self.began.map_or(Duration::ZERO, |began| {
            now.since_start.saturating_sub(began)
        });
        self.rotations = DetailKind::ALL.map(|kind| self.rotation(kind, elapsed));
        self.began = Some(now.since_start);
        self.refresh += 1;
        self.is_refreshing = true;
        self.refresh
    }

    /// Which details of one kind are read in this refresh although nothing has changed.
    ///
    /// Those that are read anyway have no part in it: one that can never be read must not hold up
    /// the others.
    fn rotation(&self, kind: DetailKind, elapsed: Duration) -> Rotation {
        let details = self
            .instances()
            .filter(|instance| self.is_listed(instance))
            .filter_map(|instance| {
                let mark = instance.mark(kind)?;
                (!mark.is_reread_next()).then(|| (mark.read_in(), &instance.id))
            });
        Rotation::new(details.collect(), elapsed, self.age_limits.full_every)
    }

    /// Ends a refresh: nothing more comes of it.
    pub fn end_refresh(&mut self) {
        self.is_refreshing = false;
    }

    /// Whether this refresh must read a detail of a listed instance, given the summary that it
    /// explains, as far as that is known.
    pub fn needs_detail(&self, kind: DetailKind, id: &str, summary: Option<Signature>) -> bool {
        let mark = self
            .chunks
            .find(id)
            .and_then(|instance| instance.mark(kind));
        DetailMark::is_due(mark, id, summary, &self.rotations[kind as usize])
    }

    /// The one copy of a resource's id, made safe to be a label value.
    pub fn resource_id(&self, id: &str) -> Arc<str> {
        let id = free_text(id);
        match self.chunks.find(&id) {
            Some(instance) => Arc::clone(&instance.id),
            None => Arc::from(&*id),
        }
    }

    /// Where the values that repeat are stored once.
    pub fn interner(&self) -> Arc<Interner> {
        Arc::clone(&self.interner)
    }

    // === what was known before ===

    /// Whether a collector has ever brought anything, however long ago. If it has, an answer
    /// without a list does not stand for an empty list.
    pub fn has_ever_had(&self, collector: Collector) -> bool {
        self.evidence.has_had(collector)
    }

    /// Whether any resource has ever had a summary of one of these types.
    pub fn has_ever_had_summaries(&self, types: &[String]) -> bool {
        types.iter().any(|name| self.evidence.has_had_type(name))
    }

    /// Forgets all that was read, but not that AWS had it.
    pub fn forget(&mut self) {
        let evidence = mem::take(&mut self.evidence);
        *self = Self {
            evidence,
            ..Self::new(self.age_limits)
        };
    }

    // === what is known now ===

    /// How old data may grow.
    pub fn age_limits(&self) -> AgeLimits {
        self.age_limits
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
        let instances = self.collector(Collector::Instances).has_succeeded()?;
        let compliance = self.collector(Collector::Compliance).has_succeeded()?;
        Some(instances && compliance)
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

    /// Whether a listed instance has no summary that it should have. Nothing is concluded before
    /// both views have been read since one of them first said so.
    pub fn is_unreported(&self, instance: &Instance, compliance_type: &ComplianceType) -> bool {
        self.reconciliation.is_unreported(instance, compliance_type)
    }
}
