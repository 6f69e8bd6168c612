//! Associations that are started out of turn.

use serde_json::{Value, json};

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::super::consistency::assert_consistent;
use super::steps::ok;
use crate::rows::TargetTruth;

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
