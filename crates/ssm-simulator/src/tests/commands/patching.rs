//! Patch operations report what is there, and install what they can.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::super::consistency::assert_consistent;
use super::steps::{
    instance_with, noncompliant_types, patch, patches, post, remove_rejected, resource,
};

#[tokio::test]
async fn what_has_failed_fails_again_until_its_cause_is_mended() {
    let running = Running::start(small(137)).await;
    let id = instance_with(&running.simulator.truth(ACCOUNT, REGION), "Failed");
    let failed = patches(&resource(&running, &id), "Failed");
    let ended = patch(&running, &id, "Install", "RebootIfNeeded").await;
    assert_eq!(
        (&ended["Status"], &ended["ResponseCode"]),
        (&json!("Failed"), &json!(1))
    );
    assert!(
        ended["StandardErrorContent"]
            .as_str()
            .unwrap()
            .contains(&failed[0])
    );
    assert_eq!(patches(&resource(&running, &id), "Failed"), failed);
    let summary = resource(&running, &id);
    let patch_summary = summary
        .summaries
        .iter()
        .find(|row| row.compliance_type == "Patch");
    let execution = patch_summary
        .unwrap()
        .execution_summary
        .execution_id
        .clone();
    assert_eq!(
        json!(execution),
        ended["CommandId"],
        "the summary names the command"
    );

    let order = json!({"account_id": ACCOUNT, "region": REGION, "instance_id": id}).to_string();
    assert_eq!(post(&running, "-/mend", &order).await, 204);
    assert_eq!(
        patches(&resource(&running, &id), "Failed"),
        failed,
        "AWS knows nothing yet"
    );
    patch(&running, &id, "Install", "RebootIfNeeded").await;
    assert!(patches(&resource(&running, &id), "Failed").is_empty());
    running.stop().await;
}

#[tokio::test]
async fn rejected_patches_are_gone_after_their_removal_and_a_scan() {
    let running = Running::start(small(137)).await;
    let id = instance_with(
        &running.simulator.truth(ACCOUNT, REGION),
        "InstalledRejected",
    );
    patch(&running, &id, "Install", "RebootIfNeeded").await;
    let rejected = patches(&resource(&running, &id), "InstalledRejected");
    assert!(!rejected.is_empty(), "an installation removes nothing");
    remove_rejected(&running, &id).await;
    assert_eq!(
        patches(&resource(&running, &id), "InstalledRejected"),
        rejected
    );
    patch(&running, &id, "Scan", "NoReboot").await;
    let after = resource(&running, &id);
    assert!(
        after
            .patches
            .iter()
            .all(|patch| !rejected.contains(&patch.kb_id))
    );
    assert!(noncompliant_types(&after).is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_node_that_was_never_scanned_reports_after_a_scan() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let reported: BTreeSet<&str> = truth
        .patch_states
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let never = truth
        .instances
        .iter()
        .filter(|row| row.ping_status == "Online" && row.platform_name != "Bottlerocket")
        .find(|row| !reported.contains(row.instance_id.as_str()));
    let id = &never.unwrap().instance_id;
    let ended = patch(&running, id, "Scan", "NoReboot").await;
    assert_eq!(ended["Status"], "Success");
    let after = resource(&running, id);
    assert!(after.patch_state.unwrap().installed_count > 0);
    assert!(
        after
            .summaries
            .iter()
            .any(|row| row.compliance_type == "Patch")
    );
    assert_consistent(&running.simulator.truth(ACCOUNT, REGION));
    running.stop().await;
}

#[tokio::test]
async fn an_instance_that_is_offline_is_never_reached() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let lost = truth
        .instances
        .iter()
        .find(|row| row.ping_status == "ConnectionLost");
    let id = &lost.unwrap().instance_id;
    let before = resource(&running, id);
    let ended = patch(&running, id, "Install", "RebootIfNeeded").await;
    assert_eq!(
        (&ended["Status"], &ended["ResponseCode"]),
        (&json!("Pending"), &json!(-1))
    );
    assert_eq!(resource(&running, id), before);
    running.stop().await;
}

#[tokio::test]
async fn targets_name_instances_as_well_as_ids_do() {
    let running = Running::start(small(137)).await;
    let id = instance_with(&running.simulator.truth(ACCOUNT, REGION), "Missing");
    let input = json!({
        "Targets": [{"Key": "InstanceIds", "Values": [id]}],
        "DocumentName": "AWS-RunPatchBaseline",
        "Parameters": {"Operation": ["Install"]},
        "Comment": "patch day",
    });
    let command = running.call("SendCommand", input).await.json()["Command"].take();
    assert_eq!(
        (&command["TargetCount"], &command["Status"]),
        (&json!(1), &json!("Pending"))
    );
    let input = json!({ "CommandId": command["CommandId"], "Details": true });
    let rows = running
        .all("ListCommandInvocations", "CommandInvocations", input)
        .await;
    assert_eq!((rows.len(), &rows[0]["InstanceId"]), (1, &json!(id)));
    assert_eq!(
        (&rows[0]["Comment"], &rows[0]["Status"]),
        (&json!("patch day"), &json!("Success"))
    );
    let listed = running
        .all(
            "ListCommandInvocations",
            "CommandInvocations",
            json!({ "InstanceId": id }),
        )
        .await;
    let same = listed
        .iter()
        .filter(|row| row["CommandId"] == command["CommandId"]);
    assert_eq!(same.count(), 1);
    running.stop().await;
}
