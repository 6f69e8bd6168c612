//! The evidence of a non-compliant instance: its baseline, and the commands that ran on it.

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, small, truth};
use crate::rows::PatchBaseline;

/// The baseline that a patch state names, by its id or by its ARN.
fn baseline<'a>(baselines: &'a [PatchBaseline], id: &str) -> &'a PatchBaseline {
    baselines
        .iter()
        .find(|row| row.baseline_id == id || row.baseline_id.ends_with(&format!("/{id}")))
        .unwrap()
}

#[test]
fn rejected_patches_are_those_that_the_nodes_baseline_rejects() {
    let truth = truth(small(300));
    let rejected: Vec<_> = truth
        .patches
        .iter()
        .filter(|patch| patch.state == "InstalledRejected")
        .collect();
    assert!(!rejected.is_empty());
    for patch in rejected {
        let state = truth
            .patch_states
            .iter()
            .find(|row| row.instance_id == patch.instance_id)
            .unwrap();
        let baseline = baseline(&truth.patch_baselines, &state.baseline_id);
        assert!(
            baseline.rejected_patches.contains(&patch.kb_id),
            "{patch:?}"
        );
        assert_eq!(baseline.rejected_patches_action, "BLOCK");
    }
}

#[test]
fn available_security_updates_are_as_compliant_as_the_baseline_says() {
    let truth = truth(small(300));
    let mut seen = Vec::new();
    for state in &truth.patch_states {
        if state.available_security_update_count.unwrap_or(0) == 0 {
            continue;
        }
        let flag = &baseline(&truth.patch_baselines, &state.baseline_id)
            .available_security_updates_compliance_status;
        let items = truth.items.iter().filter(|item| {
            item.resource_id == state.instance_id
                && item.details.get("PatchState").map(String::as_str)
                    == Some("AvailableSecurityUpdate")
        });
        for item in items {
            assert_eq!(Some(&item.status), flag.as_ref(), "{item:?}");
            seen.push(item.status.as_str());
        }
    }
    assert!(seen.contains(&"COMPLIANT") && seen.contains(&"NON_COMPLIANT"));
}

#[tokio::test]
async fn a_baseline_is_read_by_its_id_and_by_its_arn() {
    let running = Running::start(small(5)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    for (row, whole) in truth.baselines.iter().zip(&truth.patch_baselines) {
        let short = row.baseline_id.rsplit('/').next().unwrap();
        for id in [short, &row.baseline_id] {
            let answer = running
                .call("GetPatchBaseline", json!({ "BaselineId": id }))
                .await;
            assert_eq!(answer.json(), json!(whole));
        }
        assert_eq!(row.baseline_name, whole.name);
        assert!(!whole.approval_rules.patch_rules.is_empty());
    }
    let cases = [
        ("pb-00000000000000000", "DoesNotExistException"),
        ("mw-00000000000000000", "InvalidResourceId"),
        ("pb-1", "ValidationException"),
    ];
    for (id, code) in cases {
        let answer = running
            .call("GetPatchBaseline", json!({ "BaselineId": id }))
            .await;
        assert_eq!(answer.code(), code);
    }
    running.stop().await;
}

#[tokio::test]
async fn patch_groups_lead_to_their_baseline_and_all_others_to_the_default() {
    let running = Running::start(small(5)).await;
    let windows = json!({});
    let default = running
        .call("GetDefaultPatchBaseline", windows)
        .await
        .json();
    assert_eq!(default["OperatingSystem"], "WINDOWS");
    let of_group = async |group: &str, os: &str| {
        let input = json!({ "PatchGroup": group, "OperatingSystem": os });
        let answer = running.call("GetPatchBaselineForPatchGroup", input).await;
        answer.json()["BaselineId"].clone()
    };
    assert_eq!(of_group("nowhere", "WINDOWS").await, default["BaselineId"]);
    let nothing = json!({ "PatchGroup": "" });
    let answer = running.call("GetPatchBaselineForPatchGroup", nothing).await;
    assert_eq!(answer.code(), "ValidationException");
    let own = of_group("production", "WINDOWS").await;
    assert_ne!(own, default["BaselineId"]);
    let whole = running
        .call("GetPatchBaseline", json!({ "BaselineId": own }))
        .await
        .json();
    assert_eq!(whole["PatchGroups"], json!(["production"]));
    running.stop().await;
}

#[tokio::test]
async fn the_default_host_management_role_is_read_and_no_other_setting() {
    let running = Running::start(small(5)).await;
    let read = async |id: &str| {
        running
            .call("GetServiceSetting", json!({ "SettingId": id }))
            .await
    };
    let id = "/ssm/managed-instance/default-ec2-instance-management-role";
    let setting = read(id).await.json()["ServiceSetting"].take();
    assert_eq!(
        (&setting["SettingValue"], &setting["Status"]),
        (&json!("$None"), &json!("Default"))
    );
    running
        .simulator
        .set_default_host_role(ACCOUNT, REGION, Some("service-role/hosts"));
    let arn = setting["ARN"].as_str().unwrap();
    let setting = read(arn).await.json()["ServiceSetting"].take();
    assert_eq!(setting["SettingValue"], "service-role/hosts");
    assert_eq!(
        read("/ssm/opsinsights/opscenter").await.code(),
        "ServiceSettingNotFound"
    );
    running.stop().await;
}

/// The one invocation of a command on an instance.
async fn invocation(running: &Running, instance: &Value, command: &Value) -> Value {
    let input = json!({ "CommandId": command, "InstanceId": instance, "Details": true });
    let rows = running
        .all("ListCommandInvocations", "CommandInvocations", input)
        .await;
    assert_eq!(rows.len(), 1, "{instance} {command}");
    rows[0].clone()
}

#[tokio::test]
async fn the_execution_of_failed_patches_leads_to_the_step_that_failed() {
    let running = Running::start(small(300)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let failed: Vec<_> = truth
        .patches
        .iter()
        .filter(|patch| patch.state == "Failed")
        .collect();
    assert!(failed.len() > 3);
    for patch in failed {
        let item = truth
            .items
            .iter()
            .find(|item| item.resource_id == patch.instance_id && item.id == patch.kb_id)
            .unwrap();
        let command = json!(item.execution_summary.execution_id);
        let row = invocation(&running, &json!(patch.instance_id), &command).await;
        assert_eq!(
            (&row["DocumentName"], &row["Status"]),
            (&json!("AWS-RunPatchBaseline"), &json!("Failed"))
        );
        let steps = row["CommandPlugins"].as_array().unwrap();
        let bad: Vec<_> = steps
            .iter()
            .filter(|step| step["ResponseCode"] != 0)
            .collect();
        assert_eq!(bad.len(), 1, "{steps:?}");
        assert!(
            bad[0]["Output"].as_str().unwrap().contains(&patch.kb_id),
            "{bad:?}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn the_targets_of_an_execution_lead_to_the_output_of_a_failed_association() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let bad = truth
        .instance_associations
        .iter()
        .filter(|row| ["Failed", "TimedOut"].contains(&row.status.as_str()));
    let mut documents = Vec::new();
    for row in bad {
        let association = json!(row.association_id);
        let executions = running
            .all(
                "DescribeAssociationExecutions",
                "AssociationExecutions",
                json!({ "AssociationId": association }),
            )
            .await;
        let input = json!({
            "AssociationId": association,
            "ExecutionId": executions[0]["ExecutionId"],
            "Filters": [{"Key": "ResourceId", "Value": row.instance_id}],
        });
        let targets = running
            .all(
                "DescribeAssociationExecutionTargets",
                "AssociationExecutionTargets",
                input,
            )
            .await;
        assert_eq!(targets.len(), 1);
        let source = &targets[0]["OutputSource"];
        assert_eq!(source["OutputSourceType"], "RunCommand");
        let instance = json!(row.instance_id);
        let run = invocation(&running, &instance, &source["OutputSourceId"]).await;
        assert_eq!(
            (&run["DocumentName"], &run["Status"]),
            (&json!(row.name), &json!(row.status))
        );
        let steps = run["CommandPlugins"].as_array().unwrap();
        let failed = steps
            .iter()
            .filter(|step| step["ResponseCode"] != 0)
            .count();
        assert_eq!(failed, 1, "{steps:?}");
        documents.push(row.name.clone());
    }
    documents.sort();
    documents.dedup();
    assert_eq!(documents.len(), 5, "{documents:?}");
    running.stop().await;
}

#[tokio::test]
async fn steps_are_sent_only_with_details_and_unknown_commands_have_no_rows() {
    let running = Running::start(small(20)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let rows = async |input: Value| {
        running
            .all("ListCommandInvocations", "CommandInvocations", input)
            .await
    };
    let plain = rows(json!({ "InstanceId": id })).await;
    assert!(plain.len() > 3 && plain.iter().all(|row| row["CommandPlugins"] == json!([])));
    let detailed = rows(json!({ "InstanceId": id, "Details": true })).await;
    assert!(
        detailed
            .iter()
            .all(|row| row["CommandPlugins"] != json!([]))
    );
    // Without an instance, the command is found on whichever it ran.
    let command = &detailed[0]["CommandId"];
    assert_eq!(
        rows(json!({ "CommandId": command, "Details": true })).await,
        [detailed[0].clone()]
    );
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert!(
        rows(json!({ "CommandId": nobody, "InstanceId": id }))
            .await
            .is_empty()
    );
    let short = running
        .call("ListCommandInvocations", json!({ "CommandId": "x" }))
        .await;
    assert_eq!(short.code(), "ValidationException");
    running.stop().await;
}

#[tokio::test]
async fn pending_associations_have_no_executions_and_pending_targets_no_output() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let pending = truth
        .associations
        .iter()
        .find(|row| row.last_execution_date.is_none());
    let input = json!({ "AssociationId": pending.unwrap().association_id });
    let executions = ("DescribeAssociationExecutions", "AssociationExecutions");
    assert!(
        running
            .all(executions.0, executions.1, input)
            .await
            .is_empty()
    );
    let waiting = truth.instance_associations.iter().find(|row| {
        row.status == "Pending" && row.association_id != pending.unwrap().association_id
    });
    let association = &waiting.unwrap().association_id;
    let history = running
        .all(
            executions.0,
            executions.1,
            json!({ "AssociationId": association }),
        )
        .await;
    let targets = async |execution: &Value| {
        let input = json!({
            "AssociationId": association,
            "ExecutionId": execution["ExecutionId"],
            "Filters": [{"Key": "ResourceId", "Value": waiting.unwrap().instance_id}],
        });
        running
            .all(
                "DescribeAssociationExecutionTargets",
                "AssociationExecutionTargets",
                input,
            )
            .await
    };
    let newest = targets(&history[0]).await;
    assert_eq!(newest[0]["Status"], "Pending");
    assert!(newest[0].get("OutputSource").is_none());
    assert!(
        targets(&history[1]).await.is_empty(),
        "it had not run the day before"
    );
    running.stop().await;
}
