//! Accounts, sessions, rate limits and the end of the server.

use std::time::Duration;

use serde_json::json;

use super::client::{ACCOUNT, REGION, Running, small};
use crate::{Options, RateLimitScope};

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
async fn a_session_that_is_ended_is_refused_and_another_one_is_not() {
    let running = Running::start(small(5)).await;
    let role = format!("Action=AssumeRole&RoleSessionName=s&RoleArn=arn:aws:iam::{ACCOUNT}:role/r");
    let session = async || {
        let text = running.sts("AKID", &role).await.text;
        text.split("<AccessKeyId>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    let list = async |key: &str| {
        running
            .call_as(key, REGION, "ListAssociations", json!({}))
            .await
            .unwrap()
    };
    let old = session().await;
    assert_eq!(list(&old).await.status, 200);
    running.simulator.end_sessions("999999999999");
    assert_eq!(list(&old).await.status, 200, "another account's");
    running.simulator.end_sessions(ACCOUNT);
    let new = session().await;
    assert_eq!(list(&old).await.code(), "ExpiredTokenException");
    assert_eq!(
        (list(&new).await.status, list("AKIDEXAMPLE").await.status),
        (200, 200)
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
