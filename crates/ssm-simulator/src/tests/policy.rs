//! IAM policies decide what a client may call, and denials name what is missing.

use serde_json::json;

use super::client::{ACCOUNT, REGION, Running, small};
use crate::{Options, Policy};

/// What a client that reads everything needs.
const READER: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["ssm:Describe*", "ssm:List*", "tag:GetResources", "account:ListRegions"],
            "Resource": "*"
        },
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": "arn:aws:iam::*:role/reader"
        }
    ]
}"#;

fn reader() -> Policy {
    READER.parse().unwrap()
}

async fn with_policy(policy: Policy) -> Running {
    Running::start(Options {
        policy: Some(policy),
        ..small(20)
    })
    .await
}

async fn assume(running: &Running, role: &str) -> u16 {
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
    let form = format!("Action=AssumeRole&RoleSessionName=s&RoleArn={role}");
    running.sts("AKIDEXAMPLE", &form).await.status
}

#[tokio::test]
async fn what_the_policy_allows_is_answered_and_nothing_else() {
    let running = with_policy(reader()).await;
    let ok = running.call("ListAssociations", json!({})).await;
    assert_eq!(ok.status, 200);
    assert_eq!(running.get_resources(json!({})).await.status, 200);
    let regions = running.list_regions("AKIDEXAMPLE", REGION, json!({})).await;
    assert_eq!(regions.status, 200);
    let setting = running
        .call("GetServiceSetting", json!({"SettingId": "/x"}))
        .await;
    assert_eq!(setting.code(), "AccessDeniedException");
    let accounts = running
        .organizations("AKIDEXAMPLE", "ListAccounts", json!({}))
        .await;
    assert_eq!(accounts.code(), "AccessDeniedException");
    assert_eq!(assume(&running, "reader").await, 200);
    assert_eq!(assume(&running, "admin").await, 403);
    let identity = running.sts("AKIDEXAMPLE", "Action=GetCallerIdentity").await;
    assert_eq!(identity.status, 200, "nobody needs a permission for this");
    running.stop().await;
}

#[tokio::test]
async fn a_denial_names_the_action_and_the_resource() {
    let running = with_policy(reader()).await;
    let denied = running.call("GetDefaultPatchBaseline", json!({})).await;
    let action = "ssm:GetDefaultPatchBaseline";
    assert!(
        denied.text.contains(&format!(
            "perform: {action} because no identity-based policy"
        )),
        "{denied:?}"
    );
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let one_instance = r#"{"Statement": {"Effect": "Allow", "Action": "ssm:*",
        "Resource": "arn:aws:ec2:*:*:instance/i-0000000000000dead"}}"#;
    running
        .simulator
        .set_policy(Some(one_instance.parse().unwrap()));
    let input = json!({"InstanceIds": [id]});
    let denied = running
        .call("DescribeInstancePatchStates", input.clone())
        .await;
    assert_eq!(denied.code(), "AccessDeniedException");
    assert!(
        denied.text.contains(&format!("{REGION}:{ACCOUNT}:")),
        "{denied:?}"
    );
    assert!(
        denied.text.contains(&format!("/{id} because")),
        "{denied:?}"
    );
    running.simulator.set_policy(None);
    let allowed = running.call("DescribeInstancePatchStates", input).await;
    assert_eq!(allowed.status, 200);
    running.stop().await;
}

#[tokio::test]
async fn taking_one_action_away_denies_it_and_no_other() {
    let running = with_policy(reader().without("ssm:ListAssociations")).await;
    let denied = running.call("ListAssociations", json!({})).await;
    assert_eq!(denied.code(), "AccessDeniedException");
    assert!(denied.text.contains("explicit deny"), "{denied:?}");
    let other = running.call("ListComplianceSummaries", json!({})).await;
    assert_eq!(other.status, 200);
    running.stop().await;
}
