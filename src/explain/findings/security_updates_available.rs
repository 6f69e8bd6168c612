//! On Windows: security updates are available, and the baseline counts them as non-compliant
//! before it approves them. The article knows this state as none of its own.

use super::patch_facts::{with_operation, with_patches};
use super::steps::{SCAN_AFTER_INSTALL, install, place, scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::patches::{FoundPatch, item_state};
use crate::explain::rows::BaselineSettings;
use crate::explain::words::counted;
use crate::model::{NoncomplianceReason, PatchRow, PatchState, last_segment};

/// The most patches that a baseline approves by name, after AWS's model of `ApprovedPatches`.
const MAX_APPROVED_PATCHES: usize = 50;

const CAUSE: Cause = Cause::Reason(NoncomplianceReason::SecurityUpdatesAvailable);

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let count = counted_updates(case);
    if count == 0 || !case.is_noncompliant(PATCH) {
        return Vec::new();
    }
    let updates = updates(case);
    let sentence = counted(
        count,
        "security update is available that the baseline does not approve, and counts as \
         non-compliant",
        "security updates are available that the baseline does not approve, and counts as \
         non-compliant",
    );
    let finding = Finding::new(CAUSE, Effect::Noncompliant, PATCH, sentence);
    let flag = case.evidence.baseline.done();
    let finding = with_operation(finding, case).text(
        "available_security_updates_compliance_status",
        flag.map_or("", |baseline| &baseline.available_security_updates),
    );
    let finding = with_patches(finding, &updates)
        .since(case.last_scan(), "the scan that found them")
        .step(approve(case, &updates))
        .step(install(case))
        .step(scan(case, SCAN_AFTER_INSTALL));
    vec![verified_patches(finding, case)]
}

/// How many available updates are counted as non-compliant.
fn counted_updates(case: Case<'_>) -> usize {
    let items = case.items_of(PATCH);
    let named = items
        .iter()
        .filter(|item| item_state(item) == Some(PatchState::AvailableSecurityUpdate))
        .count();
    // A type that is non-compliant has items: without any, they were not read.
    if !items.is_empty() {
        return named;
    }
    let available = case.count(PatchState::AvailableSecurityUpdate);
    if exceeds_the_four_states(case) {
        available
    } else {
        0
    }
}

/// Whether the summary has more non-compliant items than the four states that always are.
// This is how the metric tells it: without the items nothing else does.
fn exceeds_the_four_states(case: Case<'_>) -> bool {
    let explained = case.patch_state().map_or(0, PatchRow::always_noncompliant);
    let total = case.summary(PATCH).map_or(0, |row| row.noncompliant.total);
    total > explained
}

fn updates(case: Case<'_>) -> Vec<FoundPatch> {
    case.patches_in(PatchState::AvailableSecurityUpdate)
}

fn approve(case: Case<'_>, updates: &[FoundPatch]) -> Step {
    let used = case.patch_state().map_or("", |row| &row.baseline_id);
    if is_provided_by_aws(used, case.evidence.baseline.done()) {
        return Step::new(
            "This baseline is AWS's own and cannot be changed. Make a copy of it that approves \
             the updates (by name, or with fewer days until approval), and register that for the \
             instance's patch group or as the default.",
        );
    }
    match case.evidence.baseline.done() {
        Some(baseline) => approve_by_name(case, baseline, updates),
        None => Step::new(
            "Approve the updates in the baseline. Its present settings could not be read here:",
        )
        .command(commands::read_baseline(place(case), last_segment(used))),
    }
}

fn approve_by_name(case: Case<'_>, baseline: &BaselineSettings, updates: &[FoundPatch]) -> Step {
    let mut names: Vec<&str> = baseline
        .approved_patches
        .iter()
        .map(String::as_str)
        .collect();
    let missing = updates.iter().map(|patch| patch.id.as_str());
    names.extend(missing.filter(|id| !baseline.approved_patches.iter().any(|it| it == id)));
    if names.len() > MAX_APPROVED_PATCHES || updates.is_empty() {
        return Step::new(
            "Approve the updates in the baseline, with a rule that needs fewer days: a baseline \
             takes no more than 50 patches by name.",
        );
    }
    let id = last_segment(&baseline.id);
    Step::new(
        "Approve the updates in the baseline. This affects all instances of the baseline. The \
         list replaces the one that it has, which is why that is repeated.",
    )
    .command(commands::approve_patches(place(case), id, &names))
}

/// Whether a baseline is one of those that AWS provides. They belong to accounts of AWS.
fn is_provided_by_aws(used: &str, settings: Option<&BaselineSettings>) -> bool {
    let is_arn = |id: &str| id.starts_with("arn:");
    is_arn(used)
        || settings
            .is_some_and(|baseline| is_arn(&baseline.id) || baseline.name.starts_with("AWS-"))
}
