//! Limits, errors, tokens, routing and rates over HTTP.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, authorization, small};
use crate::{Options, RateLimitScope};

const SUMMARIES: (&str, &str) = (
    "ListResourceComplianceSummaries",
    "ResourceComplianceSummaryItems",
);

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

#[tokio::test]
async fn every_operation_answers_with_the_rows_of_the_truth() {
    let running = Running::start(small(40)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let of = |rows: Value, member: &str| -> Value {
        rows.as_array()
            .unwrap()
            .iter()
            .filter(|row| row[member] == json!(id))
            .cloned()
            .collect()
    };
    let to = |rows: Value| rows;
    let instances = to(serde_json::to_value(&truth.instances).unwrap());
    let ids: Vec<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let listed_states: Vec<_> = truth
        .patch_states
        .iter()
        .filter(|row| ids.contains(&row.instance_id.as_str()))
        .collect();
    let patches: Vec<_> = truth
        .patches
        .iter()
        .filter(|row| row.instance_id == id)
        .collect();
    let cases = [
        (
            "DescribeInstanceInformation",
            "InstanceInformationList",
            json!({}),
            instances,
        ),
        (
            "ListComplianceSummaries",
            "ComplianceSummaryItems",
            json!({"MaxResults": 2}),
            json!(truth.totals),
        ),
        (
            "ListComplianceItems",
            "ComplianceItems",
            json!({"ResourceIds": [id], "ResourceTypes": ["ManagedInstance"], "MaxResults": 11}),
            of(json!(truth.items), "ResourceId"),
        ),
        (
            "DescribeInstancePatchStates",
            "InstancePatchStates",
            json!({"InstanceIds": ids, "MaxResults": 10}),
            json!(listed_states),
        ),
        (
            "DescribePatchBaselines",
            "BaselineIdentities",
            json!({"MaxResults": 4}),
            json!(truth.baselines),
        ),
        (
            "ListAssociations",
            "Associations",
            json!({"MaxResults": 3}),
            json!(truth.associations),
        ),
        (
            "DescribeInstancePatches",
            "Patches",
            json!({"InstanceId": id, "MaxResults": 10}),
            json!(patches),
        ),
        (
            "DescribeInstanceAssociationsStatus",
            "InstanceAssociationStatusInfos",
            json!({"InstanceId": id, "MaxResults": 2}),
            of(json!(truth.instance_associations), "InstanceId"),
        ),
    ];
    for (operation, list, input, expected) in cases {
        let rows = running.all(operation, list, input).await;
        assert_eq!(Value::Array(rows), expected, "{operation}");
    }
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

#[tokio::test]
async fn wrong_calls_are_refused_with_awss_codes() {
    let running = Running::start(small(20)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let ghost = "i-0000000000000dead";
    let cases = [
        (
            SUMMARIES.0,
            json!({"MaxResults": 51}),
            "ValidationException",
        ),
        (SUMMARIES.0, json!({"MaxResults": 0}), "ValidationException"),
        (
            SUMMARIES.0,
            json!({"NextToken": "nonsense"}),
            "InvalidNextToken",
        ),
        (SUMMARIES.0, json!({"NextToken": ""}), "InvalidNextToken"),
        (
            SUMMARIES.0,
            json!({"Filters": [{"Key": "Nonsense", "Values": ["x"]}]}),
            "InvalidFilter",
        ),
        (
            "DescribeInstanceInformation",
            json!({"MaxResults": 4}),
            "ValidationException",
        ),
        (
            "DescribeInstanceInformation",
            json!({"Filters": [{"Key": "Nonsense", "Values": ["x"]}]}),
            "InvalidFilterKey",
        ),
        (
            "DescribeInstanceInformation",
            json!({"Filters": [{"Key": "InstanceIds", "Values": [ghost]}]}),
            "InvalidInstanceId",
        ),
        (
            "DescribeInstancePatchStates",
            json!({}),
            "ValidationException",
        ),
        (
            "DescribeInstancePatchStates",
            json!({"InstanceIds": vec![&id; 51]}),
            "ValidationException",
        ),
        (
            "DescribeInstancePatchStates",
            json!({"InstanceIds": ["web-1"]}),
            "ValidationException",
        ),
        (
            "DescribeInstancePatchStates",
            json!({"InstanceIds": [id], "MaxResults": 5}),
            "ValidationException",
        ),
        (
            "ListComplianceItems",
            json!({"ResourceIds": [id, id]}),
            "ValidationException",
        ),
        (
            "ListComplianceItems",
            json!({"ResourceIds": [ghost]}),
            "InvalidResourceId",
        ),
        (
            "ListComplianceItems",
            json!({"ResourceIds": [id], "ResourceTypes": ["EC2Instance"]}),
            "InvalidResourceType",
        ),
        (
            "DescribeInstancePatches",
            json!({"InstanceId": ghost}),
            "InvalidInstanceId",
        ),
        (
            "DescribeAssociationExecutions",
            json!({"AssociationId": "x"}),
            "ValidationException",
        ),
        (
            "ListAssociations",
            json!({"AssociationFilterList": [{"key": "x", "value": "y"}]}),
            "ValidationException",
        ),
        ("DescribeNothing", json!({}), "UnknownOperationException"),
        (SUMMARIES.0, json!("text"), "SerializationException"),
    ];
    for (operation, input, expected) in cases {
        let answer = running.call(operation, input.clone()).await;
        assert_eq!(
            (answer.code().as_str(), answer.status),
            (expected, 400),
            "{operation} {input}"
        );
        assert!(answer.headers.contains_key("x-amzn-requestid"));
    }
    let dropped = running
        .call(
            "DescribeInstancePatchStates",
            json!({"InstanceIds": [ghost, id]}),
        )
        .await;
    assert_eq!(
        dropped.json()["InstancePatchStates"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "unknown ids are left out silently"
    );
    running.stop().await;
}

#[tokio::test]
async fn tokens_are_bound_to_operation_filters_and_target() {
    let running = Running::start(Options {
        regions: vec![REGION.to_owned(), "us-east-1".to_owned()],
        ..small(30)
    })
    .await;
    let first = running
        .call(SUMMARIES.0, json!({"MaxResults": 5}))
        .await
        .json();
    let token = &first["NextToken"];
    let status = async |operation: &str, input: Value| running.call(operation, input).await.status;
    assert_eq!(
        status(SUMMARIES.0, json!({"MaxResults": 9, "NextToken": token})).await,
        200
    );
    assert_eq!(
        status("ListAssociations", json!({"NextToken": token})).await,
        400
    );
    let filters = json!([{"Key": "Status", "Values": ["COMPLIANT"]}]);
    assert_eq!(
        status(SUMMARIES.0, json!({"NextToken": token, "Filters": filters})).await,
        400
    );
    let elsewhere = running
        .call_as(
            "AKID",
            "us-east-1",
            SUMMARIES.0,
            json!({"NextToken": token}),
        )
        .await
        .unwrap();
    assert_eq!(elsewhere.code(), "InvalidNextToken");
    running.stop().await;
}

#[tokio::test]
async fn credentials_choose_account_and_region() {
    let running = Running::start(Options {
        instances: 12,
        ..Options::default()
    })
    .await;
    let identity = running
        .sts("AKIDEXAMPLE", "Action=GetCallerIdentity&Version=2011-06-15")
        .await;
    assert!(
        identity.text.contains("<Account>111122223333</Account>"),
        "{identity:?}"
    );
    let role = "Action=AssumeRole&RoleSessionName=s&RoleArn=arn:aws:iam::444455556666:role/reader";
    let assumed = running.sts("AKIDEXAMPLE", role).await;
    let key = assumed
        .text
        .split("<AccessKeyId>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let identity = running.sts(&key, "Action=GetCallerIdentity").await;
    assert!(identity.text.contains("<Account>444455556666</Account>"));
    let answer = running
        .call_as(
            &key,
            "us-east-1",
            "DescribeInstanceInformation",
            json!({"MaxResults": 50}),
        )
        .await
        .unwrap();
    let expected = running
        .simulator
        .truth("444455556666", "us-east-1")
        .instances;
    assert_eq!(
        answer.json()["InstanceInformationList"],
        serde_json::to_value(expected).unwrap()
    );
    let disabled = running
        .call_as(&key, "ap-south-1", "ListAssociations", json!({}))
        .await
        .unwrap();
    assert_eq!(disabled.code(), "UnrecognizedClientException");
    let denied = running
        .sts(
            &key,
            "Action=AssumeRole&RoleSessionName=s&RoleArn=arn:aws:iam::999999999999:role/r",
        )
        .await;
    assert!(denied.status == 403 && denied.text.contains("<Code>AccessDenied</Code>"));
    running.stop().await;
}

#[tokio::test]
async fn unsigned_and_misdirected_requests_are_refused() {
    let running = Running::start(small(5)).await;
    let json_type = ("content-type", "application/x-amz-json-1.1");
    let target = ("x-amz-target", "AmazonSSM.ListAssociations");
    let signed = authorization("AKID", REGION, "ssm");
    let code = async |headers: &[(&str, &str)]| {
        running.send(headers, "{}".to_owned()).await.unwrap().code()
    };
    assert_eq!(
        code(&[json_type, target]).await,
        "MissingAuthenticationTokenException"
    );
    let other = authorization("AKID", REGION, "ec2");
    assert_eq!(
        code(&[json_type, target, ("authorization", &other)]).await,
        "InvalidSignatureException"
    );
    assert_eq!(
        code(&[json_type, target, ("authorization", "Bearer x")]).await,
        "IncompleteSignatureException"
    );
    assert_eq!(
        code(&[
            ("content-type", "text/plain"),
            target,
            ("authorization", &signed)
        ])
        .await,
        "UnknownOperationException"
    );
    running.stop().await;
}

#[tokio::test]
async fn calls_above_the_rate_are_throttled_per_target_or_per_operation() {
    for (scope, admitted) in [
        (RateLimitScope::Target, 3_u32),
        (RateLimitScope::Operation, 6),
    ] {
        let options = Options {
            requests_per_second: Some(3.0),
            rate_limit_scope: scope,
            ..small(5)
        };
        let running = Running::start(Options {
            regions: vec![REGION.to_owned(), "r2".to_owned()],
            ..options
        })
        .await;
        let (mut good, started) = (0, std::time::Instant::now());
        for _ in 0..5 {
            for operation in ["ListAssociations", "DescribePatchBaselines"] {
                let answer = running.call(operation, json!({})).await;
                if answer.status == 200 {
                    good += 1;
                } else {
                    assert_eq!(
                        answer.json(),
                        json!({"__type": "ThrottlingException", "message": "Rate exceeded"})
                    );
                }
            }
        }
        // A slow machine gives the buckets time to fill.
        let gained = (started.elapsed().as_secs_f64() * 6.0).ceil();
        assert!(
            good >= admitted && f64::from(good - admitted) <= gained,
            "{scope:?}: {good}"
        );
        let elsewhere = running
            .call_as("AKID", "r2", "ListAssociations", json!({}))
            .await
            .unwrap();
        assert_eq!(elsewhere.status, 200, "targets have rates of their own");
        assert_eq!(
            running.simulator.throttled(ACCOUNT, REGION),
            u64::from(10 - good)
        );
        assert!((2..=10).contains(&running.simulator.busiest_second(ACCOUNT, REGION)));
        running.stop().await;
    }
}

#[tokio::test]
async fn answers_wait_for_the_latency_and_the_server_ends_at_once_without_requests() {
    let running = Running::start(Options {
        latency: Duration::from_millis(80),
        ..small(5)
    })
    .await;
    let started = std::time::Instant::now();
    assert_eq!(
        running.call("ListAssociations", json!({})).await.status,
        200
    );
    assert!(started.elapsed() >= Duration::from_millis(80));
    let started = std::time::Instant::now();
    running.stop().await;
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "idle connections do not hold it up"
    );
}
