//! Reboots, through EC2 and by hand.

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, authorization, small};
use super::super::consistency::assert_consistent;
use super::steps::{
    ec2, noncompliant_instances, noncompliant_types, patch, patches, post, resource,
};
use crate::rows::Patch;

#[tokio::test]
async fn an_installation_that_must_not_reboot_waits_for_a_reboot_and_a_scan() {
    let running = Running::start(small(400)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let is_ec2 = |patch: &&Patch| patch.state == "Missing" && patch.instance_id.starts_with("i-");
    let listed = noncompliant_instances(&truth);
    let id = truth
        .patches
        .iter()
        .filter(is_ec2)
        .find(|patch| listed.contains(&patch.instance_id));
    let id = id.unwrap().instance_id.clone();
    running.simulator.mend(ACCOUNT, REGION, &id);
    let missing = patches(&resource(&running, &id), "Missing");
    patch(&running, &id, "Install", "NoReboot").await;
    let waiting = resource(&running, &id);
    let pending = patches(&waiting, "InstalledPendingReboot");
    assert!(missing.iter().all(|patch| pending.contains(patch)));
    let state = waiting.patch_state.as_ref().unwrap();
    assert_eq!(state.reboot_option.as_deref(), Some("NoReboot"));
    assert_eq!(
        state.last_no_reboot_install_operation_time,
        Some(state.operation_end_time)
    );
    patch(&running, &id, "Scan", "NoReboot").await;
    assert_eq!(
        patches(&resource(&running, &id), "InstalledPendingReboot"),
        pending
    );
    reboot(&running, &id).await;
    assert_eq!(
        patches(&resource(&running, &id), "InstalledPendingReboot"),
        pending,
        "not scanned yet"
    );
    patch(&running, &id, "Scan", "NoReboot").await;
    assert!(!noncompliant_types(&resource(&running, &id)).contains(&"Patch"));
    assert_consistent(&running.simulator.truth(ACCOUNT, REGION));
    running.stop().await;
}

/// Reboots an instance through EC2.
async fn reboot(running: &Running, id: &str) {
    let answer = ec2(
        running,
        &format!("Action=RebootInstances&InstanceId.1={id}"),
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text.contains("<return>true</return>"), "{answer:?}");
}

#[tokio::test]
async fn ec2_reboots_instances_of_its_own_only() {
    let running = Running::start(small(40)).await;
    let cases = [
        ("i-0000000000000dead", "InvalidInstanceID.NotFound"),
        ("mi-0123456789abcdef0", "InvalidInstanceID.Malformed"),
    ];
    for (id, code) in cases {
        let answer = ec2(
            &running,
            &format!("Action=RebootInstances&InstanceId.1={id}"),
        )
        .await;
        assert_eq!(answer.status, 400);
        assert!(
            answer
                .text
                .contains(&format!("<Errors><Error><Code>{code}</Code>")),
            "{answer:?}"
        );
    }
    let sts = ("authorization", authorization("AKID", REGION, "sts"));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        (sts.0, sts.1.as_str()),
    ];
    let form = "Action=RebootInstances&InstanceId.1=i-0000000000000dead".to_owned();
    let answer = running.send(&headers, form).await.unwrap();
    assert!(
        answer.text.contains("InvalidSignatureException"),
        "{answer:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn operators_reach_the_instance_by_a_path_of_its_own() {
    let running = Running::start(small(20)).await;
    let unknown =
        json!({"account_id": ACCOUNT, "region": REGION, "instance_id": "i-1"}).to_string();
    assert_eq!(post(&running, "-/mend", &unknown).await, 404);
    assert_eq!(post(&running, "-/mend", "{}").await, 400);
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let order = json!({"account_id": ACCOUNT, "region": REGION, "instance_id": id}).to_string();
    assert_eq!(
        post(&running, "-/report", &order).await,
        404,
        "nothing is mended"
    );
    assert_eq!(post(&running, "-/mend", &order).await, 204);
    assert_eq!(post(&running, "-/report", &order).await, 204);
    assert_eq!(post(&running, "-/dance", &order).await, 404);
    assert!(
        running.simulator.requests().is_empty(),
        "these are no calls of AWS"
    );
    running.stop().await;
}
