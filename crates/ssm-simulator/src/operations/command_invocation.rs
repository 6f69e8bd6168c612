//! `GetCommandInvocation`.

use serde_json::{Value, json};

use super::command_invocations::command_id;
use super::input::{self, Input};
use crate::refusal::Refusal;
use crate::rows::{CommandInvocation, CommandPlugin};
use crate::target::SimulatedTarget;
use crate::time;

pub(super) fn command_invocation(
    target: &SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let command_id = command_id(input)?.ok_or_else(|| Refusal::missing("commandId"))?;
    let instance_id = input::instance_id(input)?;
    let invocation = target
        .find(instance_id)
        .and_then(|slot| target.invocation(slot, command_id))
        .ok_or_else(|| Refusal::bare("InvocationDoesNotExist"))?;
    let plugin = plugin(&invocation, input::text(input, "PluginName")?)?;
    Ok(answer(&invocation, plugin))
}

/// The step that is asked for, or the one that decided how the run ended.
fn plugin<'a>(
    invocation: &'a CommandInvocation,
    name: Option<&str>,
) -> Result<&'a CommandPlugin, Refusal> {
    let mut plugins = invocation.command_plugins.iter();
    let found = match name {
        Some(name) => plugins.find(|plugin| plugin.name == name),
        None => plugins.max_by(|left, right| {
            // Steps for other platforms are skipped, and end when they start.
            let ended_at = |plugin: &CommandPlugin| plugin.response_finish_date_time;
            ended_at(left).total_cmp(&ended_at(right))
        }),
    };
    found.ok_or_else(|| Refusal::bare("InvalidPluginName"))
}

fn answer(invocation: &CommandInvocation, plugin: &CommandPlugin) -> Value {
    let is_good = plugin.response_code == 0;
    let has_run = !["Pending", "DeliveryTimedOut"].contains(&plugin.status_details.as_str());
    let moment = |seconds: f64| {
        if has_run {
            time::iso(seconds)
        } else {
            String::new()
        }
    };
    let elapsed = plugin.response_finish_date_time - plugin.response_start_date_time;
    json!({
        "CommandId": invocation.command_id,
        "InstanceId": invocation.instance_id,
        "Comment": invocation.comment,
        "DocumentName": invocation.document_name,
        "DocumentVersion": invocation.document_version,
        "PluginName": plugin.name,
        "ResponseCode": plugin.response_code,
        "ExecutionStartDateTime": moment(plugin.response_start_date_time),
        "ExecutionElapsedTime": if has_run { format!("PT{elapsed:.0}S") } else { String::new() },
        "ExecutionEndDateTime": moment(plugin.response_finish_date_time),
        "Status": invocation.status,
        "StatusDetails": invocation.status_details,
        "StandardOutputContent": if is_good { &plugin.output } else { "" },
        "StandardOutputUrl": "",
        "StandardErrorContent": if is_good { "" } else { &plugin.output },
        "StandardErrorUrl": "",
    })
}
