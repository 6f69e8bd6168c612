//! Commands that are refused have no effect.

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::steps::{instance_with, resource};

#[tokio::test]
async fn wrong_commands_are_refused_with_awss_codes() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let windows = truth
        .instances
        .iter()
        .find(|row| row.platform_type == "Windows");
    let id = json!(windows.unwrap().instance_id);
    let scan = json!({ "Operation": ["Scan"] });
    let cases = [
        (
            json!({"InstanceIds": [id], "DocumentName": "AWS-MakeCoffee"}),
            "InvalidDocument",
        ),
        (
            json!({"InstanceIds": ["i-0000000000000dead"], "DocumentName": "AWS-RunPatchBaseline", "Parameters": scan}),
            "InvalidInstanceId",
        ),
        (
            json!({"InstanceIds": [id, id], "DocumentName": "AWS-RunPatchBaseline", "Parameters": scan}),
            "DuplicateInstanceId",
        ),
        (
            json!({"InstanceIds": [id], "DocumentName": "AWS-RunPatchBaseline"}),
            "InvalidParameters",
        ),
        (
            json!({"DocumentName": "AWS-RunPatchBaseline", "Parameters": scan}),
            "ValidationException",
        ),
        (
            json!({"InstanceIds": [id], "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["ls"]}}),
            "UnsupportedPlatformType",
        ),
    ];
    for (input, code) in cases {
        assert_eq!(
            running.call("SendCommand", input.clone()).await.code(),
            code,
            "{input}"
        );
    }
    let input = json!({"InstanceId": id, "CommandId": "00000000-0000-0000-0000-000000000000"});
    assert_eq!(
        running.call("GetCommandInvocation", input).await.code(),
        "InvocationDoesNotExist"
    );
    running.stop().await;
}

#[tokio::test]
async fn faults_hit_commands_before_they_have_an_effect() {
    let running = Running::start(small(137)).await;
    let id = instance_with(&running.simulator.truth(ACCOUNT, REGION), "Missing");
    running.simulator.set_faults(vec![
        "throttle:SendCommand".parse().unwrap(),
        "deny:GetPatchBaseline".parse().unwrap(),
    ]);
    let before = resource(&running, &id);
    let input = json!({"InstanceIds": [id], "DocumentName": "AWS-RunPatchBaseline", "Parameters": {"Operation": ["Install"]}});
    assert_eq!(
        running.call("SendCommand", input).await.code(),
        "ThrottlingException"
    );
    assert_eq!(resource(&running, &id), before);
    let input = json!({ "BaselineId": before.patch_state.unwrap().baseline_id });
    assert_eq!(
        running.call("GetPatchBaseline", input).await.code(),
        "AccessDeniedException"
    );
    running.stop().await;
}
