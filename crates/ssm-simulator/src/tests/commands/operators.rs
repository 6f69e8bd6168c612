//! What operators ask beside patching: schedules, registrations, machines and regions.

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, authorization, small};
use super::steps::{ec2, ok, resource};
use crate::rows::Instance;

/// A listed instance that a test is looking for.
fn find(running: &Running, is_wanted: impl Fn(&Instance) -> bool) -> String {
    let truth = running.simulator.outline(ACCOUNT, REGION);
    let found = truth.instances.into_iter().find(is_wanted);
    found.unwrap().instance_id
}

#[tokio::test]
async fn a_new_association_scans_what_was_never_scanned() {
    let running = Running::start(small(200)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let has_patches = |id: &str| truth.patch_states.iter().any(|row| row.instance_id == id);
    let id = find(&running, |row| {
        row.ping_status == "Online"
            && row.platform_name != "Bottlerocket"
            && !has_patches(&row.instance_id)
    });
    let input = json!({
        "Name": "AWS-RunPatchBaseline",
        "AssociationName": "daily-scan",
        "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
        "Parameters": {"Operation": ["Scan"]},
        "ScheduleExpression": "rate(1 day)",
    });
    let created = running.call("CreateAssociation", input).await.json();
    let association = &created["AssociationDescription"]["AssociationId"];
    assert!(resource(&running, &id).patch_state.is_some());
    let listed = running.call("ListAssociations", json!({})).await.json();
    let rows = listed["Associations"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["AssociationId"] == *association
            && row["ScheduleExpression"] == "rate(1 day)")
    );
    ok(
        &running,
        "StartAssociationsOnce",
        json!({ "AssociationIds": [association] }),
    )
    .await;
    running.stop().await;
}

#[tokio::test]
async fn associations_of_other_documents_and_of_tags_are_refused_with_what_is_simulated() {
    let running = Running::start(small(5)).await;
    let all = json!([{"Key": "InstanceIds", "Values": ["*"]}]);
    let tagged = json!([{"Key": "tag:Team", "Values": ["x"]}]);
    let cases = [
        ("AWS-UpdateSSMAgent", all, "InvalidDocument"),
        ("AWS-RunPatchBaseline", tagged, "InvalidTarget"),
    ];
    for (document, targets, code) in cases {
        let input = json!({
            "Name": document, "Targets": targets, "Parameters": {"Operation": ["Scan"]},
        });
        let answer = running.call("CreateAssociation", input).await;
        assert_eq!(answer.code(), code);
        assert!(answer.text.contains("only"), "{answer:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_hybrid_node_that_is_deregistered_leaves_the_list_and_no_other_can_be() {
    let running = Running::start(small(100)).await;
    let hybrid = find(&running, |row| row.instance_id.starts_with("mi-"));
    let of_ec2 = find(&running, |row| row.instance_id.starts_with("i-"));
    ok(
        &running,
        "DeregisterManagedInstance",
        json!({ "InstanceId": hybrid }),
    )
    .await;
    assert!(resource(&running, &hybrid).instance.is_none());
    for (id, code) in [
        (hybrid, "InvalidInstanceId"),
        (of_ec2, "ValidationException"),
    ] {
        let input = json!({ "InstanceId": id });
        let answer = running.call("DeregisterManagedInstance", input).await;
        assert_eq!(answer.code(), code);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_silent_agent_answers_again_once_it_is_mended() {
    let running = Running::start(small(100)).await;
    let id = find(&running, |row| row.ping_status == "ConnectionLost");
    let before = resource(&running, &id).instance.unwrap();
    running.simulator.mend(ACCOUNT, REGION, &id);
    let after = resource(&running, &id).instance.unwrap();
    assert_eq!(after.ping_status, "Online");
    assert!(after.last_ping_date_time > before.last_ping_date_time);
    running.stop().await;
}

#[tokio::test]
async fn ec2_describes_machines_and_regions() {
    let running = Running::start(small(20)).await;
    let id = find(&running, |row| row.instance_id.starts_with("i-"));
    for (form, expected) in [
        (
            format!("Action=DescribeInstances&InstanceId.1={id}"),
            "<name>running</name>",
        ),
        (
            format!("Action=DescribeInstanceStatus&InstanceId.1={id}"),
            "<status>ok</status>",
        ),
        (
            "Action=DescribeRegions&AllRegions=true".to_owned(),
            "not-opted-in",
        ),
    ] {
        let answer = ec2(&running, &form).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text.contains(expected), "{answer:?}");
    }
    let answer = ec2(
        &running,
        "Action=DescribeInstances&InstanceId.1=i-0000000000000dead",
    )
    .await;
    assert!(answer.text.contains("InvalidInstanceID.NotFound"));
    let answer = ec2(&running, "Action=DescribeRegions&RegionName.1=eu-south-1").await;
    assert!(!answer.text.contains("eu-south-1"), "it is not enabled");
    let answer = ec2(&running, "Action=DescribeRegions&RegionName.1=mars-1").await;
    assert!(answer.text.contains("InvalidParameterValue"));
    running.stop().await;
}

#[tokio::test]
async fn maintenance_windows_have_executions_while_they_are_enabled() {
    let running = Running::start(small(5)).await;
    let windows = running.call("DescribeMaintenanceWindows", json!({})).await;
    for window in windows.json()["WindowIdentities"].as_array().unwrap() {
        let input = json!({ "WindowId": window["WindowId"] });
        let answer = running
            .call("DescribeMaintenanceWindowExecutions", input)
            .await;
        let executions = answer.json()["WindowExecutions"].take();
        let is_empty = executions.as_array().unwrap().is_empty();
        assert_ne!(window["Enabled"] == true, is_empty, "{window}");
    }
    let enabled = json!({ "Filters": [{"Key": "Enabled", "Values": ["true"]}] });
    let answer = running.call("DescribeMaintenanceWindows", enabled).await;
    let windows = answer.json()["WindowIdentities"].take();
    assert_eq!(windows.as_array().unwrap().len(), 1);
    let input = json!({ "WindowId": "mw-00000000000000000" });
    let answer = running
        .call("DescribeMaintenanceWindowExecutions", input)
        .await;
    assert_eq!(answer.code(), "DoesNotExistException");
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_simulated_is_refused_with_what_is() {
    let running = Running::start(small(5)).await;
    let answer = running.call("ListDocuments", json!({})).await;
    assert_eq!(answer.code(), "UnknownOperationException");
    assert!(answer.text.contains("SendCommand"), "{answer:?}");
    // Other services speak JSON too, with a path for each operation.
    let signed = authorization("AKID", REGION, "account");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &*signed),
    ];
    let answer = running.send(&headers, "{}".to_owned()).await.unwrap();
    assert_eq!(answer.code(), "UnknownOperationException");
    running.stop().await;
}
