//! Wrong calls are refused as AWS refuses them.

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, SUMMARIES, authorization, small};
use crate::Options;

/// An id that no resource has.
const UNKNOWN_ID: &str = "i-0000000000000dead";

async fn assert_refused(running: &Running, operation: &str, input: Value, code: &str) {
    let answer = running.call(operation, input.clone()).await;
    assert_eq!(
        (answer.code().as_str(), answer.status),
        (code, 400),
        "{operation} {input}"
    );
    assert!(answer.headers.contains_key("x-amzn-requestid"));
}

#[tokio::test]
async fn wrong_page_sizes_tokens_and_filters_are_refused_with_awss_codes() {
    let running = Running::start(small(20)).await;
    let nonsense = json!([{"Key": "Nonsense", "Values": ["x"]}]);
    let unknown = json!([{"Key": "InstanceIds", "Values": [UNKNOWN_ID]}]);
    let old_style = json!([{"key": "x", "value": "y"}]);
    let instances = "DescribeInstanceInformation";
    let associations = "ListAssociations";
    let cases = [
        (
            SUMMARIES.0,
            json!({"MaxResults": 51}),
            "ValidationException",
        ),
        (SUMMARIES.0, json!({"MaxResults": 0}), "ValidationException"),
        (instances, json!({"MaxResults": 4}), "ValidationException"),
        (
            SUMMARIES.0,
            json!({"NextToken": "nonsense"}),
            "InvalidNextToken",
        ),
        (SUMMARIES.0, json!({"NextToken": ""}), "InvalidNextToken"),
        (SUMMARIES.0, json!({"Filters": nonsense}), "InvalidFilter"),
        (instances, json!({"Filters": nonsense}), "InvalidFilterKey"),
        (instances, json!({"Filters": unknown}), "InvalidInstanceId"),
        (
            associations,
            json!({"AssociationFilterList": old_style}),
            "ValidationException",
        ),
        (SUMMARIES.0, json!("text"), "SerializationException"),
        ("DescribeNothing", json!({}), "UnknownOperationException"),
    ];
    for (operation, input, code) in cases {
        assert_refused(&running, operation, input, code).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn wrong_ids_are_refused_with_awss_codes() {
    let running = Running::start(small(20)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let states = "DescribeInstancePatchStates";
    let items = "ListComplianceItems";
    let cases = [
        (states, json!({}), "ValidationException"),
        (
            states,
            json!({"InstanceIds": vec![&id; 51]}),
            "ValidationException",
        ),
        (
            states,
            json!({"InstanceIds": ["web-1"]}),
            "ValidationException",
        ),
        (
            states,
            json!({"InstanceIds": [id], "MaxResults": 5}),
            "ValidationException",
        ),
        (
            items,
            json!({"ResourceIds": [id, id]}),
            "ValidationException",
        ),
        (
            items,
            json!({"ResourceIds": [UNKNOWN_ID]}),
            "InvalidResourceId",
        ),
        (
            items,
            json!({"ResourceIds": [id], "ResourceTypes": ["EC2Instance"]}),
            "InvalidResourceType",
        ),
        (
            "DescribeInstancePatches",
            json!({"InstanceId": UNKNOWN_ID}),
            "InvalidInstanceId",
        ),
        (
            "DescribeAssociationExecutions",
            json!({"AssociationId": "x"}),
            "ValidationException",
        ),
    ];
    for (operation, input, code) in cases {
        assert_refused(&running, operation, input, code).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn unknown_ids_are_left_out_of_patch_states_silently() {
    let running = Running::start(small(20)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let input = json!({"InstanceIds": [UNKNOWN_ID, id]});
    let answer = running.call("DescribeInstancePatchStates", input).await;
    let rows = answer.json()["InstancePatchStates"].take();
    assert_eq!(rows.as_array().unwrap().len(), 1);
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
