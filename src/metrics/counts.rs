//! Counts over the instances of a target.
//!
//! All of them are made in one pass, while the renderer has each instance at hand: the memory of a
//! large fleet takes longer to read than the counts take to make.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ptr;

use super::by_status::ByStatus;
use super::patch_counts::PatchCounts;
use super::tag_counts::TagCounts;
use super::target_view::TargetView;
use crate::model::{
    ComplianceType, Instance, NoncomplianceReason, PatchOperation, SharedListing, Summary,
    SummaryCounts, noncompliance_reasons,
};

/// The counts of the listed instances, and the number of resources that are not listed.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    /// The number of resources that have compliance data but are not listed.
    pub unlisted: u64,
    /// The number of instances by compliance type and reason.
    // The reasons of Patch and Association are there with zeros, too: a series that comes and goes
    // cannot be graphed or alerted on well ("Avoid missing metrics", Prometheus' guide to
    // instrumentation).
    pub reasons: BTreeMap<(ComplianceType, NoncomplianceReason), u64>,
    /// The number of instances by patch and by vulnerability.
    pub(super) patches: PatchCounts<'a>,
    /// The number of instances by the values of tags.
    pub(super) tags: TagCounts<'a>,
    /// The number of instances without a summary that they should have, by compliance type. It has
    /// the types that are read and that every instance can have.
    unreported: BTreeMap<ComplianceType, u64>,
    // A fleet has few different values of these, so whole values are counted for each instance, and
    // they are looked into once at the end.
    listings: Tally<'a, SharedListing>,
    summaries: Tally<'a, SummaryCounts>,
    operations: Tally<'a, PatchOperation>,
}

/// The number of instances that have each value.
// The values are interned, so equal ones are one object. They are told apart by their addresses,
// because hashing all that is in them would add a twentieth to the time of rendering.
#[derive(Debug)]
struct Tally<'a, T>(HashMap<*const T, (&'a T, u64)>);

// === impl Counts ===

impl<'a> Counts<'a> {
    /// The counts before any instance was counted.
    pub fn new(view: &TargetView<'_>) -> Self {
        let mut counts = Self {
            tags: TagCounts::new(view),
            ..Self::default()
        };
        counts.start_unreported(view);
        for compliance_type in ComplianceType::OF_EVERY_INSTANCE {
            if view.explains(&compliance_type) {
                counts.start_reasons(&compliance_type);
            }
        }
        counts
    }

    fn start_unreported(&mut self, view: &TargetView<'_>) {
        for compliance_type in view.policy.selection.types_of_every_instance() {
            self.unreported.insert(compliance_type, 0);
        }
    }

    fn start_reasons(&mut self, compliance_type: &ComplianceType) {
        for reason in NoncomplianceReason::of_type(compliance_type) {
            self.reasons.insert((compliance_type.clone(), *reason), 0);
        }
    }

    /// Counts one more instance.
    pub fn add(&mut self, view: &TargetView<'a>, instance: &'a Instance) {
        // A resource that was terminated keeps its compliance data for a while. It is counted, but
        // apart: it must not make the fleet look larger or worse than it is.
        if let Some(listing) = &instance.listing {
            self.listings.add(&listing.shared);
        } else if !instance.summaries.is_empty() {
            self.unlisted += 1;
        }
        if view.target.is_listed(instance) {
            self.add_listed(view, instance);
        }
    }

    fn add_listed(&mut self, view: &TargetView<'a>, instance: &'a Instance) {
        self.add_summaries(view, instance);
        for compliance_type in view.unreported(instance) {
            *self.unreported.entry(compliance_type).or_default() += 1;
        }
        let patches = instance.patches.as_ref();
        if let Some(counts) = patches.and_then(|detail| detail.content.as_ref()) {
            self.operations.add(&counts.operation);
        }
        self.patches.add(instance);
        self.tags.add(view, instance);
    }

    fn add_summaries(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        for summary in &instance.summaries {
            self.summaries.add(&summary.counts);
            if summary.is_noncompliant() && view.explains(summary.compliance_type()) {
                self.add_reasons(instance, summary);
            }
        }
    }

    fn add_reasons(&mut self, instance: &Instance, summary: &Summary) {
        for reason in noncompliance_reasons(instance, summary) {
            let key = (summary.compliance_type().clone(), reason);
            *self.reasons.entry(key).or_default() += 1;
        }
    }

    /// The number of instances by platform type, resource type and ping status.
    pub fn managed(&self) -> BTreeMap<[&'a str; 3], u64> {
        let mut managed = BTreeMap::new();
        for (listing, count) in self.listings.counts() {
            let labels: [&str; 3] = [
                &listing.platform_type,
                &listing.resource_type,
                &listing.ping_status,
            ];
            *managed.entry(labels).or_default() += count;
        }
        managed
    }

    /// The number of instances by compliance type and status. The types that every instance can
    /// have are always there.
    pub fn compliance(&self) -> BTreeMap<&ComplianceType, ByStatus> {
        let mut compliance: BTreeMap<&ComplianceType, ByStatus> = BTreeMap::new();
        for (compliance_type, unreported) in &self.unreported {
            compliance.entry(compliance_type).or_default().unreported = Some(*unreported);
        }
        for (summary, count) in self.summaries.counts() {
            compliance
                .entry(&summary.compliance_type)
                .or_default()
                .add(summary.status, count);
        }
        compliance
    }

    /// The baselines that patch operations used.
    pub fn baselines(&self) -> BTreeSet<&'a str> {
        self.operations
            .counts()
            .map(|(operation, _)| &*operation.baseline_id)
            .collect()
    }
}

// === impl Tally ===

impl<T> Default for Tally<'_, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'a, T> Tally<'a, T> {
    fn add(&mut self, value: &'a T) {
        self.0.entry(ptr::from_ref(value)).or_insert((value, 0)).1 += 1;
    }

    fn counts(&self) -> impl Iterator<Item = (&'a T, u64)> {
        self.0.values().copied()
    }
}
