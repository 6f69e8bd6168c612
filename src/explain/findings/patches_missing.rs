//! "AWS-RunPatchBaseline document didn't run on the instance": with `Install`, since the patches
//! were approved.

use super::patch_facts::{how_many, with_approved, with_operation};
use super::steps::{SCAN_AFTER_INSTALL, install, scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::words::counted;
use crate::model::{NoncomplianceReason, PatchState};

const CAUSE: Cause = Cause::Reason(NoncomplianceReason::PatchesMissing);

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let count = how_many(case, PatchState::Missing);
    if count == 0 || !case.is_noncompliant(PATCH) {
        return Vec::new();
    }
    let finding = Finding::new(CAUSE, Effect::Noncompliant, PATCH, sentence(case, count));
    let finding = with_operation(finding, case);
    let finding = with_approved(finding, case, &case.patches_in(PatchState::Missing))
        .since(
            case.last_scan(),
            "the scan that found them; AWS does not keep when each was approved",
        )
        .step(installation(case))
        .step(scan(case, SCAN_AFTER_INSTALL));
    vec![verified_patches(finding, case)]
}

fn installation(case: Case<'_>) -> Step {
    if how_many(case, PatchState::Failed) == 0 {
        return install(case);
    }
    Step::new("The installation above, of the patches that failed, installs these, too.")
}

fn sentence(case: Case<'_>, count: usize) -> String {
    let patches = counted(count, "approved patch is", "approved patches are");
    match case.patch_state() {
        None => format!("{patches} not installed"),
        Some(_) if case.was_install() => {
            format!("{patches} not installed, although the last operation was an Install")
        }
        Some(_) => format!("{patches} not installed: the last operation only scanned"),
    }
}
