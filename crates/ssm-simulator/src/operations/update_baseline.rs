//! `UpdatePatchBaseline`.

use serde_json::Value;

use super::input::{self, Input};
use super::patch_baseline::{baseline_id, unknown_baseline};
use crate::refusal::Refusal;
use crate::rows::PatchBaseline;
use crate::target::{SimulatedTarget, is_of_aws};

/// The members that an update may change.
const MEMBERS: [&str; 11] = [
    "Name",
    "GlobalFilters",
    "ApprovalRules",
    "ApprovedPatches",
    "ApprovedPatchesComplianceLevel",
    "ApprovedPatchesEnableNonSecurity",
    "RejectedPatches",
    "RejectedPatchesAction",
    "Description",
    "Sources",
    "AvailableSecurityUpdatesComplianceStatus",
];
const MAX_PATCHES: usize = 50;
const SEVERITIES: [&str; 6] = [
    "CRITICAL",
    "HIGH",
    "MEDIUM",
    "LOW",
    "INFORMATIONAL",
    "UNSPECIFIED",
];

pub(super) fn update_baseline(
    target: &mut SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let id = baseline_id(input)?;
    check(input)?;
    let before = target
        .patch_baseline(id)
        // Nobody but AWS changes the baselines that it provides, not even their owner's account.
        .filter(|baseline| !is_of_aws(baseline))
        .ok_or_else(|| unknown_baseline(id))?;
    let after = changed(before, input)?;
    let baseline = target
        .replace_baseline(after)
        .ok_or_else(|| unknown_baseline(id))?;
    serde_json::to_value(baseline).map_err(|_| Refusal::internal())
}

fn check(input: &Input) -> Result<(), Refusal> {
    input::texts(input, "ApprovedPatches", 0..=MAX_PATCHES)?;
    input::texts(input, "RejectedPatches", 0..=MAX_PATCHES)?;
    let enums: [(&str, &[&str]); 3] = [
        ("ApprovedPatchesComplianceLevel", &SEVERITIES),
        ("RejectedPatchesAction", &["ALLOW_AS_DEPENDENCY", "BLOCK"]),
        (
            "AvailableSecurityUpdatesComplianceStatus",
            &["COMPLIANT", "NON_COMPLIANT"],
        ),
    ];
    for (member, allowed) in enums {
        if let Some(value) = input::text(input, member)? {
            input::check_enum(&input::in_messages(member), value, allowed)?;
        }
    }
    Ok(())
}

/// The baseline with the members of the request. What the request leaves out stays as it is, unless
/// it asks for a replacement.
fn changed(before: &PatchBaseline, input: &Input) -> Result<PatchBaseline, Refusal> {
    let mut members = serde_json::to_value(before).map_err(|_| Refusal::internal())?;
    let replaces = input.get("Replace") == Some(&true.into());
    for member in MEMBERS {
        match input.get(member) {
            Some(value) if !value.is_null() => members[member] = value.clone(),
            _ if replaces && member != "Name" => {
                members.as_object_mut().map(|all| all.remove(member));
            }
            _ => {}
        }
    }
    serde_json::from_value(members).map_err(|_| input::wrong_type("ApprovalRules"))
}
