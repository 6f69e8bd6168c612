//! The state of one account in one region: what its collectors have read, how old that is, and when
//! it is dropped.

mod expiry;
mod reselection;
mod take;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::chunks::Chunks;
use super::collector::Collector;
use super::compliance_type::ComplianceType;
use super::details::{DetailKind, DetailMark, Rotation};
use super::evidence::Evidence;
use super::instance::Instance;
use super::interner::Interner;
use super::loss::LossGuard;
use super::outcome::CollectorState;
use super::reconciliation::Reconciliation;
use super::settings::{Association, Baseline, Totals};
use super::signature::Signature;
use super::tags::InstanceTags;
use super::text::free_text;
use super::time::Now;

pub use expiry::Expiry;

/// The limits on how old data may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeLimits {
    /// How long after its last confirmation data is dropped.
    pub stale_after: Duration,
    /// The time between the starts of two refreshes.
    pub interval: Duration,
    /// The time within which every detail is read again.
    pub full_every: Duration,
}

/// The state of one account in one region.
///
/// A clone is a snapshot of the moment. It is cheap, because the instances are shared until they
/// change.
///
/// ```
/// use std::time::Duration;
///
/// use ssm_compliance_exporter::model::{
///     AgeLimits, Attempt, Collector, InstanceRow, Listings, Now, Outcome, Target,
/// };
///
/// let mut target = Target::new(AgeLimits {
///     stale_after: Duration::from_hours(1),
///     interval: Duration::from_mins(5),
///     full_every: Duration::from_hours(6),
/// });
/// let now = Now { since_start: Duration::ZERO, wall: None };
/// target.begin_refresh(now);
///
/// let row = InstanceRow { ping_status: "Online".to_owned(), ..InstanceRow::default() };
/// let mut listings = Listings::default();
/// listings.add(target.resource_id("i-0123456789abcdef0"), &row, &target.interner());
/// let outcome = Outcome {
///     collector: Collector::Instances,
///     attempt: Attempt::succeeded(0, Duration::ZERO),
///     data: Some(listings.finish()),
/// };
/// target.apply(outcome, now);
/// target.end_refresh();
///
/// let instance = target.instances().next().expect("one instance is listed");
/// assert_eq!(&*instance.id, "i-0123456789abcdef0");
/// assert!(instance.listing.as_ref().is_some_and(|listing| listing.is_online()));
/// ```
#[derive(Clone, Debug)]
pub struct Target {
    age_limits: AgeLimits,
    interner: Arc<Interner>,
    /// The number of the last refresh, which marks the data that it has read.
    refresh: u32,
    is_refreshing: bool,
    /// When the last refresh began, as time since the exporter's start.
    began: Option<Duration>,
    rotations: [Rotation; DetailKind::COUNT],
    collectors: [CollectorState; Collector::ALL.len()],
    chunks: Chunks,
    reconciliation: Reconciliation,
    totals: Vec<Totals>,
    baselines: Vec<Baseline>,
    associations: Vec<Association>,
    // Shared, because a snapshot of the target must be cheap.
    tags: Arc<InstanceTags>,
    tag_guard: LossGuard<Arc<str>>,
    evidence: Evidence,
}

impl Target {
    /// Creates a target of which nothing is known yet.
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
            tags: Arc::default(),
            tag_guard: LossGuard::default(),
            evidence: Evidence::default(),
        }
    }

    // === a refresh ===

    /// Starts a refresh, and returns its number.
    pub fn begin_refresh(&mut self, now: Now) -> u32 {
        // The share of details to read again follows from the time that has really passed. A
        // refresh that outlasts the interval skips ticks, and a fixed share would then fall behind.
        let elapsed = self.began.map_or(Duration::ZERO, |began| {
            now.since_start.saturating_sub(began)
        });
        self.rotations = DetailKind::ALL.map(|kind| self.rotation(kind, elapsed));
        self.began = Some(now.since_start);
        self.refresh += 1;
        self.is_refreshing = true;
        self.refresh
    }

    /// Picks the details of one kind that this refresh reads although nothing has changed.
    fn rotation(&self, kind: DetailKind, elapsed: Duration) -> Rotation {
        let details = self
            .instances()
            .filter(|instance| self.is_listed(instance))
            .filter_map(|instance| turn(instance, kind));
        Rotation::new(details.collect(), elapsed, self.age_limits.full_every)
    }

    /// Ends a refresh, whether or not all of its collectors have ended.
    pub fn end_refresh(&mut self) {
        self.is_refreshing = false;
    }

    /// Says whether this refresh must read a detail of a listed instance. `summary` is the
    /// signature of the summary that the detail explains, if that is known already.
    pub fn needs_detail(&self, kind: DetailKind, id: &str, summary: Option<Signature>) -> bool {
        let mark = self
            .chunks
            .find(id)
            .and_then(|instance| instance.mark(kind));
        DetailMark::is_due(mark, id, summary, &self.rotations[kind as usize])
    }

    /// Returns the one copy of a resource's id, made safe to be a label value.
    pub fn resource_id(&self, id: &str) -> Arc<str> {
        let id = free_text(id);
        match self.chunks.find(&id) {
            Some(instance) => Arc::clone(&instance.id),
            None => Arc::from(&*id),
        }
    }

    /// Returns the interner, which stores values that repeat over the fleet.
    pub fn interner(&self) -> Arc<Interner> {
        Arc::clone(&self.interner)
    }

    // === what was known before ===

    /// Says whether a collector has ever read anything, however long ago. If it has, an answer
    /// without a list must not be taken for an empty list.
    pub fn has_ever_had(&self, collector: Collector) -> bool {
        self.evidence.has_had(collector)
    }

    /// Says whether any resource has ever had a summary of one of these types.
    pub fn has_ever_had_summaries(&self, types: &[String]) -> bool {
        types.iter().any(|name| self.evidence.has_had_type(name))
    }

    /// Forgets everything that was read, but remembers that AWS has had it.
    pub fn forget(&mut self) {
        let evidence = mem::take(&mut self.evidence);
        *self = Self {
            evidence,
            ..Self::new(self.age_limits)
        };
    }

    // === what is known now ===

    /// Returns the limits on how old data may grow.
    pub fn age_limits(&self) -> AgeLimits {
        self.age_limits
    }

    /// Returns what is known about a collector.
    pub fn collector(&self, collector: Collector) -> &CollectorState {
        &self.collectors[collector as usize]
    }

    /// Says whether there is data of a collector to show.
    pub fn has(&self, collector: Collector) -> bool {
        self.collector(collector).confirmed.is_some()
    }

    /// Says whether the last attempts to read the instances and their summaries both succeeded, or
    /// `None` before the first attempts have ended.
    pub fn is_up(&self) -> Option<bool> {
        // Every other collector depends on these two or adds to them. A target without its
        // baselines is still worth reading, and must not raise the alarm for a target that is down.
        let instances = self.collector(Collector::Instances).has_succeeded()?;
        let compliance = self.collector(Collector::Compliance).has_succeeded()?;
        Some(instances && compliance)
    }

    /// Returns the instances in chunks, in the order of ids.
    pub fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Returns every instance, in the order of ids.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.chunks.instances()
    }

    /// Returns AWS's own counts of resources, in the order of compliance types.
    pub fn totals(&self) -> &[Totals] {
        &self.totals
    }

    /// Returns the patch baselines, in the order of ids.
    pub fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// Returns the associations, in the order of ids.
    pub fn associations(&self) -> &[Association] {
        &self.associations
    }

    /// Returns the tags of the instances.
    pub fn tags(&self) -> &InstanceTags {
        &self.tags
    }

    /// Says whether a resource counts as a listed instance.
    pub fn is_listed(&self, instance: &Instance) -> bool {
        // Credentials may lack the permission to list instances. Every resource counts as listed
        // then, because otherwise there would be nothing to show at all.
        instance.listing.is_some() || !self.has(Collector::Instances)
    }

    /// Says whether a listed instance lacks a summary that it should have. Nothing is concluded
    /// before both views have been read since one of them first said so.
    pub fn is_unreported(&self, instance: &Instance, compliance_type: &ComplianceType) -> bool {
        self.reconciliation.is_unreported(instance, compliance_type)
    }
}

/// Returns the turn of a detail in the rotation: the refresh that read it, and its instance.
fn turn(instance: &Instance, kind: DetailKind) -> Option<(u32, &Arc<str>)> {
    let mark = instance.mark(kind)?;
    // A detail that is read anyway has no turn. One that can never be read is always the oldest,
    // and would otherwise take a turn away from the others at every refresh.
    (!mark.is_reread_next()).then(|| (mark.read_in(), &instance.id))
}
