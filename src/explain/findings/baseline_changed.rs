//! The baseline was changed, or another one was assigned, after the last scan.

use super::patch_facts::with_operation;
use super::steps::{scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding};
use crate::model::{Timestamp, last_segment};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let Some(state) = case.patch_state().filter(|_| !case.is_unlisted()) else {
        return Vec::new();
    };
    if let Some(assigned) = other_baseline(case, &state.baseline_id) {
        let used = last_segment(&state.baseline_id);
        let sentence = format!("the last scan used {used}, and {assigned} applies now");
        return vec![finding(case, &sentence).text("assigned_baseline_id", assigned)];
    }
    let changed = changed_since(case);
    let sentence = "the baseline was changed after the last scan";
    changed
        .map(|time| finding(case, sentence).since(Some(time), "the change of the baseline"))
        .into_iter()
        .collect()
}

/// The baseline that applies now, if it is another one.
fn other_baseline<'a>(case: Case<'a>, used: &str) -> Option<&'a str> {
    // A patch policy has its own baselines, whatever the patch group says.
    if case.is_by_patch_policy() {
        return None;
    }
    let assigned = last_segment(case.evidence.assigned_baseline.done()?);
    (!assigned.is_empty() && assigned != last_segment(used)).then_some(assigned)
}

fn changed_since(case: Case<'_>) -> Option<Timestamp> {
    let changed = case.evidence.baseline.done()?.modified?;
    (changed > case.patch_state()?.operation_end?).then_some(changed)
}

fn finding(case: Case<'_>, sentence: &str) -> Finding {
    let finding = Finding::new(Cause::BaselineChanged, Effect::Doubtful, PATCH, sentence);
    let modified = case.evidence.baseline.done().and_then(|it| it.modified);
    let finding = with_operation(finding, case)
        .time("baseline_modified", modified)
        .step(scan(
            case,
            "Scan it, so that the baseline of today decides.",
        ));
    verified_patches(finding, case)
}
