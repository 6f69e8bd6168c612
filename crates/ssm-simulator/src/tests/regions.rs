//! `ListRegions` says which regions an account has enabled, and where it can be asked.

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, small};
use crate::{Options, Simulator};

const KEY: &str = "AKIDEXAMPLE";

async fn regions(running: &Running, region: &str, input: Value) -> Vec<(String, String)> {
    let answer = running.list_regions(KEY, region, input).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    let rows = answer["Regions"].as_array().unwrap();
    rows.iter()
        .map(|row| (text(row, "RegionName"), text(row, "RegionOptStatus")))
        .collect()
}

fn names(rows: &[(String, String)]) -> Vec<&str> {
    rows.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn the_regions_of_the_options_are_enabled_and_no_others() {
    let running = Running::start(Options {
        regions: vec!["ap-south-2".to_owned(), REGION.to_owned()],
        ..small(1)
    })
    .await;
    let all = regions(&running, "us-east-1", json!({})).await;
    let status = |name: &str| all.iter().find(|row| row.0 == name).unwrap().1.as_str();
    assert_eq!(status(REGION), "ENABLED_BY_DEFAULT");
    assert_eq!(status("ap-south-2"), "ENABLED");
    assert_eq!(status("us-west-2"), "DISABLED");
    assert_eq!(status("me-central-1"), "ENABLING");
    assert!(!names(&all).contains(&"cn-north-1"), "another partition");
    let wanted = json!({"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]});
    let enabled = regions(&running, "us-east-1", wanted).await;
    assert_eq!(names(&enabled), ["ap-south-2", REGION]);
    running.stop().await;
}

#[tokio::test]
async fn each_partition_has_regions_of_its_own() {
    let running = Running::start(Options {
        regions: vec!["cn-north-1".to_owned()],
        ..small(1)
    })
    .await;
    let all = regions(&running, "cn-northwest-1", json!({})).await;
    assert_eq!(names(&all), ["cn-north-1", "cn-northwest-1"]);
    let identity = "Action=GetCallerIdentity";
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "authorization",
            &super::client::authorization(KEY, "cn-north-1", "sts"),
        ),
    ];
    let identity = running.send(&headers, identity.to_owned()).await.unwrap();
    assert!(
        identity.text.contains("<Arn>arn:aws-cn:iam::"),
        "{identity:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_region_that_is_enabled_later_answers_and_one_that_is_disabled_does_not() {
    let running = Running::start(small(3)).await;
    let ask = async |region: &str| {
        let answer = running.call_as(KEY, region, "ListAssociations", json!({}));
        answer.await.unwrap().status
    };
    assert_eq!((ask(REGION).await, ask("eu-north-1").await), (200, 400));
    assert!(running.simulator.set_region(ACCOUNT, "eu-north-1", true));
    assert!(running.simulator.set_region(ACCOUNT, REGION, false));
    assert_eq!((ask(REGION).await, ask("eu-north-1").await), (400, 200));
    let enabled = json!({"RegionOptStatusContains": ["ENABLED_BY_DEFAULT"]});
    let rows = regions(&running, "us-east-1", enabled).await;
    assert_eq!(names(&rows), ["eu-north-1"]);
    running.stop().await;
}

#[tokio::test]
async fn wrong_requests_and_faults_are_refused_as_account_management_does() {
    let running = Running::start(small(1)).await;
    for input in [
        json!({"MaxResults": 51}),
        json!({"NextToken": "x"}),
        json!({"RegionOptStatusContains": ["ON"]}),
    ] {
        let answer = running.list_regions(KEY, REGION, input.clone()).await;
        assert_eq!(answer.status, 400, "{input}");
        assert_eq!(answer.headers["x-amzn-errortype"], "ValidationException");
    }
    for (fault, status, code) in [
        ("deny", 403, "AccessDeniedException"),
        ("throttle", 429, "TooManyRequestsException"),
        ("error500", 500, "InternalServerException"),
    ] {
        let fault = format!("{fault}:ListRegions").parse().unwrap();
        running.simulator.set_faults(vec![fault]);
        let answer = running.list_regions(KEY, REGION, json!({})).await;
        let header = answer.headers["x-amzn-errortype"].as_str();
        assert_eq!((answer.status, header), (status, code));
    }
    running.stop().await;
}

#[tokio::test]
async fn the_management_account_may_ask_for_the_regions_of_members_but_not_name_itself() {
    let running = Running::start(Options {
        instances: 0,
        ..Options::default()
    })
    .await;
    let [management, member] = ["111122223333", "444455556666"];
    assert!(running.simulator.set_region(member, "us-east-1", false));
    let answer = running
        .list_regions(KEY, REGION, json!({"AccountId": member}))
        .await;
    let truth = Simulator::regions(&running.simulator, member, REGION);
    assert_eq!(
        answer.json()["Regions"],
        serde_json::to_value(truth).unwrap()
    );
    let own = running
        .list_regions(KEY, REGION, json!({"AccountId": management}))
        .await;
    assert_eq!(own.status, 403);
    let key = running.session(member).await;
    let other = running
        .list_regions(&key, REGION, json!({"AccountId": management}))
        .await;
    assert_eq!(other.status, 403);
    assert_eq!(
        running.list_regions(&key, REGION, json!({})).await.status,
        200
    );
    running.stop().await;
}
