//! Regions that are not enabled for the account: they refuse good credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::base_of;
use super::scripted_aws::{
    Asked, Counts, Reply, Server, identity, json, options, refusal, role_options, session,
    sts_refusal,
};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::{PageRequest, Source, SourceError};
use crate::model::FailureReason;

const ENABLED: &str = "eu-west-1";
const DISABLED: &str = "ap-east-1";

/// Counts how often the base credentials are read.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<AtomicUsize>);

impl ProvideCredentials for Counted {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.0.fetch_add(1, Ordering::Relaxed);
        future::ProvideCredentials::ready(Ok(Credentials::new(
            "AKIDBASE", "secret", None, None, "test",
        )))
    }
}

/// Targets in both regions, the enabled one first.
async fn targets_of(
    server: &Server,
    options: impl Fn() -> TargetOptions,
    provider: impl ProvideCredentials + 'static,
) -> [SsmSource; 2] {
    let base = base_of(server, provider).await;
    [ENABLED, DISABLED].map(|region| {
        let options = TargetOptions {
            region: region.to_owned(),
            ..options()
        };
        SsmSource::new(&base, options, Arc::<Counts>::default())
    })
}

/// The same, and how often their base credentials were read.
async fn targets(
    server: &Server,
    options: impl Fn() -> TargetOptions,
) -> ([SsmSource; 2], Counted) {
    let reads = Counted::default();
    let targets = targets_of(server, options, reads.clone()).await;
    (targets, reads)
}

fn is_in(asked: &Asked, region: &str) -> bool {
    asked.head.contains(&format!("/{region}/"))
}

/// An AWS with one region that is not enabled: neither SSM nor STS there knows the credentials.
fn aws(asked: &Asked) -> Reply {
    let is_sts = matches!(asked.operation.as_str(), "GetCallerIdentity" | "AssumeRole");
    match asked.operation.as_str() {
        _ if is_in(asked, DISABLED) && is_sts => sts_refusal("InvalidClientTokenId"),
        _ if is_in(asked, DISABLED) => refusal(
            "UnrecognizedClientException",
            "The security token is invalid",
        ),
        "GetCallerIdentity" => identity("111122223333"),
        "AssumeRole" => session("AKIDROLE", 60),
        _ => json(200, r#"{"InstanceInformationList":[]}"#),
    }
}

async fn refresh(target: &SsmSource) -> Result<String, SourceError> {
    let account = target.begin().await?;
    target.instances(&PageRequest::FIRST).await?;
    Ok(account)
}

fn assert_disabled(error: &SourceError) {
    assert_eq!(error.reason, FailureReason::RegionDisabled, "{error}");
    assert!(
        error.detail.contains(DISABLED) && error.detail.contains(ENABLED),
        "{error}"
    );
}

#[tokio::test]
async fn a_region_that_refuses_what_a_sibling_takes_is_disabled_and_its_account_the_siblings() {
    let server = Server::start(|asked, _| aws(asked)).await;
    let ([enabled, disabled], reads) = targets(&server, options).await;
    refresh(&enabled).await.expect("well");
    for _ in 0..3 {
        assert_eq!(disabled.begin().await.as_deref(), Ok("111122223333"));
        assert_disabled(
            &disabled
                .instances(&PageRequest::FIRST)
                .await
                .expect_err("refused"),
        );
        refresh(&enabled).await.expect("well");
    }
    assert_eq!(
        reads.0.load(Ordering::Relaxed),
        1,
        "good credentials are not thrown away"
    );
    assert_eq!(server.asked("GetCallerIdentity").len(), 1);
}

#[tokio::test]
async fn a_disabled_region_that_begins_first_is_told_at_its_next_refresh() {
    let server = Server::start(|asked, _| aws(asked)).await;
    let ([enabled, disabled], reads) = targets(&server, options).await;
    let error = refresh(&disabled).await.expect_err("nobody has told yet");
    assert_eq!(error.reason, FailureReason::InvalidCredentials);
    refresh(&enabled).await.expect("well");
    let before = reads.0.load(Ordering::Relaxed);
    assert_disabled(&refresh(&disabled).await.expect_err("refused"));
    assert_disabled(&refresh(&disabled).await.expect_err("refused"));
    assert_eq!(reads.0.load(Ordering::Relaxed), before);
}

#[tokio::test]
async fn a_disabled_region_that_begins_together_with_its_sibling_knows_its_account_at_once() {
    let server = Server::start(|asked, _| aws(asked)).await;
    let ([enabled, disabled], _) = targets(&server, options).await;
    let (refused, well) = tokio::join!(disabled.begin(), enabled.begin());
    assert_eq!(
        (refused.as_deref(), well.as_deref()),
        (Ok("111122223333"), Ok("111122223333"))
    );
}

#[tokio::test]
async fn a_role_whose_sessions_a_region_refuses_is_told_by_its_sibling() {
    // Both regions give sessions, as they do where STS is asked at its global endpoint.
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "AssumeRole" => session("AKIDROLE", 60),
        _ => aws(asked),
    })
    .await;
    let ([enabled, disabled], reads) = targets(&server, role_options).await;
    assert_eq!(
        refresh(&disabled)
            .await
            .expect_err("nobody has told yet")
            .reason,
        FailureReason::InvalidCredentials
    );
    refresh(&enabled).await.expect("well");
    for _ in 0..2 {
        assert_eq!(disabled.begin().await.as_deref(), Ok("111122223333"));
        assert_disabled(
            &disabled
                .instances(&PageRequest::FIRST)
                .await
                .expect_err("refused"),
        );
    }
    assert_eq!(
        reads.0.load(Ordering::Relaxed),
        1,
        "the base credentials had nothing to do with it"
    );
}

#[tokio::test]
async fn a_regions_sts_that_refuses_what_another_takes_is_disabled() {
    let server = Server::start(|asked, _| aws(asked)).await;
    let ([enabled, disabled], reads) = targets(&server, role_options).await;
    refresh(&enabled).await.expect("well");
    assert_disabled(&refresh(&disabled).await.expect_err("refused"));
    assert_eq!(reads.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn credentials_that_no_region_takes_are_not_a_matter_of_regions() {
    let server = Server::start(|asked, _| match asked.operation.as_str() {
        "GetCallerIdentity" => identity("111122223333"),
        _ => refusal(
            "UnrecognizedClientException",
            "The security token is invalid",
        ),
    })
    .await;
    let ([one, other], _) = targets(&server, options).await;
    for _ in 0..2 {
        let (first, second) = tokio::join!(refresh(&one), refresh(&other));
        drop((first, second));
    }
    for target in [&one, &other, &one] {
        assert_eq!(
            refresh(target).await.expect_err("refused").reason,
            FailureReason::InvalidCredentials
        );
    }
}

#[tokio::test]
async fn sts_says_by_itself_that_a_region_is_not_activated() {
    let server = Server::start(|_, _| sts_refusal("RegionDisabledException")).await;
    let ([_, target], _) = targets(&server, role_options).await;
    assert_eq!(
        target.begin().await.expect_err("refused").reason,
        FailureReason::RegionDisabled
    );
}

/// Gives another key each time it is asked, as an instance or a process does in the course of
/// hours.
#[derive(Clone, Debug, Default)]
struct Rotating(Arc<AtomicUsize>);

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let id = format!("AKID{}", self.0.fetch_add(1, Ordering::Relaxed));
        let end = SystemTime::now() + Duration::from_secs(1);
        future::ProvideCredentials::ready(Ok(Credentials::new(
            id,
            "secret",
            None,
            Some(end),
            "test",
        )))
    }
}

/// Takes a little more than ten seconds, for which credentials are kept at least.
#[tokio::test]
async fn a_disabled_region_is_told_with_new_keys_too_though_it_is_the_first_to_use_them() {
    for options in [options, role_options] {
        let server = Server::start(|asked, _| aws(asked)).await;
        let keys = Rotating::default();
        let [enabled, disabled] = targets_of(&server, options, keys.clone()).await;
        refresh(&enabled).await.expect("well");
        assert_disabled(&refresh(&disabled).await.expect_err("refused"));
        tokio::time::sleep(Duration::from_millis(10_100)).await;
        assert_disabled(
            &refresh(&disabled)
                .await
                .expect_err("refused, with a new key"),
        );
        refresh(&enabled).await.expect("well");
        assert_eq!(keys.0.load(Ordering::Relaxed), 2, "no key is thrown away");
    }
}
