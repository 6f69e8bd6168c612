//! Lists over HTTP: every operation answers with the rows of the truth, page by page, and filters
//! keep what they name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, SUMMARIES, small};
use crate::TargetTruth;

fn key(row: &Value) -> String {
    format!("{} {}", row["ResourceId"], row["ComplianceType"])
}

#[tokio::test]
async fn paging_covers_each_row_once_whatever_the_page_size() {
    let running = Running::start(small(60)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    for size in [1, 7, 50] {
        let pages = running
            .pages(SUMMARIES.0, SUMMARIES.1, json!({ "MaxResults": size }))
            .await;
        assert!(
            pages[..pages.len() - 1]
                .iter()
                .all(|page| page.len() == size)
        );
        let rows: Vec<Value> = pages.into_iter().flatten().collect();
        let keys: BTreeSet<String> = rows.iter().map(key).collect();
        assert_eq!(
            (rows.len(), keys.len()),
            (truth.summaries.len(), truth.summaries.len())
        );
        assert_eq!(
            serde_json::to_value(&truth.summaries).unwrap(),
            Value::Array(rows)
        );
    }
    let pages = running
        .pages(
            "DescribeInstanceInformation",
            "InstanceInformationList",
            json!({}),
        )
        .await;
    assert!(
        pages.iter().all(|page| page.len() == 10),
        "ten is the documented default"
    );
    assert_eq!(pages.concat().len(), 60);
    running.stop().await;
}

/// Asserts that the pages of a list hold the rows expected, in their order.
async fn assert_rows(
    running: &Running,
    (operation, list): (&str, &str),
    input: Value,
    rows: Value,
) {
    let answered = running.all(operation, list, input).await;
    assert_eq!(Value::Array(answered), rows, "{operation}");
}

#[tokio::test]
async fn lists_of_a_target_hold_the_rows_of_the_truth() {
    let running = Running::start(small(40)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let instances = ("DescribeInstanceInformation", "InstanceInformationList");
    assert_rows(&running, instances, json!({}), json!(truth.instances)).await;
    let totals = ("ListComplianceSummaries", "ComplianceSummaryItems");
    let input = json!({"MaxResults": 2});
    assert_rows(&running, totals, input, json!(truth.totals)).await;
    let baselines = ("DescribePatchBaselines", "BaselineIdentities");
    let input = json!({"MaxResults": 4});
    assert_rows(&running, baselines, input, json!(truth.baselines)).await;
    let associations = ("ListAssociations", "Associations");
    let input = json!({"MaxResults": 3});
    assert_rows(&running, associations, input, json!(truth.associations)).await;
    running.stop().await;
}

#[tokio::test]
async fn lists_of_instances_hold_the_rows_of_the_truth() {
    let running = Running::start(small(40)).await;
    let TargetTruth {
        instances,
        mut patch_states,
        mut items,
        mut patches,
        mut instance_associations,
        ..
    } = running.simulator.truth(ACCOUNT, REGION);
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    items.retain(|row| row.resource_id == id);
    patches.retain(|row| row.instance_id == id);
    instance_associations.retain(|row| row.instance_id == id);
    let ids: Vec<&str> = instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    patch_states.retain(|row| ids.contains(&row.instance_id.as_str()));

    let list = ("ListComplianceItems", "ComplianceItems");
    let input =
        json!({"ResourceIds": [id], "ResourceTypes": ["ManagedInstance"], "MaxResults": 11});
    assert_rows(&running, list, input, json!(items)).await;
    let list = ("DescribeInstancePatchStates", "InstancePatchStates");
    let input = json!({"InstanceIds": ids, "MaxResults": 10});
    assert_rows(&running, list, input, json!(patch_states)).await;
    let list = ("DescribeInstancePatches", "Patches");
    let input = json!({"InstanceId": id, "MaxResults": 10});
    assert_rows(&running, list, input, json!(patches)).await;
    let list = (
        "DescribeInstanceAssociationsStatus",
        "InstanceAssociationStatusInfos",
    );
    let input = json!({"InstanceId": id, "MaxResults": 2});
    assert_rows(&running, list, input, json!(instance_associations)).await;
    running.stop().await;
}

#[tokio::test]
async fn executions_lead_to_the_targets_of_an_association() {
    let running = Running::start(small(30)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let association = &truth.associations[0];
    let id = json!(association.association_id);
    let executions = running
        .all(
            "DescribeAssociationExecutions",
            "AssociationExecutions",
            json!({"AssociationId": id}),
        )
        .await;
    assert_eq!(executions.len(), 3);
    let input =
        json!({"AssociationId": id, "ExecutionId": executions[0]["ExecutionId"], "MaxResults": 9});
    let targets = running
        .all(
            "DescribeAssociationExecutionTargets",
            "AssociationExecutionTargets",
            input,
        )
        .await;
    let failed = targets
        .iter()
        .filter(|row| row["Status"] == "Failed")
        .count();
    let counts = &association.overview.association_status_aggregated_count;
    assert_eq!(
        i32::try_from(failed).unwrap(),
        counts.get("Failed").copied().unwrap_or(0)
    );
    assert_eq!(targets.len(), 30);
    let unknown =
        json!({"AssociationId": id, "ExecutionId": "00000000-0000-0000-0000-000000000000"});
    let answer = running
        .call("DescribeAssociationExecutionTargets", unknown)
        .await;
    assert_eq!(answer.code(), "AssociationExecutionDoesNotExist");
    running.stop().await;
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let filter = |key: &str, values: &[&str]| json!({"Filters": [{"Key": key, "Values": values, "Type": "EQUAL"}]});
    let rows = running
        .all(
            SUMMARIES.0,
            SUMMARIES.1,
            filter("ComplianceType", &["Patch"]),
        )
        .await;
    assert_eq!(
        rows.len(),
        truth
            .summaries
            .iter()
            .filter(|row| row.compliance_type == "Patch")
            .count()
    );
    let rows = running
        .all(
            SUMMARIES.0,
            SUMMARIES.1,
            filter("Status", &["NON_COMPLIANT"]),
        )
        .await;
    assert_eq!(
        rows.len(),
        truth
            .summaries
            .iter()
            .filter(|row| row.status == "NON_COMPLIANT")
            .count()
    );
    let windows = running
        .all(
            "ListComplianceSummaries",
            "ComplianceSummaryItems",
            filter("AWS:InstanceInformation.PlatformType", &["Windows"]),
        )
        .await;
    let all = running
        .all(
            "ListComplianceSummaries",
            "ComplianceSummaryItems",
            json!({}),
        )
        .await;
    assert!(windows.len() == all.len() && windows != all);
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let mut items = filter("Status", &["NON_COMPLIANT"]);
    items["ResourceIds"] = json!([id]);
    let rows = running
        .all("ListComplianceItems", "ComplianceItems", items)
        .await;
    assert!(!rows.is_empty() && rows.iter().all(|row| row["Status"] == "NON_COMPLIANT"));
    running.stop().await;
}
