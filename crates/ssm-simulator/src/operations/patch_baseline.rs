//! `GetPatchBaseline`, and which baseline applies to an operating system or a patch group.

use serde_json::{Value, json};

use super::input::{self, Input};
use crate::ids;
use crate::refusal::Refusal;
use crate::target::{SimulatedTarget, is_of_aws};

/// The operating system of a request that names none.
const DEFAULT_OPERATING_SYSTEM: &str = "WINDOWS";

pub(super) fn patch_baseline(target: &SimulatedTarget, input: &Input) -> Result<Value, Refusal> {
    let id = baseline_id(input)?;
    let baseline = target
        .patch_baseline(id)
        .ok_or_else(|| unknown_baseline(id))?;
    serde_json::to_value(baseline).map_err(|_| Refusal::internal())
}

pub(super) fn default_patch_baseline(
    target: &SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let os = operating_system(target, input)?;
    let id = target.default_baseline(os).unwrap_or_default();
    Ok(json!({ "BaselineId": id, "OperatingSystem": os }))
}

/// A patch group that no baseline is registered for has the default one.
pub(super) fn patch_baseline_for_patch_group(
    target: &SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let group = input::required_text(input, "PatchGroup")?;
    if group.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint("''", "patchGroup", constraint));
    }
    let os = operating_system(target, input)?;
    let id = target.baseline_of_group(group, os).unwrap_or_default();
    Ok(json!({ "BaselineId": id, "PatchGroup": group, "OperatingSystem": os }))
}

/// The required id or ARN of a baseline.
pub(super) fn baseline_id(input: &Input) -> Result<&str, Refusal> {
    let id = input::required_text(input, "BaselineId")?;
    if !ids::is_baseline_id(id) {
        return Err(input::wrong_pattern(
            "BaselineId",
            id,
            ids::BASELINE_ID_PATTERN,
        ));
    }
    if ids::short_baseline_id(id).starts_with("pb-") {
        return Ok(id);
    }
    Err(Refusal::bare("InvalidResourceId"))
}

pub(super) fn unknown_baseline(id: &str) -> Refusal {
    let message = format!("Patch Baseline {id} does not exist.");
    Refusal::modelled("DoesNotExistException", message)
}

fn operating_system<'a>(target: &SimulatedTarget, input: &'a Input) -> Result<&'a str, Refusal> {
    let os = input::text(input, "OperatingSystem")?.unwrap_or(DEFAULT_OPERATING_SYSTEM);
    let known: Vec<&str> = target
        .patch_baselines
        .iter()
        // AWS provides one for every operating system.
        .filter(|baseline| is_of_aws(baseline))
        .map(|baseline| baseline.operating_system.as_str())
        .collect();
    input::check_enum("operatingSystem", os, &known)?;
    Ok(os)
}
