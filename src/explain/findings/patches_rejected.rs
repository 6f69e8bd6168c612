//! "AWS-RunPatchBaseline document ran, but some rejected patches were present on the instance".

use super::patch_facts::{how_many, with_operation, with_patches};
use super::steps::{place, scan, verified_patches};
use crate::explain::case::{Case, PATCH, PATCH_DOCUMENT};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::patches::FoundPatch;
use crate::explain::platform::Platform;
use crate::explain::words::counted;
use crate::model::{NoncomplianceReason, PatchState, last_segment};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let count = how_many(case, PatchState::InstalledRejected);
    if count == 0 || !case.is_noncompliant(PATCH) {
        return Vec::new();
    }
    let patches = case.patches_in(PatchState::InstalledRejected);
    let counted = counted(count, "patch is", "patches are");
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::PatchesRejected),
        Effect::Noncompliant,
        PATCH,
        format!("{counted} installed that the baseline rejects"),
    );
    let finding = with_operation(finding, case);
    let finding = with_rejections(finding, case)
        .text("association_id", association_id(case))
        .since(
            case.last_scan(),
            "the scan that found them; AWS does not keep when each was rejected",
        );
    let finding = with_patches(finding, &patches)
        .step(look_first())
        .step(remove(case, &patches))
        .step(scan(case, "Scan, so that their absence is reported."));
    vec![verified_patches(finding, case)]
}

/// Adds what the baseline rejects, and what it does about it.
fn with_rejections(finding: Finding, case: Case<'_>) -> Finding {
    let Some(baseline) = case.evidence.baseline.done() else {
        return finding;
    };
    finding
        .text("rejected_patches", &baseline.rejected_patches.join(" "))
        .text("rejected_patches_action", &baseline.rejected_patches_action)
}

/// The association that patches the instance, if one does. The article asks to note it.
fn association_id(case: Case<'_>) -> &str {
    let mut rows = case.evidence.associations.done().into_iter().flatten();
    rows.find(|row| last_segment(&row.document) == PATCH_DOCUMENT)
        .map_or("", |row| &row.association_id)
}

fn look_first() -> Step {
    Step::new(
        "Look first at what depends on them, on the instance or in a test: a removal takes along \
         what needs the package. If the rejection is outdated, take the patch off the baseline's \
         list of rejected patches instead.",
    )
}

fn remove(case: Case<'_>, patches: &[FoundPatch]) -> Step {
    let ids: Vec<&str> = patches.iter().map(|patch| patch.id.as_str()).collect();
    let by_hand = Step::new("Remove the rejected patches on the instance.");
    if ids.is_empty() {
        return by_hand;
    }
    let numbers: Vec<&str> = ids.iter().filter_map(|id| kb_number(id)).collect();
    let step = Step::new(
        "Remove the rejected patches. This changes the instance, and what runs there may need a \
         restart.",
    );
    match case.platform() {
        Platform::Linux(manager) => {
            step.commands(commands::remove_packages(place(case), manager, &ids))
        }
        Platform::Windows if !numbers.is_empty() => {
            step.commands(commands::remove_updates(place(case), &numbers))
        }
        Platform::Windows | Platform::MacOs | Platform::Unknown => by_hand,
    }
}

/// The number of an update of Windows: `KB5030000` without its letters.
fn kb_number(id: &str) -> Option<&str> {
    let number = id.strip_prefix("KB").unwrap_or(id);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}
