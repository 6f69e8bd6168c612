//! Items that somebody puts.

use serde_json::{Value, json};

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::super::consistency::assert_consistent;
use super::steps::{noncompliant_instances, noncompliant_types, ok, resource};

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
