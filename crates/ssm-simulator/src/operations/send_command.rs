//! `SendCommand`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::input::{self, Input};
use crate::effects::{PatchAction, RebootOption, ScriptEffect};
use crate::refusal::Refusal;
use crate::run_command::{PATCH_ASSOCIATION_DOCUMENT, PATCH_DOCUMENT};
use crate::target::{
    CommandEffect, CommandOrder, DELIVERY_SECONDS, PatchOrder, SentCommand, SimulatedTarget,
};

const MAX_INSTANCE_IDS: usize = 50;
const MAX_TARGETS: usize = 5;

/// The parameters of a document that compliance depends on, by their names.
type Parameters<'a> = &'a Input;

pub(super) fn send_command(target: &mut SimulatedTarget, input: &Input) -> Result<Value, Refusal> {
    let document = input::required_text(input, "DocumentName")?;
    let empty = Input::new();
    let parameters = match input.get("Parameters") {
        None | Some(Value::Null) => &empty,
        Some(value) => value
            .as_object()
            .ok_or_else(|| input::wrong_type("Parameters"))?,
    };
    let effect = effect(document, parameters)?;
    let instance_ids = instance_ids(target, input)?;
    check_platforms(target, document, &instance_ids)?;
    let command = target.send_command(CommandOrder {
        document: document.to_owned(),
        comment: input::text(input, "Comment")?
            .unwrap_or_default()
            .to_owned(),
        effect,
        instance_ids,
        delivery_seconds: delivery_seconds(input)?,
    });
    Ok(json!({ "Command": command_row(&command, input) }))
}

fn effect(document: &str, parameters: Parameters<'_>) -> Result<CommandEffect, Refusal> {
    match document {
        PATCH_DOCUMENT => patch_order(parameters).map(CommandEffect::Patch),
        "AWS-RunShellScript" | "AWS-RunPowerShellScript" => {
            script(parameters).map(CommandEffect::Script)
        }
        "AWS-UpdateSSMAgent" => Ok(CommandEffect::UpdateAgent),
        // It reports through an association only, and not where somebody sends it.
        PATCH_ASSOCIATION_DOCUMENT => {
            patch_order(parameters)?;
            Ok(CommandEffect::Nothing)
        }
        unknown => {
            let message = format!("Document with name {unknown} does not exist.");
            Err(Refusal::modelled("InvalidDocument", message))
        }
    }
}

pub(super) fn patch_order(parameters: Parameters<'_>) -> Result<PatchOrder, Refusal> {
    let action = match parameter(parameters, "Operation")? {
        Some("Scan") => PatchAction::Scan,
        Some("Install") => PatchAction::Install,
        _ => return Err(invalid_parameters("Operation")),
    };
    let reboot = match parameter(parameters, "RebootOption")? {
        None | Some("RebootIfNeeded") => RebootOption::RebootIfNeeded,
        Some("NoReboot") => RebootOption::NoReboot,
        Some(_) => return Err(invalid_parameters("RebootOption")),
    };
    Ok(PatchOrder { action, reboot })
}

/// The one value of a parameter.
fn parameter<'a>(parameters: Parameters<'a>, name: &str) -> Result<Option<&'a str>, Refusal> {
    let values = input::texts(parameters, name, 0..=usize::MAX)?.unwrap_or_default();
    match values[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(invalid_parameters(name)),
    }
}

fn script(parameters: Parameters<'_>) -> Result<ScriptEffect, Refusal> {
    let commands = input::texts(parameters, "commands", 1..=usize::MAX)?
        .ok_or_else(|| invalid_parameters("commands"))?;
    Ok(ScriptEffect::of(commands))
}

fn invalid_parameters(name: &str) -> Refusal {
    let message = format!("Parameter {name} has no value that the document allows.");
    Refusal::modelled("InvalidParameters", message)
}

/// The instances of the command, all of which must be managed.
fn instance_ids(target: &SimulatedTarget, input: &Input) -> Result<Vec<String>, Refusal> {
    let mut ids = input::texts(input, "InstanceIds", 0..=MAX_INSTANCE_IDS)?.unwrap_or_default();
    let targets = input::objects(input, "Targets")?.unwrap_or_default();
    if ids.is_empty() && targets.is_empty() {
        let message = "InstanceIds or Targets must be given.";
        return Err(Refusal::common("ValidationException", message));
    }
    if targets.len() > MAX_TARGETS {
        let constraint = format!("Member must have length less than or equal to {MAX_TARGETS}");
        return Err(Refusal::constraint("targets", "targets", constraint));
    }
    for selection in targets {
        ids.extend(targeted_ids(selection)?);
    }
    input::check_instance_ids("InstanceIds", &ids)?;
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Err(Refusal::bare("DuplicateInstanceId"));
    }
    check_managed(target, &ids)?;
    Ok(ids.into_iter().map(str::to_owned).collect())
}

/// The ids that a target names. The instances of this fleet have no tags that it could name.
fn targeted_ids(selection: &Input) -> Result<Vec<&str>, Refusal> {
    let key = input::required_text(selection, "Key")?;
    let values = input::texts(selection, "Values", 0..=MAX_INSTANCE_IDS)?.unwrap_or_default();
    if key.eq_ignore_ascii_case("InstanceIds") {
        Ok(values)
    } else {
        Ok(Vec::new())
    }
}

fn check_managed(target: &SimulatedTarget, ids: &[&str]) -> Result<(), Refusal> {
    let unmanaged: Vec<&str> = ids
        .iter()
        .copied()
        .filter(|id| !target.find(id).is_some_and(|slot| target.is_listed(slot)))
        .collect();
    if unmanaged.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Instances [[{}]] not in a valid state for account {}",
        unmanaged.join(", "),
        target.names.account
    );
    Err(Refusal::modelled("InvalidInstanceId", message))
}

/// A shell of Linux does not run on Windows. The other way round there is PowerShell for Linux.
fn check_platforms(
    target: &SimulatedTarget,
    document: &str,
    ids: &[String],
) -> Result<(), Refusal> {
    let is_windows = |id: &String| {
        let instance = target.find(id).and_then(|slot| target.instance(slot));
        instance.is_some_and(|row| row.platform_type == "Windows")
    };
    if document == "AWS-RunShellScript" && ids.iter().any(is_windows) {
        let message = "The document does not support the platform type of the instances.";
        return Err(Refusal::modelled("UnsupportedPlatformType", message));
    }
    Ok(())
}

fn delivery_seconds(input: &Input) -> Result<f64, Refusal> {
    match input.get("TimeoutSeconds") {
        None | Some(Value::Null) => Ok(DELIVERY_SECONDS),
        Some(value) => value
            .as_f64()
            .filter(|seconds| (30.0..=2_592_000.0).contains(seconds))
            .ok_or_else(|| {
                Refusal::constraint(
                    format!("'{value}'"),
                    "timeoutSeconds",
                    "Member must have value between 30 and 2592000",
                )
            }),
    }
}

/// The command as it is at first. How it ends is for those who ask later.
fn command_row(command: &SentCommand, input: &Input) -> Value {
    let instance_ids: Vec<&String> = command.outcomes.keys().collect();
    json!({
        "CommandId": command.id,
        "DocumentName": command.document,
        "DocumentVersion": "$DEFAULT",
        "Comment": command.comment,
        "ExpiresAfter": command.expires_at,
        "Parameters": input.get("Parameters").cloned().unwrap_or_else(|| json!({})),
        "InstanceIds": instance_ids,
        "Targets": input.get("Targets").cloned().unwrap_or_else(|| json!([])),
        "RequestedDateTime": command.sent_at,
        "Status": "Pending",
        "StatusDetails": "Pending",
        "MaxConcurrency": "50",
        "MaxErrors": "0",
        "TargetCount": instance_ids.len(),
        "CompletedCount": 0,
        "ErrorCount": 0,
        "DeliveryTimedOutCount": 0,
    })
}
