//! Commands of Patch Manager.

use serde_json::json;

use super::aws::{AwsCommand, Place};
use crate::explain::case::PATCH_DOCUMENT;

/// Installs what the baseline approves, with the reboot that this may need, and waits for the end.
pub(in crate::explain) fn install(place: Place<'_>) -> Vec<String> {
    run_patch_baseline(place, "Operation=Install,RebootOption=RebootIfNeeded")
}

/// Scans, changes nothing, and waits for the end.
pub(in crate::explain) fn scan(place: Place<'_>) -> Vec<String> {
    run_patch_baseline(place, "Operation=Scan")
}

fn run_patch_baseline(place: Place<'_>, parameters: &str) -> Vec<String> {
    let send = send_command(place, PATCH_DOCUMENT).verbatim("parameters", parameters);
    sent_and_awaited(place, send)
}

/// Runs commands on the instance itself, and waits for the end.
pub(super) fn run_on_instance(place: Place<'_>, document: &str, command: &str) -> Vec<String> {
    let send = send_command(place, document).json("parameters", &json!({ "commands": [command] }));
    sent_and_awaited(place, send)
}

fn send_command(place: Place<'_>, document: &str) -> AwsCommand {
    AwsCommand::ssm("send-command", place.region)
        .option("document-name", document)
        .option("instance-ids", place.instance_id)
}

fn sent_and_awaited(place: Place<'_>, send: AwsCommand) -> Vec<String> {
    let send = send.query("Command.CommandId").line();
    let wait = AwsCommand::ssm("wait command-executed", place.region)
        .variable("command-id", "command_id")
        .option("instance-id", place.instance_id)
        .line();
    vec![format!("command_id=$({send})"), wait]
}

/// Shows what the baseline approves and rejects.
pub(in crate::explain) fn read_baseline(place: Place<'_>, baseline_id: &str) -> String {
    AwsCommand::ssm("get-patch-baseline", place.region)
        .option("baseline-id", baseline_id)
        .query("[Name,ApprovedPatches,RejectedPatches,RejectedPatchesAction]")
        .line()
}

/// Approves patches by name. The list replaces the one that the baseline has.
pub(in crate::explain) fn approve_patches(
    place: Place<'_>,
    baseline_id: &str,
    patches: &[&str],
) -> String {
    let command =
        AwsCommand::ssm("update-patch-baseline", place.region).option("baseline-id", baseline_id);
    command
        .options("approved-patches", patches.iter().copied())
        .query("ApprovedPatches")
        .line()
}
