//! The evidence that all findings about patches have in common.

use crate::explain::case::{Case, PATCH};
use crate::explain::evidence::Evidence;
use crate::explain::explanation::Finding;
use crate::explain::patches::{FoundPatch, approved_by};
use crate::explain::rows::CommandStepRow;
use crate::explain::words::{is_word, lines};
use crate::model::{PatchState, last_segment};

/// The columns of a table of patches.
const PATCH_COLUMNS: &[&str] = &[
    "id",
    "severity",
    "classification",
    "cve_ids",
    "approved_by",
    "title",
];

/// The columns where the baseline does not approve the patches.
const UNAPPROVED_COLUMNS: &[&str] = &["id", "severity", "classification", "cve_ids", "title"];

/// How many lines of a step's output are evidence, from the last one back.
const MAX_OUTPUT_LINES: usize = 12;

/// How many patches are in a state: as many as were read, or as are counted.
pub(super) fn how_many(case: Case<'_>, state: PatchState) -> usize {
    case.patches_in(state).len().max(case.count(state))
}

/// Adds what is known of the last operation, its baseline and who ran it.
pub(super) fn with_operation(finding: Finding, case: Case<'_>) -> Finding {
    let finding = with_baseline(finding, case);
    let finding = match case.patch_state() {
        Some(row) => finding
            .text("operation", &row.operation)
            .text("reboot_option", &row.reboot_option)
            .time("operation_end", row.operation_end)
            .text("patch_group", &row.patch_group)
            .text("snapshot_id", &row.snapshot_id)
            .text("install_override_list", &row.install_override_list),
        None => finding,
    };
    with_scanner(finding, case)
}

/// Adds the baseline of the last operation.
pub(super) fn with_baseline(finding: Finding, case: Case<'_>) -> Finding {
    let settings = case.evidence.baseline.done();
    let used = case.patch_state().map(|row| row.baseline_id.as_str());
    let id = used.or(settings.map(|baseline| baseline.id.as_str()));
    finding
        .text("baseline_id", last_segment(id.unwrap_or_default()))
        .text("baseline_name", settings.map_or("", |it| &it.name))
}

/// Adds who reported the patches, and when.
pub(super) fn with_scanner(finding: Finding, case: Case<'_>) -> Finding {
    let Some(summary) = case.summary(PATCH) else {
        return finding;
    };
    finding
        .text("execution_type", &summary.execution_type)
        .text("execution_id", &summary.execution_id)
        .time("captured", summary.execution_time)
}

/// Adds the patches, with what of the baseline approves each of them.
pub(super) fn with_approved(finding: Finding, case: Case<'_>, patches: &[FoundPatch]) -> Finding {
    let baseline = case.evidence.baseline.done();
    let row = |patch: &FoundPatch| {
        let mut row = patch_row(patch);
        row.insert(4, approved_by(patch, baseline));
        row
    };
    finding.table("patches", PATCH_COLUMNS, patches.iter().map(row).collect())
}

/// Adds the patches.
pub(super) fn with_patches(finding: Finding, patches: &[FoundPatch]) -> Finding {
    let rows = patches.iter().map(patch_row).collect();
    finding.table("patches", UNAPPROVED_COLUMNS, rows)
}

fn patch_row(patch: &FoundPatch) -> Vec<String> {
    vec![
        patch.id.clone(),
        patch.severity.clone(),
        patch.classification.clone(),
        patch.cve_ids.join(" "),
        patch.title.clone(),
    ]
}

/// The command that reported the patches. A patch policy's run is none.
pub(super) fn patch_command_id(evidence: &Evidence) -> &str {
    let summaries = evidence.summaries.done().into_iter().flatten();
    let mut patch = summaries.filter(|row| row.compliance_type == PATCH);
    patch.next().map_or("", |row| row.execution_id.as_str())
}

/// Adds the step that failed, with its exit code and the end of what it wrote.
pub(super) fn with_failed_step(finding: Finding, steps: &[CommandStepRow]) -> Finding {
    let Some(step) = failed_step(steps) else {
        return finding;
    };
    let code = step.exit_code.map(|code| code.to_string());
    finding
        .text("failed_step", &step.name)
        .text("failed_step_status", &step.status)
        .text("exit_code", code.as_deref().unwrap_or_default())
        .text("output", &end_of(&step.output))
}

fn failed_step(steps: &[CommandStepRow]) -> Option<&CommandStepRow> {
    let is_bad = |step: &&CommandStepRow| {
        let succeeded = is_word(&step.status, "Success") || is_word(&step.status, "Skipped");
        !succeeded || step.exit_code.is_some_and(|code| code > 0)
    };
    steps.iter().find(is_bad)
}

/// The last lines of an output, which is where programs say why they end.
fn end_of(output: &str) -> String {
    let cleaned = lines(output);
    let all: Vec<&str> = cleaned.lines().collect();
    all[all.len().saturating_sub(MAX_OUTPUT_LINES)..].join("\n")
}
