//! "AWS-RunPatchBaseline document ran, but some approved patches failed to install".

use super::patch_facts::{
    how_many, patch_command_id, with_approved, with_failed_step, with_operation,
};
use super::steps::{SCAN_AFTER_INSTALL, install, place, scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::paths;
use crate::explain::words::counted;
use crate::model::{NoncomplianceReason, PatchState, Timestamp};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let count = how_many(case, PatchState::Failed);
    if count == 0 || !case.is_noncompliant(PATCH) {
        return Vec::new();
    }
    let patches = counted(count, "approved patch", "approved patches");
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::PatchesFailed),
        Effect::Noncompliant,
        PATCH,
        format!("{patches} could not be installed, for a reason on the instance itself"),
    );
    let finding = with_operation(finding, case);
    let finding = with_approved(finding, case, &case.patches_in(PatchState::Failed));
    let (time, meaning) = since(case);
    let finding = with_step_of_command(finding, case)
        .since(time, meaning)
        .step(read_logs(case))
        .step(mend())
        .step(install(case))
        .step(scan(case, SCAN_AFTER_INSTALL));
    vec![verified_patches(finding, case)]
}

fn since(case: Case<'_>) -> (Option<Timestamp>, &'static str) {
    if case.was_install() {
        (case.last_scan(), "the installation that failed")
    } else {
        (
            case.last_scan(),
            "the scan that reported it; the failed installation was before it",
        )
    }
}

fn with_step_of_command(finding: Finding, case: Case<'_>) -> Finding {
    match case.evidence.patch_command.done() {
        Some(Some(command)) => {
            with_failed_step(finding.text("document", &command.document), &command.steps)
        }
        _ => finding,
    }
}

fn read_logs(case: Case<'_>) -> Step {
    let command_id = patch_command_id(case.evidence);
    let step = Step::new(
        "Read what the operation wrote, then the logs on the instance (log in with Session \
         Manager or SSH).",
    );
    let step = step.paths(paths::of_patch_command(case, command_id));
    if command_id.is_empty() {
        return step;
    }
    step.command(commands::command_output(place(case), command_id))
}

fn mend() -> Step {
    Step::new(
        "Mend on the instance what the logs name. Patch Manager brings no patches: it drives the \
         system's own updater, so try the same patch with that. Usual causes: no space, no way to \
         the repository, a lock, a broken dependency, on Windows a pending reboot.",
    )
}
