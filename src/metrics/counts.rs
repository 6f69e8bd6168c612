//! Counts over the instances of a target, made in one pass while each instance is at hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::model::{
    ASSOCIATION, Instance, NoncomplianceReason, PATCH, PatchOperation, SharedListing, Status,
    SummaryCounts, noncompliance_reasons,
};

use super::target_view::TargetView;

/// What is counted of the listed instances, and how many resources are not listed.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    /// Resources with compliance data that are not listed.
    pub unlisted: u64,
    /// Instances by compliance type and cause, zero included for the causes of Patch and
    /// Association.
    pub noncompliance_reasons: BTreeMap<(&'a str, NoncomplianceReason), u64>,
    /// Instances without a summary that they should have, by the types that are read of those that
    /// instances must have.
    unreported: BTreeMap<&'a str, u64>,
    shared: Tally<'a, SharedListing>,
    verdicts: Tally<'a, SummaryCounts>,
    operations: Tally<'a, PatchOperation>,
}

/// How many instances have each value.
#[derive(Debug)]
struct Tally<'a, T>(HashMap<&'a T, u64>);

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

// === impl Counts ===

impl<'a> Counts<'a> {
    /// No instance yet.
    pub fn new(view: &TargetView<'_>) -> Self {
        let mut counts = Self::default();
        for (kind, noncompliance_reasons) in [
            (PATCH, &NoncomplianceReason::PATCH[..]),
            (ASSOCIATION, &NoncomplianceReason::ASSOCIATION[..]),
        ] {
            if view.reads(kind) {
                counts.unreported.insert(kind, 0);
            }
            if view.explains(kind) {
                counts.noncompliance_reasons.extend(
                    noncompliance_reasons
                        .iter()
                        .map(|cause| ((kind, *cause), 0)),
                );
            }
        }
        counts
    }

    /// One instance more.
    pub fn add(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        if let Some(listing) = &instance.listing {
            self.shared.add(&listing.shared);
        } else if !instance.summaries.is_empty() {
            self.unlisted += 1;
        }
        if view.target.is_listed(instance) {
            self.add_listed(view, instance);
        }
    }

    fn add_listed(&mut self, view: &TargetView<'_>, instance: &'a Instance) {
        for summary in &instance.summaries {
            self.verdicts.add(&summary.verdict);
            if summary.is_noncompliant() && view.explains(&summary.compliance_type) {
                for cause in noncompliance_reasons(instance, summary) {
                    *self
                        .noncompliance_reasons
                        .entry((&summary.compliance_type, cause))
                        .or_default() += 1;
                }
            }
        }
        for (kind, count) in &mut self.unreported {
            *count += u64::from(view.is_unreported(instance, kind));
        }
        if let Some(state) = instance
            .patches
            .as_ref()
            .and_then(|detail| detail.state.as_ref())
        {
            self.operations.add(&state.operation);
        }
    }

    /// Instances by platform type, resource type and ping status.
    pub fn managed(&self) -> BTreeMap<[&'a str; 3], u64> {
        let mut managed = BTreeMap::new();
        for (shared, count) in self.shared.counts() {
            let labels = [
                &**shared.platform_type,
                &**shared.resource_type,
                &**shared.ping_status,
            ];
            *managed.entry(labels).or_default() += count;
        }
        managed
    }

    /// Instances by compliance type; zeros for those types that are always there.
    pub fn compliance(&self) -> BTreeMap<&'a str, ByStatus> {
        let unreported = |count: &u64| ByStatus {
            unreported: Some(*count),
            ..ByStatus::default()
        };
        let mut compliance: BTreeMap<&str, _> = self
            .unreported
            .iter()
            .map(|(kind, count)| (*kind, unreported(count)))
            .collect();
        for (verdict, count) in self.verdicts.counts() {
            let counts = compliance.entry(&verdict.compliance_type).or_default();
            match verdict.status {
                Status::Compliant => counts.compliant += count,
                Status::NonCompliant => counts.noncompliant += count,
                Status::Other => {}
            }
        }
        compliance
    }

    /// The baselines that patch operations used.
    pub fn baselines(&self) -> BTreeSet<&'a str> {
        self.operations
            .counts()
            .map(|(operation, _)| &**operation.baseline_id)
            .collect()
    }
}
