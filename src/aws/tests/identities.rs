//! Whose rows are read. An account holds only for the credentials with which it was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::base_of;
use super::scripted_aws::{
    Asked, Counts, Reply, Server, identity, json, options, refusal, role_options, session,
    sts_refusal,
};
use crate::aws::{AwsBase, SsmSource, TargetOptions};
use crate::collect::{PageRequest, Source};
use crate::model::FailureReason;

const EMPTY: &str = r#"{"InstanceInformationList":[]}"#;

/// Gives the key `AKID` followed by a number that the test changes.
#[derive(Clone, Debug, Default)]
struct Switched(Arc<AtomicUsize>);

impl Switched {
    fn to(&self, number: usize) {
        self.0.store(number, Ordering::Relaxed);
    }
}

impl ProvideCredentials for Switched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let id = format!("AKID{}", self.0.load(Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(id, "secret", None, None, "test")))
    }
}

fn has_key(asked: &Asked, key: &str) -> bool {
    asked.head.contains(&format!("Credential={key}/"))
}

fn source(base: &AwsBase, options: TargetOptions) -> SsmSource {
    SsmSource::new(base, options, Arc::<Counts>::default())
}

/// An STS that knows two keys of two accounts, and an SSM that has revoked the first.
fn two_accounts(asked: &Asked) -> Reply {
    match asked.operation.as_str() {
        "GetCallerIdentity" if has_key(asked, "AKID0") => identity("111111111111"),
        "GetCallerIdentity" => identity("222222222222"),
        _ if has_key(asked, "AKID0") => refusal("ExpiredTokenException", "revoked"),
        _ => json(200, EMPTY),
    }
}

#[tokio::test]
async fn credentials_of_another_account_end_the_refresh_and_begin_the_next() {
    let server = Server::start(|asked, _| two_accounts(asked)).await;
    let keys = Switched::default();
    let source = source(&base_of(&server, keys.clone()).await, options());
    assert_eq!(source.begin().await.as_deref(), Ok("111111111111"));
    keys.to(1);
    for _ in 0..2 {
        let error = source
            .instances(&PageRequest::FIRST)
            .await
            .expect_err("rows of another account");
        assert_eq!(error.reason, FailureReason::InvalidCredentials);
        assert!(
            error.detail.contains("222222222222") && error.detail.contains("111111111111"),
            "{error}"
        );
    }
    let asked = server.asked("DescribeInstanceInformation");
    assert!(
        asked.iter().all(|asked| has_key(asked, "AKID0")),
        "SSM never sees the other account's key"
    );
    assert_eq!(source.begin().await.as_deref(), Ok("222222222222"));
    source.instances(&PageRequest::FIRST).await.expect("a page");
}

#[tokio::test]
async fn a_new_key_of_the_same_account_goes_on_with_the_refresh() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "GetCallerIdentity" => identity("111111111111"),
        _ => two_accounts(asked),
    })
    .await;
    let keys = Switched::default();
    let source = source(&base_of(&server, keys.clone()).await, options());
    source.begin().await.expect("an account");
    keys.to(1);
    source
        .instances(&PageRequest::FIRST)
        .await
        .expect("a page, with the new key");
    source.begin().await.expect("the same account");
    assert_eq!(
        server.asked("GetCallerIdentity").len(),
        2,
        "one for each key"
    );
}

#[tokio::test]
async fn a_new_key_that_sts_cannot_be_asked_about_is_not_used() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "GetCallerIdentity" if !has_key(asked, "AKID0") => sts_refusal("AccessDenied"),
        _ => two_accounts(asked),
    })
    .await;
    let keys = Switched::default();
    let source = source(&base_of(&server, keys.clone()).await, options());
    source.begin().await.expect("an account");
    keys.to(1);
    assert_eq!(
        source
            .instances(&PageRequest::FIRST)
            .await
            .expect_err("nobody knows whose")
            .reason,
        FailureReason::AccessDenied
    );
    assert_eq!(
        source.begin().await.expect_err("never guessed").reason,
        FailureReason::AccessDenied
    );
    assert_eq!(server.asked("DescribeInstanceInformation").len(), 1);
}

#[tokio::test]
async fn many_targets_of_the_same_credentials_ask_once() {
    let server = Server::start(|asked, _| two_accounts(asked)).await;
    let base = base_of(&server, Switched::default()).await;
    let targets: Vec<_> = (0..5).map(|_| source(&base, options())).collect();
    for account in futures_util::future::join_all(targets.iter().map(Source::begin)).await {
        assert_eq!(account.as_deref(), Ok("111111111111"));
    }
    assert_eq!(server.asked("GetCallerIdentity").len(), 1);
}

#[tokio::test]
async fn an_account_id_that_is_none_is_refused() {
    for odd in [
        "",
        "12345",
        "11112222333x",
        "1111222233334",
        " 111122223333",
        "１１１１２２２２３３３３",
    ] {
        let server = Server::start(move |_, _| identity(odd)).await;
        let (source, _) = server.source().await;
        assert_eq!(
            source.begin().await.expect_err(odd).reason,
            FailureReason::BadResponse,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn a_configured_account_is_not_asked_for() {
    let server = Server::start(|_, _| json(200, EMPTY)).await;
    let options = TargetOptions {
        account_id: Some("999988887777".to_owned()),
        ..options()
    };
    let source = source(&server.base().await, options);
    assert_eq!(source.begin().await.as_deref(), Ok("999988887777"));
    source.instances(&PageRequest::FIRST).await.expect("a page");
    assert!(server.asked("GetCallerIdentity").is_empty());
}

#[tokio::test]
async fn a_configured_account_that_is_known_to_be_wrong_is_refused() {
    let server = Server::start(|asked, _| two_accounts(asked)).await;
    let base = base_of(&server, Switched::default()).await;
    source(&base, options()).begin().await.expect("an account");
    let configured = source(
        &base,
        TargetOptions {
            account_id: Some("999988887777".to_owned()),
            ..options()
        },
    );
    let error = configured
        .begin()
        .await
        .expect_err("another target has asked");
    assert!(
        error.detail.contains("999988887777") && error.detail.contains("111111111111"),
        "{error}"
    );
}

#[tokio::test]
async fn sessions_of_a_role_are_of_the_roles_account_whatever_their_key() {
    let server = Server::start(|asked, before| match asked.operation.as_str() {
        "AssumeRole" => session(if before == 0 { "AKID0" } else { "AKID1" }, 60),
        _ => two_accounts(asked),
    })
    .await;
    let source = source(&server.base().await, role_options());
    assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
    source.instances(&PageRequest::FIRST).await.expect("a page");
    assert!(server.asked("GetCallerIdentity").is_empty());
}

#[tokio::test]
async fn an_sts_that_does_not_answer_is_named_with_the_way_out() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    let (source, _) = server.source().await;
    let host = server.url.trim_start_matches("http://").to_owned();
    drop(server);
    tokio::task::yield_now().await;
    let error = tokio::time::timeout(Duration::from_secs(20), source.begin())
        .await
        .expect("in time")
        .expect_err("none");
    assert_eq!(error.reason, FailureReason::Network);
    assert!(
        error
            .detail
            .contains(&format!("cannot reach {host}: connection refused")),
        "{error}"
    );
    assert!(error.detail.contains("account_id"), "{error}");
}
