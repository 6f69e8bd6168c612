//! Baselines of the account can be changed.

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::steps::{instance_with, patch, patches, resource};

#[tokio::test]
async fn a_baseline_that_is_changed_decides_at_the_next_scan() {
    let running = Running::start(small(137)).await;
    let id = instance_with(
        &running.simulator.truth(ACCOUNT, REGION),
        "InstalledRejected",
    );
    let before = resource(&running, &id);
    let state = before.patch_state.clone().unwrap();
    let baseline = json!(state.baseline_id);
    let old = running
        .call("GetPatchBaseline", json!({ "BaselineId": baseline }))
        .await
        .json();
    let installed = patches(&before, "Installed");
    let input =
        json!({ "BaselineId": baseline, "RejectedPatches": [installed[0]], "Name": "changed" });
    let new = running.call("UpdatePatchBaseline", input).await.json();
    assert_eq!(
        new["ApprovalRules"], old["ApprovalRules"],
        "what is left out stays"
    );
    assert!(new["ModifiedDate"].as_f64().unwrap() > state.operation_end_time);
    let truth = running.simulator.truth(ACCOUNT, REGION);
    assert!(
        truth
            .baselines
            .iter()
            .any(|row| row.baseline_name == "changed")
    );
    assert_eq!(resource(&running, &id), before, "nothing is scanned yet");
    patch(&running, &id, "Scan", "NoReboot").await;
    assert_eq!(
        patches(&resource(&running, &id), "InstalledRejected"),
        [installed[0].clone()]
    );
    running.stop().await;
}

#[tokio::test]
async fn baselines_of_aws_cannot_be_changed() {
    let running = Running::start(small(5)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let own = &truth.baselines.last().unwrap().baseline_id;
    let cases = [
        (
            json!({ "BaselineId": truth.baselines[0].baseline_id, "Name": "mine" }),
            "DoesNotExistException",
        ),
        (
            json!({ "BaselineId": own, "RejectedPatchesAction": "SHRUG" }),
            "ValidationException",
        ),
        (
            json!({ "BaselineId": own, "ApprovalRules": "all" }),
            "SerializationException",
        ),
        (
            json!({ "BaselineId": own, "ApprovedPatches": vec!["KB1"; 51] }),
            "ValidationException",
        ),
    ];
    for (input, code) in cases {
        assert_eq!(
            running.call("UpdatePatchBaseline", input).await.code(),
            code
        );
    }
    running.stop().await;
}
