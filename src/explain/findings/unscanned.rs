//! A listed instance without compliance of type Patch: never scanned, reported as an association
//! only, or of a platform that Patch Manager does not support.

use super::steps::{place, scan, verified_patches};
use crate::explain::case::{Case, PATCH, PATCH_ASSOCIATION_DOCUMENT};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::evidence::Read;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::platform::is_unsupported;

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let found = match unscanned(case) {
        Some(Cause::UnsupportedPlatform) => unsupported(case),
        Some(Cause::ReportedByAssociationOnly) => by_association(case),
        Some(_) => never_scanned(case),
        None => return Vec::new(),
    };
    vec![found]
}

/// Says why a listed instance has no compliance of type Patch. `None` if it has, or if too little
/// was read to say.
pub(in crate::explain) fn unscanned(case: Case<'_>) -> Option<Cause> {
    let listing = case.listing()?;
    if !case.lacks_summary(PATCH) {
        return None;
    }
    if is_unsupported(listing) {
        return Some(Cause::UnsupportedPlatform);
    }
    if case.has_association_of(PATCH_ASSOCIATION_DOCUMENT) {
        return Some(Cause::ReportedByAssociationOnly);
    }
    Some(Cause::NeverScanned)
}

fn never_scanned(case: Case<'_>) -> Finding {
    let reservation = match case.evidence.associations {
        Read::Done(_) => "",
        // Such an instance looks the same from here.
        _ => " (unless AWS-RunPatchBaselineAssociation scans it: its associations were not read)",
    };
    let sentence = format!(
        "no scan for patches is known: there was none, or AWS has deleted it after 30 days\
         {reservation}"
    );
    let finding = Finding::new(Cause::NeverScanned, Effect::Doubtful, PATCH, sentence)
        .step(scan(case, "Scan it."))
        .step(Step::new(
            "Find out why no schedule scans it: add it to a maintenance window, a patch policy or \
             a Quick Setup configuration (most of them choose by the tag `Patch Group` or \
             PatchGroup). If the scan succeeds and nothing is reported, the instance may not call \
             ssm:PutInventory and ssm:PutComplianceItems.",
        ));
    verified_patches(finding, case)
}

fn by_association(case: Case<'_>) -> Finding {
    Finding::new(
        Cause::ReportedByAssociationOnly,
        Effect::Informative,
        PATCH,
        "patches are reported only by AWS-RunPatchBaselineAssociation: they count for the type \
         Association, and AWS keeps no list of them",
    )
    .step(Step::new(
        "Look at the type Association. For the type Patch, with the patches by name, let \
         AWS-RunPatchBaseline scan the instance as well.",
    ))
    .verify("Which types there are:", commands::summaries(place(case)))
}

fn unsupported(case: Case<'_>) -> Finding {
    let listing = case.listing();
    let name = listing.map_or("", |listing| &listing.platform_name);
    let sentence = format!("Patch Manager does not patch {name}, so there is no type Patch");
    Finding::new(
        Cause::UnsupportedPlatform,
        Effect::Informative,
        PATCH,
        sentence,
    )
    .text("platform_name", name)
    .text(
        "platform_version",
        listing.map_or("", |it| &it.platform_version),
    )
    .step(Step::new(
        "Patch it by other means: Bottlerocket with its update operator, others with their \
             own updater. AWS lists what Patch Manager supports under \"Patch Manager \
             prerequisites\".",
    ))
}
