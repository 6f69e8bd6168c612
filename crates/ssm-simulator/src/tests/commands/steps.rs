//! What operators and their tools do, step by step, and what the tests look at afterwards.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::client::{ACCOUNT, ClientAnswer, REGION, Running, authorization};
use crate::rows::{ResourceTruth, TargetTruth};

/// The newest truth of one instance.
pub(super) fn resource(running: &Running, id: &str) -> ResourceTruth {
    running.simulator.resource(ACCOUNT, REGION, id).unwrap()
}

pub(super) fn noncompliant_types(resource: &ResourceTruth) -> Vec<&str> {
    let bad = resource.summaries.iter();
    bad.filter(|row| row.status == "NON_COMPLIANT")
        .map(|row| row.compliance_type.as_str())
        .collect()
}

/// The ids of the patches in a state.
pub(super) fn patches(resource: &ResourceTruth, state: &str) -> Vec<String> {
    let same = resource.patches.iter().filter(|patch| patch.state == state);
    same.map(|patch| patch.kb_id.clone()).collect()
}

/// Sends a command to one instance, and returns how it ended there.
pub(super) async fn send(running: &Running, id: &str, document: &str, parameters: Value) -> Value {
    let input = json!({"DocumentName": document, "InstanceIds": [id], "Parameters": parameters});
    let answer = running.call("SendCommand", input).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let command = answer.json()["Command"]["CommandId"].take();
    let input = json!({ "CommandId": command, "InstanceId": id });
    running.call("GetCommandInvocation", input).await.json()
}

pub(super) async fn patch(running: &Running, id: &str, operation: &str, reboot: &str) -> Value {
    let parameters = json!({ "Operation": [operation], "RebootOption": [reboot] });
    send(running, id, "AWS-RunPatchBaseline", parameters).await
}

/// Runs a script in the shell of the instance's platform.
pub(super) async fn script(running: &Running, id: &str, shell: &str, powershell: &str) {
    let instance = resource(running, id).instance.unwrap();
    let (document, command) = match instance.platform_type.as_str() {
        "Windows" => ("AWS-RunPowerShellScript", powershell),
        _ => ("AWS-RunShellScript", shell),
    };
    let ended = send(running, id, document, json!({ "commands": [command] })).await;
    assert_eq!(ended["Status"], "Success");
}

pub(super) async fn ok(running: &Running, operation: &str, input: Value) {
    let answer = running.call(operation, input).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// The listed instances with a bad summary.
pub(super) fn noncompliant_instances(truth: &TargetTruth) -> BTreeSet<String> {
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let bad = truth
        .summaries
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT");
    bad.map(|row| row.resource_id.clone())
        .filter(|id| listed.contains(id.as_str()))
        .collect()
}

/// A listed instance with patches in a state.
pub(super) fn instance_with(truth: &TargetTruth, state: &str) -> String {
    let bad = noncompliant_instances(truth);
    let mut found = truth.patches.iter().filter(|patch| patch.state == state);
    let patch = found.find(|patch| bad.contains(&patch.instance_id));
    patch.unwrap().instance_id.clone()
}

pub(super) async fn remove_rejected(running: &Running, id: &str) {
    let rejected = patches(&resource(running, id), "InstalledRejected");
    let numbers = rejected.join(" ").replace("KB", "/kb:");
    let remove = format!("sudo dnf remove -y {}", rejected.join(" "));
    script(
        running,
        id,
        &remove,
        &format!("wusa.exe /uninstall {numbers} /quiet"),
    )
    .await;
}

pub(super) async fn approve_available(running: &Running, id: &str) {
    let resource = resource(running, id);
    let available = patches(&resource, "AvailableSecurityUpdate");
    let baseline = resource.patch_state.unwrap().baseline_id;
    let input = json!({ "BaselineId": baseline, "ApprovedPatches": available });
    ok(running, "UpdatePatchBaseline", input).await;
}

pub(super) async fn ec2(running: &Running, form: &str) -> ClientAnswer {
    let headers = [
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("authorization", &authorization("AKID", REGION, "ec2")),
    ];
    let answer = running.send(&headers, form.to_owned()).await;
    answer.unwrap()
}

/// Posts to a path that is none of AWS.
pub(super) async fn post(running: &Running, path: &str, body: &str) -> u16 {
    running.post(path, body.to_owned()).await.unwrap().status
}
