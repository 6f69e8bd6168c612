//! Counts over the instances of a target, made in one pass while each instance is at hand.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ASSOCIATION, Cause, Instance, PATCH, Status, causes};

use super::view::View;

/// What is counted of the listed instances, and how many resources are not listed.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    /// Instances by platform type, resource type and ping status.
    pub managed: BTreeMap<[&'a str; 3], u64>,
    /// Resources with compliance data that are not listed.
    pub unlisted: u64,
    /// Instances by compliance type; zeros for those types that are always there.
    pub compliance: BTreeMap<&'a str, ByStatus>,
    /// Instances by compliance type and cause, zero included for the causes of Patch and Association.
    pub causes: BTreeMap<(&'a str, Cause), u64>,
    /// The baselines that patch operations used.
    pub baselines: BTreeSet<&'a str>,
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

impl<'a> Counts<'a> {
    /// No instance yet.
    pub fn new(view: &View<'_>) -> Self {
        let mut counts = Self::default();
        for (kind, causes) in [(PATCH, &Cause::PATCH[..]), (ASSOCIATION, &Cause::ASSOCIATION[..])] {
            if view.reads(kind) {
                counts.compliance.insert(kind, ByStatus { unreported: Some(0), ..ByStatus::default() });
            }
            if view.explains(kind) {
                counts.causes.extend(causes.iter().map(|cause| ((kind, *cause), 0)));
            }
        }
        counts
    }

    /// One instance more.
    pub fn add(&mut self, view: &View<'_>, instance: &'a Instance) {
        if let Some(listing) = &instance.listing {
            let traits = &listing.traits;
            let labels = [&*traits.platform_type, &*traits.resource_type, &*traits.ping_status];
            *self.managed.entry(labels).or_default() += 1;
        } else if !instance.summaries.is_empty() {
            self.unlisted += 1;
        }
        if view.target.is_listed(instance) {
            self.add_listed(view, instance);
        }
    }

    fn add_listed(&mut self, view: &View<'_>, instance: &'a Instance) {
        for summary in &instance.summaries {
            let kind: &str = &summary.compliance_type;
            let counts = self.compliance.entry(kind).or_default();
            match summary.status {
                Status::Compliant => counts.compliant += 1,
                Status::NonCompliant => counts.noncompliant += 1,
                Status::Other => {}
            }
            if summary.is_noncompliant() && view.explains(kind) {
                for cause in causes(instance, summary) {
                    *self.causes.entry((kind, cause)).or_default() += 1;
                }
            }
        }
        for kind in [PATCH, ASSOCIATION].into_iter().filter(|kind| view.is_unreported(instance, kind)) {
            *self.compliance.entry(kind).or_default().unreported.get_or_insert_default() += 1;
        }
        self.baselines
            .extend(instance.patches.iter().filter_map(|detail| Some(&*detail.state.as_ref()?.operation.baseline_id)));
    }
}
