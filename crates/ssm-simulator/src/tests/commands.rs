//! Commands have effect: what repairs an instance makes it compliant, and every count still follows
//! from the items.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, authorization, small};
use super::consistency::assert_consistent;
use crate::rows::{ResourceTruth, TargetTruth};

/// The newest truth of one instance.
fn resource(running: &Running, id: &str) -> ResourceTruth {
    running.simulator.resource(ACCOUNT, REGION, id).unwrap()
}

fn noncompliant_types(resource: &ResourceTruth) -> Vec<&str> {
    let bad = resource.summaries.iter();
    bad.filter(|row| row.status == "NON_COMPLIANT")
        .map(|row| row.compliance_type.as_str())
        .collect()
}

/// The ids of the patches in a state.
fn patches(resource: &ResourceTruth, state: &str) -> Vec<String> {
    let same = resource.patches.iter().filter(|patch| patch.state == state);
    same.map(|patch| patch.kb_id.clone()).collect()
}

/// Sends a command to one instance, and returns how it ended there.
async fn send(running: &Running, id: &str, document: &str, parameters: Value) -> Value {
    let input = json!({"DocumentName": document, "InstanceIds": [id], "Parameters": parameters});
    let answer = running.call("SendCommand", input).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let command = answer.json()["Command"]["CommandId"].take();
    let input = json!({ "CommandId": command, "InstanceId": id });
    running.call("GetCommandInvocation", input).await.json()
}

async fn patch(running: &Running, id: &str, operation: &str, reboot: &str) -> Value {
    let parameters = json!({ "Operation": [operation], "RebootOption": [reboot] });
    send(running, id, "AWS-RunPatchBaseline", parameters).await
}

/// Runs a script in the shell of the instance's platform.
async fn script(running: &Running, id: &str, shell: &str, powershell: &str) {
    let instance = resource(running, id).instance.unwrap();
    let (document, command) = match instance.platform_type.as_str() {
        "Windows" => ("AWS-RunPowerShellScript", powershell),
        _ => ("AWS-RunShellScript", shell),
    };
    let ended = send(running, id, document, json!({ "commands": [command] })).await;
    assert_eq!(ended["Status"], "Success");
}

async fn ok(running: &Running, operation: &str, input: Value) {
    let answer = running.call(operation, input).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// The listed instances with a bad summary.
fn noncompliant_instances(truth: &TargetTruth) -> BTreeSet<String> {
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
fn instance_with(truth: &TargetTruth, state: &str) -> String {
    let bad = noncompliant_instances(truth);
    let mut found = truth.patches.iter().filter(|patch| patch.state == state);
    let patch = found.find(|patch| bad.contains(&patch.instance_id));
    patch.unwrap().instance_id.clone()
}

async fn remove_rejected(running: &Running, id: &str) {
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

async fn approve_available(running: &Running, id: &str) {
    let resource = resource(running, id);
    let available = patches(&resource, "AvailableSecurityUpdate");
    let baseline = resource.patch_state.unwrap().baseline_id;
    let input = json!({ "BaselineId": baseline, "ApprovedPatches": available });
    ok(running, "UpdatePatchBaseline", input).await;
}

fn has_bad_available_updates(resource: &ResourceTruth) -> bool {
    let available = patches(resource, "AvailableSecurityUpdate");
    let mut bad = resource
        .items
        .iter()
        .filter(|item| item.status == "NON_COMPLIANT");
    bad.any(|item| available.contains(&item.id))
}

/// Does what the reason of each finding asks for.
async fn repair(running: &Running, id: &str) {
    let before = resource(running, id);
    running.simulator.mend(ACCOUNT, REGION, id);
    if !patches(&before, "InstalledRejected").is_empty() {
        remove_rejected(running, id).await;
    }
    if has_bad_available_updates(&before) {
        approve_available(running, id).await;
    }
    patch(running, id, "Install", "RebootIfNeeded").await;
    let bad = before.instance_associations.iter();
    for row in bad.filter(|row| ["Failed", "TimedOut"].contains(&row.status.as_str())) {
        ok(
            running,
            "StartAssociationsOnce",
            json!({ "AssociationIds": [row.association_id] }),
        )
        .await;
    }
}

#[tokio::test]
async fn every_non_compliant_instance_can_be_repaired_and_the_counts_follow() {
    let running = Running::start(small(400)).await;
    let before = running.simulator.truth(ACCOUNT, REGION);
    let bad = noncompliant_instances(&before);
    assert_eq!(bad.len(), 40);
    for id in &bad {
        repair(&running, id).await;
        let after = resource(&running, id);
        assert_eq!(noncompliant_types(&after), Vec::<&str>::new(), "{id}");
    }
    let after = running.simulator.truth(ACCOUNT, REGION);
    assert_consistent(&after);
    assert!(noncompliant_instances(&after).is_empty());
    assert_newer(&before, &after);
    running.stop().await;
}

/// What changed its status has a newer time than before.
fn assert_newer(before: &TargetTruth, after: &TargetTruth) {
    let mut changed = 0;
    for new in &after.summaries {
        let old = before.summaries.iter().find(|old| {
            (&old.resource_id, &old.compliance_type) == (&new.resource_id, &new.compliance_type)
        });
        if let Some(old) = old.filter(|old| old.status != new.status) {
            assert!(new.execution_summary.execution_time > old.execution_summary.execution_time);
            changed += 1;
        }
    }
    assert!(changed > 20, "{changed}");
}

#[tokio::test]
async fn an_installation_that_must_not_reboot_waits_for_a_reboot_and_a_scan() {
    let running = Running::start(small(400)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let is_ec2 = |patch: &&crate::rows::Patch| {
        patch.state == "Missing" && patch.instance_id.starts_with("i-")
    };
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

async fn ec2(running: &Running, form: &str) -> super::client::ClientAnswer {
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

/// Posts to a path that is none of AWS.
async fn post(running: &Running, path: &str, body: &str) -> u16 {
    running.post(path, body.to_owned()).await.unwrap().status
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

#[tokio::test]
async fn associations_that_are_started_succeed_where_the_cause_was_mended() {
    let running = Running::start(small(400)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let failed = |truth: &TargetTruth, association: &str| -> Vec<String> {
        let rows = truth.instance_associations.iter();
        rows.filter(|row| row.association_id == association && row.status == "Failed")
            .map(|row| row.instance_id.clone())
            .collect()
    };
    let association = truth.associations[0].association_id.clone();
    let before = failed(&truth, &association);
    assert!(before.len() > 1);
    running.simulator.mend(ACCOUNT, REGION, &before[0]);
    let history = async || {
        let input = json!({ "AssociationId": association });
        running
            .all(
                "DescribeAssociationExecutions",
                "AssociationExecutions",
                input,
            )
            .await
    };
    let old = history().await;
    ok(
        &running,
        "StartAssociationsOnce",
        json!({ "AssociationIds": [association] }),
    )
    .await;
    let after = running.simulator.truth(ACCOUNT, REGION);
    assert_eq!(failed(&after, &association), before[1..]);
    assert_consistent(&after);
    let new = history().await;
    assert_eq!(new[1..], old[..], "the history goes on");
    assert!(new[0]["CreatedTime"].as_f64() > old[0]["CreatedTime"].as_f64());
    for (execution, status) in [(&new[0], "Success"), (&new[1], "Failed")] {
        let input = json!({
            "AssociationId": association,
            "ExecutionId": execution["ExecutionId"],
            "Filters": [{"Key": "ResourceId", "Value": before[0]}],
        });
        let rows = running
            .all(
                "DescribeAssociationExecutionTargets",
                "AssociationExecutionTargets",
                input,
            )
            .await;
        assert_eq!(rows[0]["Status"], status);
        let command = rows[0]["OutputSource"]["OutputSourceId"].as_str().unwrap();
        let run = running
            .simulator
            .invocation(ACCOUNT, REGION, &before[0], command);
        assert_eq!(run.unwrap().status, status);
    }
    running.stop().await;
}

#[tokio::test]
async fn unknown_associations_are_not_started() {
    let running = Running::start(small(5)).await;
    let start = async |ids: Value| {
        let input = json!({ "AssociationIds": ids });
        running.call("StartAssociationsOnce", input).await.code()
    };
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert_eq!(start(json!([nobody])).await, "AssociationDoesNotExist");
    assert_eq!(start(json!(["x"])).await, "ValidationException");
    assert_eq!(start(json!([])).await, "ValidationException");
    running.stop().await;
}

#[tokio::test]
async fn items_that_are_put_replace_those_of_their_type() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let bad = noncompliant_instances(&truth);
    let old = truth
        .items
        .iter()
        .find(|item| {
            item.compliance_type == "Custom:Antivirus"
                && item.status == "NON_COMPLIANT"
                && bad.contains(&item.resource_id)
        })
        .unwrap();
    let put = async |items: Value, upload: &str| {
        let input = json!({
            "ResourceId": old.resource_id,
            "ResourceType": "ManagedInstance",
            "ComplianceType": old.compliance_type,
            "ExecutionSummary": {"ExecutionTime": 1_790_000_100},
            "Items": items,
            "UploadType": upload,
        });
        ok(&running, "PutComplianceItems", input).await;
    };
    let statuses = || -> Vec<(String, String)> {
        let items = resource(&running, &old.resource_id).items.into_iter();
        items
            .filter(|item| item.compliance_type == old.compliance_type)
            .map(|item| (item.id, item.status))
            .collect()
    };
    let extra = json!([{"Id": "engine", "Severity": "HIGH", "Status": "NON_COMPLIANT", "Title": "Old engine"}]);
    put(extra, "PARTIAL").await;
    assert_eq!(statuses().len(), 2);
    assert_consistent(&running.simulator.truth(ACCOUNT, REGION));
    let good = json!([{"Id": "signatures", "Severity": "HIGH", "Status": "COMPLIANT"}]);
    put(good, "COMPLETE").await;
    assert_eq!(
        statuses(),
        [("signatures".to_owned(), "COMPLIANT".to_owned())]
    );
    assert!(
        !noncompliant_types(&resource(&running, &old.resource_id)).contains(&"Custom:Antivirus")
    );
    put(json!([]), "COMPLETE").await;
    assert!(statuses().is_empty());
    assert_consistent(&running.simulator.truth(ACCOUNT, REGION));
    running.stop().await;
}

#[tokio::test]
async fn wrong_items_are_refused_with_awss_codes() {
    let running = Running::start(small(20)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let whole = json!({
        "ResourceId": id,
        "ResourceType": "ManagedInstance",
        "ComplianceType": "Custom:Disk",
        "ExecutionSummary": {"ExecutionTime": 1_790_000_100},
        "Items": [{"Id": "1", "Severity": "HIGH", "Status": "COMPLIANT"}],
    });
    ok(&running, "PutComplianceItems", whole.clone()).await;
    let cases = [
        (
            "ResourceId",
            json!("i-0000000000000dead"),
            "InvalidResourceId",
        ),
        ("ResourceType", json!("EC2Instance"), "InvalidResourceType"),
        (
            "ComplianceType",
            json!("Custom:has space"),
            "ValidationException",
        ),
        ("ExecutionSummary", Value::Null, "ValidationException"),
        (
            "Items",
            json!([{"Id": "1", "Severity": "HIGH"}]),
            "ValidationException",
        ),
        (
            "Items",
            json!([{"Id": "1", "Severity": "BAD", "Status": "COMPLIANT"}]),
            "ValidationException",
        ),
    ];
    for (member, value, code) in cases {
        let mut input = whole.clone();
        input[member] = value;
        assert_eq!(
            running.call("PutComplianceItems", input).await.code(),
            code,
            "{member}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn the_agent_is_updated_and_tools_report_again_once_mended() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let old = truth
        .instances
        .iter()
        .find(|row| row.is_latest_version == Some(false) && row.ping_status == "Online");
    let id = &old.unwrap().instance_id;
    send(&running, id, "AWS-UpdateSSMAgent", json!({})).await;
    assert_eq!(
        resource(&running, id).instance.unwrap().is_latest_version,
        Some(true)
    );
    let bad = noncompliant_instances(&truth);
    let custom = truth.items.iter().find(|item| {
        item.compliance_type == "Custom:Antivirus"
            && item.status == "NON_COMPLIANT"
            && bad.contains(&item.resource_id)
    });
    let id = &custom.unwrap().resource_id;
    script(&running, id, "uptime", "Get-Uptime").await;
    assert!(noncompliant_types(&resource(&running, id)).contains(&"Custom:Antivirus"));
    running.simulator.mend(ACCOUNT, REGION, id);
    script(&running, id, "uptime", "Get-Uptime").await;
    assert!(!noncompliant_types(&resource(&running, id)).contains(&"Custom:Antivirus"));
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
