//! The case of one instance: the evidence, and the questions that findings ask of it.

use super::evidence::Evidence;
use super::patches::{FoundPatch, patches_in};
use super::platform::Platform;
use super::words::is_word;
use crate::model::{
    ComplianceType, InstanceRow, ItemRow, PatchRow, PatchState, SummaryRow, Timestamp, last_segment,
};

/// The compliance type that Patch Manager reports.
pub(super) const PATCH: &str = ComplianceType::PATCH;
/// The compliance type that State Manager reports.
pub(super) const ASSOCIATION: &str = ComplianceType::ASSOCIATION;
/// How the types begin that users of AWS write themselves.
pub(super) const CUSTOM_PREFIX: &str = ComplianceType::CUSTOM_PREFIX;

/// The document that scans and installs, and reports the type Patch.
pub(super) const PATCH_DOCUMENT: &str = "AWS-RunPatchBaseline";
/// The document that does the same as an association, and reports only as an association.
pub(super) const PATCH_ASSOCIATION_DOCUMENT: &str = "AWS-RunPatchBaselineAssociation";

/// The evidence of one instance, and the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) now: Option<Timestamp>,
}

// === impl Case ===

impl<'a> Case<'a> {
    /// The id of the instance.
    pub(super) fn id(self) -> &'a str {
        &self.evidence.resource_id
    }

    /// The listing, if AWS lists the instance and it was read.
    pub(super) fn listing(self) -> Option<&'a InstanceRow> {
        self.evidence.listing.done()?.as_ref()
    }

    /// Whether AWS was asked for the instance and does not list it.
    pub(super) fn is_unlisted(self) -> bool {
        matches!(self.evidence.listing.done(), Some(None))
    }

    pub(super) fn platform(self) -> Platform {
        self.listing().map_or(Platform::Unknown, Platform::of)
    }

    pub(super) fn summaries(self) -> &'a [SummaryRow] {
        self.evidence.summaries.done().map_or(&[], Vec::as_slice)
    }

    pub(super) fn summary(self, compliance_type: &str) -> Option<&'a SummaryRow> {
        let mut summaries = self.summaries().iter();
        summaries.find(|summary| summary.compliance_type == compliance_type)
    }

    /// Whether AWS was asked for summaries and has none of this type.
    pub(super) fn lacks_summary(self, compliance_type: &str) -> bool {
        self.evidence.summaries.done().is_some() && self.summary(compliance_type).is_none()
    }

    /// The types that are non-compliant, each of them once.
    pub(super) fn noncompliant_types(self) -> Vec<&'a str> {
        let mut types: Vec<&str> = match self.evidence.summaries.done() {
            Some(summaries) => noncompliant_summaries(summaries),
            // Without summaries the items tell the same, except of what they do not name.
            None => self.types_of_details(),
        };
        types.sort_unstable();
        types.dedup();
        types
    }

    pub(super) fn is_noncompliant(self, compliance_type: &str) -> bool {
        self.noncompliant_types().contains(&compliance_type)
    }

    /// The non-compliant items of a type, as far as they were read.
    pub(super) fn items_of(self, compliance_type: &str) -> Vec<&'a ItemRow> {
        let items = self.evidence.items.done().into_iter().flatten();
        items
            .filter(|item| item.compliance_type == compliance_type)
            .filter(|item| item.is_noncompliant())
            .collect()
    }

    pub(super) fn patch_state(self) -> Option<&'a PatchRow> {
        self.evidence.patch_state.done()?.as_ref()
    }

    /// How many patches the patch state counts in a state.
    pub(super) fn count(self, state: PatchState) -> usize {
        let count = self
            .patch_state()
            .and_then(|row| row.counts[state as usize]);
        usize::try_from(count.unwrap_or(0)).unwrap_or(0)
    }

    /// The patches in a state, as far as they were read.
    pub(super) fn patches_in(self, state: PatchState) -> Vec<FoundPatch> {
        let items = self.items_of(PATCH);
        patches_in(self.evidence.patches.done(), &items, state)
    }

    /// Whether the last operation on patches was an `Install`.
    pub(super) fn was_install(self) -> bool {
        self.patch_state()
            .is_some_and(|row| is_word(&row.operation, "Install"))
    }

    /// Whether a patch policy reported the patches.
    pub(super) fn is_by_patch_policy(self) -> bool {
        self.summary(PATCH)
            .is_some_and(|summary| is_word(&summary.execution_type, "PatchPolicy"))
    }

    /// When patches were last reported, by an operation that scans.
    pub(super) fn last_scan(self) -> Option<Timestamp> {
        let operation = self.patch_state().and_then(|row| row.operation_end);
        let summary = self.summary(PATCH).and_then(|row| row.execution_time);
        operation.max(summary)
    }

    /// Whether an association of the instance runs this document.
    pub(super) fn has_association_of(self, document: &str) -> bool {
        let rows = self.evidence.associations.done().into_iter().flatten();
        let mut documents = rows.map(|row| row.document.as_str());
        let items = self.items_of(ASSOCIATION);
        let mut documents_of_items = items.iter().map(|item| item.document());
        documents.any(|name| last_segment(name) == document)
            || documents_of_items.any(|name| last_segment(name) == document)
    }

    fn types_of_details(self) -> Vec<&'a str> {
        let items = self.evidence.items.done().into_iter().flatten();
        let noncompliant = items.filter(|item| item.is_noncompliant());
        let types = noncompliant.map(|item| item.compliance_type.as_str());
        let bad_states = &PatchState::ALL[..PatchState::NONCOMPLIANT];
        let has_bad_patches = bad_states.iter().any(|state| self.count(*state) > 0);
        types.chain(has_bad_patches.then_some(PATCH)).collect()
    }
}

fn noncompliant_summaries(summaries: &[SummaryRow]) -> Vec<&str> {
    let noncompliant = summaries.iter().filter(|row| row.is_noncompliant());
    noncompliant
        .map(|row| row.compliance_type.as_str())
        .collect()
}
