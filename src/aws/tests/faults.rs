//! Faults of AWS, of the network and of proxies in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::scripted_aws::{
    Counts, Reply, Server, html, identity, json, options, refusal, with_headers,
};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::{FailureScope, PageRequest, Source, SourceError, TypeFilter};
use crate::model::FailureReason;

/// Lists instances while every answer is `reply`. Returns how that failed, and after how many
/// attempts.
pub(super) async fn failing(
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> (SourceError, usize) {
    let server = Server::start(move |_, _| reply()).await;
    let (source, counts) = server.source().await;
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("nothing else is answered");
    assert!(
        counts
            .failures()
            .iter()
            .all(|reason| *reason == error.reason),
        "{:?}",
        counts.failures()
    );
    assert_eq!(counts.failures().len(), counts.attempts());
    assert_eq!(
        server.asked("DescribeInstanceInformation").len(),
        counts.attempts()
    );
    (error, counts.attempts())
}

#[tokio::test]
async fn refusals_are_told_by_their_code_and_not_tried_again() {
    for (code, reason, scope) in [
        (
            "AccessDeniedException",
            FailureReason::AccessDenied,
            FailureScope::Call,
        ),
        (
            "ValidationException",
            FailureReason::Other,
            FailureScope::Content,
        ),
        ("InvalidNextToken", FailureReason::Other, FailureScope::Call),
        (
            "com.amazonaws.ssm#InvalidFilter",
            FailureReason::Other,
            FailureScope::Call,
        ),
        (
            "com.amazonaws.ssm#AccessDeniedException",
            FailureReason::AccessDenied,
            FailureScope::Call,
        ),
        (
            "NotAccessDeniedExceptionAtAll",
            FailureReason::Other,
            FailureScope::Call,
        ),
    ] {
        let (error, attempts) = failing(move || refusal(code, "because")).await;
        assert_eq!(
            (error.reason, error.scope, attempts),
            (reason, scope, 1),
            "{code}"
        );
        assert!(error.detail.ends_with(": because"), "{}", error.detail);
    }
}

const TOKEN_CONSTRAINT: &str =
    "1 validation error detected: Value 'x' at 'nextToken' failed to satisfy constraint";
const OTHER_CONSTRAINT: &str =
    "1 validation error detected: Value '100' at 'maxResults' failed to satisfy constraint";

/// Code and message of a refusal, with its scope for the first page and for a later one.
const TOKEN_REFUSALS: [(&str, &str, FailureScope, FailureScope); 8] = [
    (
        "InvalidNextToken",
        "The specified token is not valid.",
        FailureScope::Call,
        FailureScope::Token,
    ),
    (
        "com.amazonaws.ssm#InvalidNextToken",
        "",
        FailureScope::Call,
        FailureScope::Token,
    ),
    (
        "ExpiredNextTokenException",
        "",
        FailureScope::Call,
        FailureScope::Token,
    ),
    (
        "ValidationException",
        TOKEN_CONSTRAINT,
        FailureScope::Call,
        FailureScope::Token,
    ),
    (
        "InvalidParameterValue",
        "The value of NextToken is invalid",
        FailureScope::Call,
        FailureScope::Token,
    ),
    (
        "ValidationException",
        OTHER_CONSTRAINT,
        FailureScope::Content,
        FailureScope::Content,
    ),
    (
        "AccessDeniedException",
        TOKEN_CONSTRAINT,
        FailureScope::Call,
        FailureScope::Call,
    ),
    (
        "ExpiredTokenException",
        "The security token included in the request is expired",
        FailureScope::Call,
        FailureScope::Call,
    ),
];

#[tokio::test]
async fn a_token_that_aws_refuses_asks_for_another_beginning_and_nothing_else_does() {
    let next = PageRequest {
        token: Some("t".to_owned()),
        ..PageRequest::FIRST
    };
    for (code, message, first, later) in TOKEN_REFUSALS {
        let server = Server::start(move |asked, _| match asked.operation.as_str() {
            "GetCallerIdentity" => identity("111122223333"),
            _ => refusal(code, message),
        })
        .await;
        let (source, _) = server.source().await;
        let error = source
            .instances(&PageRequest::FIRST)
            .await
            .expect_err("refused");
        assert_eq!(error.scope, first, "{code} {message}");
        source.begin().await.expect("another refresh");
        let error = source.associations(&next).await.expect_err("refused");
        assert_eq!(error.scope, later, "{code} {message}");
    }
    let server = Server::start(move |_, _| refusal("InvalidNextToken", "")).await;
    let (source, _) = server.source().await;
    let ids: [Arc<str>; 2] = ["i-1".into(), "i-2".into()];
    let error = source.patch_states(&ids, &next).await.expect_err("refused");
    assert_eq!(
        (error.reason, error.scope),
        (FailureReason::Other, FailureScope::Token)
    );
}

#[tokio::test]
async fn the_header_with_the_code_goes_before_the_body() {
    let header = "x-amzn-errortype: AccessDeniedException:http://internal\r\n";
    let (error, _) =
        failing(move || with_headers(400, header, r#"{"__type":"ThrottlingException"}"#)).await;
    assert_eq!(error.reason, FailureReason::AccessDenied);
}

#[tokio::test]
async fn an_unknown_resource_is_gone_when_asked_for_alone() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "ListComplianceItems" => json(400, r#"{"__type":"InvalidResourceId"}"#),
        _ => refusal("InvalidInstanceId", "i-1"),
    })
    .await;
    let (source, _) = server.source().await;
    let ids: [Arc<str>; 2] = ["i-1".into(), "i-2".into()];
    assert_eq!(
        source
            .items("i-1", &TypeFilter::All, &PageRequest::FIRST)
            .await
            .expect_err("gone")
            .scope,
        FailureScope::Gone
    );
    assert_eq!(
        source
            .patch_states(&ids[..1], &PageRequest::FIRST)
            .await
            .expect_err("gone")
            .scope,
        FailureScope::Gone
    );
    assert_eq!(
        source
            .patch_states(&ids, &PageRequest::FIRST)
            .await
            .expect_err("one of two")
            .scope,
        FailureScope::Content
    );
}

#[tokio::test]
async fn faults_of_aws_are_tried_three_times_whatever_their_body() {
    for status in [500, 502, 503, 504] {
        let (error, attempts) = failing(move || html(status)).await;
        assert_eq!(
            (error.reason, error.scope, attempts),
            (FailureReason::ServerError, FailureScope::Call, 3),
            "{status}"
        );
    }
    let (error, attempts) =
        failing(|| json(500, r#"{"__type":"InternalServerError","Message":"x"}"#)).await;
    assert_eq!((error.reason, attempts), (FailureReason::ServerError, 3));
    let half = "HTTP/1.1 503 -\r\ncontent-length: 9\r\n\r\n<html";
    let (error, attempts) = failing(move || Reply::Half(half)).await;
    assert_eq!(
        (error.reason, error.scope, attempts),
        (FailureReason::ServerError, FailureScope::Call, 3),
        "the status says enough"
    );
}

#[tokio::test]
async fn a_page_of_a_proxy_is_a_bad_response() {
    let (error, attempts) = failing(|| html(400)).await;
    assert_eq!(
        (error.reason, error.scope, attempts),
        (FailureReason::BadResponse, FailureScope::Call, 1)
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_three_times() {
    for reply in [|| Reply::HangUp, || Reply::CutShort] {
        let (error, attempts) = failing(reply).await;
        assert_eq!(
            (error.reason, error.scope, attempts),
            (FailureReason::Network, FailureScope::Call, 3),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_network_failure() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    let (source, counts) = server.source().await;
    drop(server);
    tokio::task::yield_now().await;
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("nobody listens");
    assert_eq!(
        (error.reason, counts.attempts()),
        (FailureReason::Network, 3),
        "{error}"
    );
}

#[tokio::test]
async fn silence_is_a_timeout_after_each_attempts_own_time() {
    let server = Server::start(|_, _| Reply::Silence).await;
    let options = TargetOptions {
        attempt_timeout: Duration::from_millis(100),
        ..options()
    };
    let counts = Arc::<Counts>::default();
    let source = SsmSource::new(&server.base().await, options, Arc::clone(&counts) as _);
    let start = Instant::now();
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("no answer");
    assert_eq!(
        (error.reason, counts.attempts()),
        (FailureReason::Timeout, 3)
    );
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    let attempts = counts.attempts.lock().expect("unpoisoned").clone();
    assert!(
        attempts
            .iter()
            .all(|(_, took)| *took >= Duration::from_millis(95)),
        "{attempts:?}"
    );
}

#[tokio::test]
async fn a_signature_error_keeps_the_request_to_itself() {
    let message = "The Canonical String was x-amz-security-token:TOPSECRET";
    let (error, _) = failing(move || refusal("InvalidSignatureException", message)).await;
    assert_eq!(error.reason, FailureReason::InvalidCredentials);
    assert!(!format!("{error} {error:?}").contains("TOPSECRET"));
}

/// The SDK learns the time from the refusal's own `Date`, so the second attempt is signed with it.
#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_next_attempt() {
    let server = Server::start(|_, before| match before {
        0 => {
            let body = r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#;
            with_headers(400, "date: Sat, 01 Jan 2028 00:00:00 GMT\r\n", body)
        }
        _ => json(200, "{}"),
    })
    .await;
    let (source, counts) = server.source().await;
    source.instances(&PageRequest::FIRST).await.expect("a page");
    assert_eq!(counts.failures(), [FailureReason::InvalidCredentials]);
    let head = server.asked("DescribeInstanceInformation")[1].head.clone();
    assert!(head.contains("x-amz-date: 20280101T0000"), "{head}");
}
