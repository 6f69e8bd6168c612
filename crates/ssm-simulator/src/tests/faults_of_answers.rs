//! Faults that refuse, replace or damage the answer, where and as often as they were asked for.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ACCOUNT, Running, SUMMARIES, page, small};
use crate::{Fault, FaultKind};

#[tokio::test]
async fn errors_come_with_the_code_and_status_of_aws() {
    let cases = [
        (FaultKind::Throttle, 400, "ThrottlingException"),
        (FaultKind::ThrottleRetryAfter, 400, "ThrottlingException"),
        (FaultKind::Deny, 400, "AccessDeniedException"),
        (FaultKind::ExpiredToken, 400, "ExpiredTokenException"),
        (
            FaultKind::InvalidCredentials,
            400,
            "UnrecognizedClientException",
        ),
        (FaultKind::Error500, 500, "InternalServerError"),
    ];
    let running = Running::start(small(5)).await;
    for (kind, status, code) in cases {
        running
            .simulator
            .set_faults(vec![Fault::always(kind).of("ListAssociations")]);
        let answer = running.call("ListAssociations", json!({})).await;
        assert_eq!(
            (answer.status, answer.json()["__type"].as_str().unwrap()),
            (status, code)
        );
        assert_eq!(
            answer.headers.contains_key("x-amz-retry-after"),
            kind == FaultKind::ThrottleRetryAfter
        );
        assert_eq!(
            running
                .call("DescribePatchBaselines", json!({}))
                .await
                .status,
            200,
            "another operation"
        );
        assert_eq!(
            running.sts("AKID", "Action=GetCallerIdentity").await.status,
            200
        );
    }
    running.simulator.set_faults(vec![
        Fault::always(FaultKind::Deny).at(ACCOUNT, "elsewhere"),
    ]);
    assert_eq!(
        running.call("ListAssociations", json!({})).await.status,
        200
    );
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Deny).of("AssumeRole")]);
    let denied = running.sts("AKID", "Action=AssumeRole").await;
    assert!(denied.status == 403 && denied.text.contains("<Code>AccessDenied</Code>"));
    running.stop().await;
}

#[tokio::test]
async fn answers_are_broken_in_every_way() {
    let running = Running::with_fault(FaultKind::Html503).await;
    let answer = running.call(SUMMARIES.0, json!({})).await;
    assert!(answer.status == 503 && answer.text.starts_with("<html>"));
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Html200)]);
    let answer = running.call(SUMMARIES.0, json!({})).await;
    assert!(answer.status == 200 && answer.text.starts_with("<html>"));
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Truncate)]);
    let answer = running.call(SUMMARIES.0, json!({})).await;
    assert!(answer.status == 200 && serde_json::from_str::<Value>(&answer.text).is_err());
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Reset)]);
    assert!(running.try_call(SUMMARIES.0, json!({})).await.is_err());
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Hang)]);
    let hung = tokio::time::timeout(
        Duration::from_millis(100),
        running.call(SUMMARIES.0, json!({})),
    )
    .await;
    assert!(hung.is_err());
    let outcomes: Vec<String> = running
        .simulator
        .requests()
        .into_iter()
        .map(|request| request.outcome)
        .collect();
    assert_eq!(
        outcomes,
        ["html503", "html200", "truncate", "reset", "hang"]
    );
    running.stop().await;
}

#[tokio::test]
async fn answers_lack_their_list_in_every_way() {
    let cases = [
        (FaultKind::EmptyBody, 200, "", "empty-body"),
        (FaultKind::EmptyObject, 200, "{}", "empty-object"),
        (FaultKind::NoContent, 204, "", "no-content"),
        (
            FaultKind::ErrorBody,
            200,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
            "ThrottlingException",
        ),
    ];
    let running = Running::start(small(60)).await;
    for (kind, status, body, outcome) in cases {
        running
            .simulator
            .set_faults(vec![Fault::always(kind).of(SUMMARIES.0)]);
        let answer = running.call(SUMMARIES.0, json!({})).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (status, body),
            "{kind:?}"
        );
        assert!(
            running.call("ListAssociations", json!({})).await.json()["Associations"].is_array(),
            "another operation"
        );
        let requests = running.simulator.requests();
        assert_eq!(requests[requests.len() - 2].outcome, outcome);
    }
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::WrongList)]);
    let answer = page(&running, None).await;
    assert!(
        answer.get(SUMMARIES.1).is_none() && answer["NextToken"].is_string(),
        "{answer}"
    );
    assert_eq!(answer["Rows"].as_array().unwrap().len(), 20);
    running.simulator.set_faults(vec![
        Fault::always(FaultKind::ErrorBody).of("GetCallerIdentity"),
    ]);
    let answer = running.sts("AKID", "Action=GetCallerIdentity").await;
    assert!(
        answer.status == 200 && answer.text.contains("<Code>ThrottlingException</Code>"),
        "{answer:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_huge_body_is_an_answer_behind_64_mib_of_white_space() {
    let running = Running::with_fault(FaultKind::HugeBody).await;
    let answer = running.call("ListAssociations", json!({})).await;
    assert!(
        !answer.headers.contains_key("content-length"),
        "it comes in chunks"
    );
    assert!(answer.text.len() > 64 << 20);
    assert!(answer.json()["Associations"].is_array());
    running.stop().await;
}

#[tokio::test]
async fn a_rate_hits_that_share_of_the_calls_repeatably() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let running = Running::start(small(5)).await;
        running
            .simulator
            .set_faults(vec!["error500:ListAssociations:0.3".parse().unwrap()]);
        let mut statuses = Vec::new();
        for _ in 0..100 {
            statuses.push(running.call("ListAssociations", json!({})).await.status);
        }
        runs.push(statuses);
        running.stop().await;
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|status| **status == 500).count();
    assert!((15..=45).contains(&failed), "{failed}");
}
