//! Calls that AWS throttles, and how soon and how often they are tried again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::faults::failing;
use super::scripted_aws::{Counts, Reply, Server, html, json, options, refusal, with_headers};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::{PageRequest, Source};
use crate::model::FailureReason;

#[tokio::test]
async fn a_throttled_call_passes_in_the_end() {
    for code in ["ThrottlingException", "RateExceeded", "SlowDown"] {
        let server = Server::start(move |_, before| match before {
            0..3 => refusal(code, "Rate exceeded"),
            _ => json(200, "{}"),
        })
        .await;
        let (source, counts) = server.source().await;
        source.instances(&PageRequest::FIRST).await.expect("a page");
        assert_eq!(
            (counts.attempts(), counts.failures()),
            (4, vec![FailureReason::Throttled; 3])
        );
    }
}

#[tokio::test]
async fn a_call_that_is_always_throttled_is_given_up() {
    let header = "x-amz-retry-after: 5\r\n";
    let body = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
    let (error, attempts) = failing(move || with_headers(400, header, body)).await;
    assert_eq!((error.reason, attempts), (FailureReason::Throttled, 8));
    assert_eq!(error.detail, "ThrottlingException: Rate exceeded");
}

#[tokio::test]
async fn aws_is_asked_again_no_sooner_than_it_wants() {
    let server = Server::start(|_, before| match before {
        0 => with_headers(
            400,
            "x-amz-retry-after: 300\r\n",
            r#"{"__type":"ThrottlingException"}"#,
        ),
        _ => json(200, "{}"),
    })
    .await;
    let (source, _) = server.source().await;
    let before = source.patience();
    source.instances(&PageRequest::FIRST).await.expect("a page");
    let asked = server.asked("DescribeInstanceInformation");
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(295));
    assert!(source.patience() >= before + Duration::from_millis(300));
}

#[tokio::test]
async fn retries_stay_below_the_ceiling() {
    let server = Server::start(|_, before| {
        if before % 2 == 0 {
            html(500)
        } else {
            json(200, "{}")
        }
    })
    .await;
    let options = TargetOptions {
        requests_per_second: 20.0,
        ..options()
    };
    let source = SsmSource::new(&server.base().await, options, Arc::<Counts>::default());
    join_all((0..5).map(|_| source.instances(&PageRequest::FIRST))).await;
    let asked = server.asked("DescribeInstanceInformation");
    assert!(asked.len() > 5);
    // They are 50 ms apart, give or take what a busy machine adds to the first of them.
    let took = asked[asked.len() - 1].at - asked[0].at + Duration::from_millis(150);
    let least = Duration::from_millis(50) * u32::try_from(asked.len() - 1).expect("few");
    assert!(took >= least, "{} requests in {took:?}", asked.len());
}

#[tokio::test]
async fn a_call_that_is_given_up_is_counted_and_leaves_the_queue() {
    let server = Server::start(|_, before| {
        if before == 0 {
            Reply::Silence
        } else {
            json(200, "{}")
        }
    })
    .await;
    let (source, counts) = server.source().await;
    let given_up = tokio::time::timeout(
        Duration::from_millis(200),
        source.instances(&PageRequest::FIRST),
    )
    .await;
    assert!(given_up.is_err());
    assert_eq!(counts.attempts(), 1);
    source.instances(&PageRequest::FIRST).await.expect("a page");
}
