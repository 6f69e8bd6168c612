//! Credentials are resolved once per refresh, and replaced once if AWS does not take them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use futures_util::future::join_all;

use super::base_of;
use super::scripted_aws::{
    Asked, Counts, Reply, Server, identity, json, options, refusal, role_options, session,
    sts_refusal,
};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::{PageRequest, Source};
use crate::model::FailureReason;

/// An SSM that knows only sessions whose access key is `good`.
fn ssm(asked: &Asked, good: &str) -> Reply {
    if asked.head.contains(&format!("Credential={good}/")) {
        json(200, "{}")
    } else {
        refusal(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    }
}

async fn role_source(server: &Server) -> (SsmSource, Arc<Counts>) {
    let counts = Arc::<Counts>::default();
    (
        SsmSource::new(
            &server.base().await,
            role_options(),
            Arc::clone(&counts) as _,
        ),
        counts,
    )
}

#[tokio::test]
async fn a_role_is_assumed_once_for_many_calls_and_refreshes() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "AssumeRole" => session("AKIDROLE", 60),
        _ => ssm(asked, "AKIDROLE"),
    })
    .await;
    let (source, _) = role_source(&server).await;
    for _ in 0..2 {
        assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
        for _ in 0..3 {
            source.instances(&PageRequest::FIRST).await.expect("a page");
        }
    }
    let asked = server.asked("AssumeRole");
    assert_eq!(asked.len(), 1);
    for part in [
        "RoleSessionName=ssm-compliance-exporter",
        "ExternalId=s3cret",
        "DurationSeconds=3600",
    ] {
        assert!(asked[0].body.contains(part), "{}", asked[0].body);
    }
    assert!(
        asked[0].head.contains("/eu-west-1/sts/aws4_request"),
        "{}",
        asked[0].head
    );
    assert!(server.asked("GetCallerIdentity").is_empty());
}

#[tokio::test]
async fn a_refused_role_costs_one_call_per_refresh() {
    let server = Server::start(|_, _| sts_refusal("AccessDenied")).await;
    let (source, counts) = role_source(&server).await;
    for refresh in 1..=2 {
        let error = source.begin().await.expect_err("refused");
        assert_eq!(error.reason, FailureReason::AssumeRoleFailed);
        assert!(
            error.detail.contains("role/reader") && error.detail.contains("AccessDenied"),
            "{error}"
        );
        assert!(!error.detail.contains("s3cret"), "{error}");
        let calls = join_all((0..3).map(|_| source.instances(&PageRequest::FIRST))).await;
        assert!(
            calls
                .iter()
                .all(|call| call.as_ref().is_err_and(|again| *again == error))
        );
        assert_eq!(
            (server.asked("AssumeRole").len(), counts.attempts()),
            (refresh, 0)
        );
    }
}

#[tokio::test]
async fn faults_of_sts_keep_their_own_reasons() {
    for (code, reason) in [
        ("ExpiredToken", FailureReason::ExpiredToken),
        ("InvalidClientTokenId", FailureReason::InvalidCredentials),
        ("ValidationError", FailureReason::AssumeRoleFailed),
    ] {
        let server = Server::start(move |_, _| sts_refusal(code)).await;
        let (source, _) = role_source(&server).await;
        assert_eq!(
            source.begin().await.expect_err("refused").reason,
            reason,
            "{code}"
        );
        assert_eq!(server.asked("AssumeRole").len(), 1, "{code}");
    }
    let server = Server::start(|_, _| Reply::HangUp).await;
    let (source, _) = role_source(&server).await;
    drop(server);
    tokio::task::yield_now().await;
    assert_eq!(
        source.begin().await.expect_err("nobody listens").reason,
        FailureReason::Network
    );
}

#[tokio::test]
async fn a_session_that_ends_early_is_replaced_once_for_all_calls() {
    let server = Server::start(|asked, before| match asked.operation.as_str() {
        "AssumeRole" => session(if before == 0 { "AKIDOLD" } else { "AKIDNEW" }, 60),
        _ => ssm(asked, "AKIDNEW"),
    })
    .await;
    let (source, counts) = role_source(&server).await;
    source.begin().await.expect("a session");
    for call in join_all((0..5).map(|_| source.instances(&PageRequest::FIRST))).await {
        call.expect("a page");
    }
    assert_eq!(server.asked("AssumeRole").len(), 2);
    assert!(
        counts
            .failures()
            .iter()
            .all(|reason| *reason == FailureReason::ExpiredToken)
    );
    assert_eq!(counts.attempts(), 5 + counts.failures().len());
}

#[tokio::test]
async fn a_session_that_is_refused_again_ends_the_refresh() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "AssumeRole" => session("AKIDROLE", 60),
        _ => ssm(asked, "nobody"),
    })
    .await;
    let (source, counts) = role_source(&server).await;
    source.begin().await.expect("a session");
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("refused twice");
    assert_eq!(
        (error.reason, counts.attempts()),
        (FailureReason::ExpiredToken, 2)
    );
    source
        .associations(&PageRequest::FIRST)
        .await
        .expect_err("fails at once");
    assert_eq!(
        (server.asked("AssumeRole").len(), counts.attempts()),
        (2, 2)
    );
    source
        .begin()
        .await
        .expect("another refresh, another session");
    assert_eq!(server.asked("AssumeRole").len(), 3);
}

#[tokio::test]
async fn calls_that_find_no_session_share_one() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "AssumeRole" => session("AKIDROLE", 60),
        _ => ssm(asked, "AKIDROLE"),
    })
    .await;
    let (source, _) = role_source(&server).await;
    for call in join_all((0..5).map(|_| source.instances(&PageRequest::FIRST))).await {
        call.expect("a page");
    }
    assert_eq!(server.asked("AssumeRole").len(), 1);
}

/// Gives another key each time it is asked.
#[derive(Debug, Default)]
struct Rotating(AtomicUsize);

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = format!("AKID{}", self.0.fetch_add(1, Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(key, "secret", None, None, "test")))
    }
}

#[tokio::test]
async fn base_credentials_that_ssm_refuses_are_read_anew() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "GetCallerIdentity" => identity("111122223333"),
        _ => ssm(asked, "AKID1"),
    })
    .await;
    let base = base_of(&server, Rotating::default()).await;
    let targets: Vec<_> = (0..3)
        .map(|_| SsmSource::new(&base, options(), Arc::<Counts>::default()))
        .collect();
    for target in &targets {
        target.begin().await.expect("an account");
    }
    for call in join_all(
        targets
            .iter()
            .map(|target| target.instances(&PageRequest::FIRST)),
    )
    .await
    {
        call.expect("all targets share what one of them read anew");
    }
}

#[tokio::test]
async fn base_credentials_that_sts_refuses_are_read_anew_by_the_next_refresh() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "AssumeRole" if asked.head.contains("Credential=AKID0/") => sts_refusal("ExpiredToken"),
        _ => session("AKIDROLE", 60),
    })
    .await;
    let base = base_of(&server, Rotating::default()).await;
    let source = SsmSource::new(&base, role_options(), Arc::<Counts>::default());
    assert_eq!(
        source.begin().await.expect_err("expired").reason,
        FailureReason::ExpiredToken
    );
    source.begin().await.expect("fresh ones");
    assert_eq!(server.asked("AssumeRole").len(), 2);
}

/// Gives nothing.
#[derive(Debug)]
struct Nothing;

impl ProvideCredentials for Nothing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded_no_source()))
    }
}

#[tokio::test]
async fn without_credentials_nobody_is_asked() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    let base = base_of(&server, Nothing).await;
    let source = SsmSource::new(&base, role_options(), Arc::<Counts>::default());
    let error = source.begin().await.expect_err("none");
    assert_eq!(error.reason, FailureReason::InvalidCredentials);
    assert_eq!(
        source
            .instances(&PageRequest::FIRST)
            .await
            .expect_err("none"),
        error
    );
    assert!(
        server.asked("AssumeRole").is_empty()
            && server.asked("DescribeInstanceInformation").is_empty()
    );
}

#[tokio::test]
async fn an_unknown_account_is_asked_for_again_by_the_next_refresh() {
    let server = Server::start(|_, before| match before {
        0 => sts_refusal("AccessDenied"),
        _ => identity("111122223333"),
    })
    .await;
    let (source, _) = server.source().await;
    assert_eq!(
        source.begin().await.expect_err("denied").reason,
        FailureReason::AccessDenied
    );
    assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
}

#[test]
fn secrets_are_not_shown() {
    let options = TargetOptions {
        attempt_timeout: Duration::from_secs(1),
        ..role_options()
    };
    let shown = format!("{options:?}");
    assert!(
        shown.contains("role/reader") && !shown.contains("s3cret"),
        "{shown}"
    );
    let options = crate::aws::BaseOptions {
        endpoint_url: None,
        static_credentials: Some(("AKID".to_owned(), "s3cret".to_owned())),
        fallback_region: None,
    };
    assert!(!format!("{options:?}").contains("s3cret"));
}
