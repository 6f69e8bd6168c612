//! Several scans with different baselines overwrite each other's results.

use super::patch_facts::with_operation;
use crate::explain::case::{Case, PATCH, PATCH_DOCUMENT};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::model::last_segment;

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    if case.is_unlisted() {
        return Vec::new();
    }
    let by_policy_and_association =
        case.is_by_patch_policy() && case.has_association_of(PATCH_DOCUMENT);
    let baselines = baselines(case);
    if baselines.len() < 2 && !by_policy_and_association {
        return Vec::new();
    }
    let sentence = if by_policy_and_association {
        "a patch policy and an association of AWS-RunPatchBaseline both scan the instance, and the \
         later one overwrites the other's result"
    } else {
        "several baselines stand in the data of one instance: scans overwrite each other's results"
    };
    let finding = Finding::new(Cause::ScannersConflict, Effect::Doubtful, PATCH, sentence)
        .text("baselines", &baselines.join(" "))
        .text("execution_types", &execution_types(case).join(" "));
    vec![with_operation(finding, case).step(Step::new(
        "Decide which of them shall scan the instance, and take it out of the targets of the \
         others: associations, maintenance windows, patch policies.",
    ))]
}

/// The baselines that the patch state and the items name.
fn baselines(case: Case<'_>) -> Vec<&str> {
    let state = case.patch_state().map(|row| row.baseline_id.as_str());
    let items = case.items_of(PATCH).into_iter();
    let named = items.map(|item| item.detail("PatchBaselineId"));
    sorted(state.into_iter().chain(named).map(last_segment))
}

fn execution_types(case: Case<'_>) -> Vec<&str> {
    let summary = case.summary(PATCH).map(|row| row.execution_type.as_str());
    let items = case.items_of(PATCH).into_iter();
    let named = items.map(|item| item.execution_type.as_str());
    sorted(summary.into_iter().chain(named))
}

fn sorted<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}
