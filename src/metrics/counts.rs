//! Counts over the instances of a target, made in one pass while each instance is at hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use super::target_view::TargetView;
use crate::model::{
    ComplianceType, Instance, NoncomplianceReason, PatchOperation, SharedListing, Status,
    SummaryCounts, noncompliance_reasons,
};

/// What is counted of the listed instances, and how many resources are not listed.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    /// Resources with compliance data that are not listed.
    pub unlisted: u64,
    /// Instances by compliance type and reason, zero included for the reasons of Patch and
    /// Association.
    pub reasons: BTreeMap<(ComplianceType, NoncomplianceReason), u64>,
    /// Instances without a summary that they should have, by the types that are read of those that
    /// every instance can have.
    unreported: BTreeMap<ComplianceType, u64>,
    listings: Tally<'a, SharedListing>,
    summaries: Tally<'a, SummaryCounts>,
    operations: Tally<'a, PatchOperation>,
}

/// Instances of one compliance type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByStatus {
    /// `COMPLIANT`
    pub compliant: u64,
    /// `NON_COMPLIANT`
    pub noncompliant: u64,
    /// Without a summary that they should have; `None` for types that no instance must have.
    pub unreported: Option<u64>,
}

/// How many instances have each value.
#[derive(Debug)]
struct Tally<'a, T>(HashMap<&'a T, u64>);

// === impl Counts ===

impl<'a> Counts<'a> {
    /// The counts before the first instance.
    pub fn new(view: &TargetView<'_>) -> Self {
        let mut counts = Self::default();
        for compliance_type in view.policy.selection.types_of_every_instance() {
            counts.unreported.insert(compliance_type, 0);
        }
        for compliance_type in ComplianceType::OF_EVERY_INSTANCE {
            if view.explains(&compliance_type) {
                counts.start_reasons(&compliance_type);
            }
        }
        counts
    }

    fn start_reasons(&mut self, compliance_type: &ComplianceType) {
        for reason in NoncomplianceReason::of_type(compliance_type) {
            self.reasons.insert((compliance_type.clone(), *reason), 0);
        }
    }

    /// Counts one instance more.
    pub fn add(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        if let Some(listing) = &instance.listing {
            self.listings.add(&listing.shared);
        } else if !instance.summaries.is_empty() {
            self.unlisted += 1;
        }
        if view.target.is_listed(instance) {
            self.add_listed(view, instance);
        }
    }

    fn add_listed(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        self.add_summaries(view, instance);
        for compliance_type in view.unreported(instance) {
            *self.unreported.entry(compliance_type).or_default() += 1;
        }
        let patches = instance.patches.as_ref();
        if let Some(counts) = patches.and_then(|detail| detail.content.as_ref()) {
            self.operations.add(&counts.operation);
        }
    }

    fn add_summaries(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        for summary in &instance.summaries {
            self.summaries.add(&summary.counts);
            let compliance_type = summary.compliance_type();
            if summary.is_noncompliant() && view.explains(compliance_type) {
                for reason in noncompliance_reasons(instance, summary) {
                    let key = (compliance_type.clone(), reason);
                    *self.reasons.entry(key).or_default() += 1;
                }
            }
        }
    }

    /// Instances by platform type, resource type and ping status.
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

    /// Instances by compliance type; zeros for those types that are always there.
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

// === impl ByStatus ===

impl ByStatus {
    fn add(&mut self, status: Status, count: u64) {
        match status {
            Status::Compliant => self.compliant += count,
            Status::NonCompliant => self.noncompliant += count,
            Status::Other => {}
        }
    }
}

// === impl Tally ===

impl<T> Default for Tally<'_, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'a, T: Eq + Hash> Tally<'a, T> {
    fn add(&mut self, value: &'a T) {
        *self.0.entry(value).or_default() += 1;
    }

    fn counts(&self) -> impl Iterator<Item = (&'a T, u64)> {
        self.0.iter().map(|(value, count)| (*value, *count))
    }
}
