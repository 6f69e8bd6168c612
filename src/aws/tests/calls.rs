//! What is sent to AWS, and what comes of good answers.

use std::sync::Arc;

use super::scripted_aws::{Asked, Counts, Server, identity, json, options};
use crate::aws::{AwsBase, BaseOptions, SsmSource};
use crate::collect::{PageRequest, Source, TypeFilter};
use crate::model::Operation;

/// The body of the last request.
fn body(asked: &[Asked]) -> serde_json::Value {
    serde_json::from_str(&asked.last().expect("it was asked").body).expect("JSON")
}

/// The page behind this token.
fn after(token: &str) -> PageRequest {
    PageRequest {
        token: Some(token.to_owned()),
        ..PageRequest::FIRST
    }
}

#[tokio::test]
async fn each_call_asks_for_pages_of_fifty_with_its_filters() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let (source, counts) = server.source().await;
    let ids: Vec<Arc<str>> = vec!["i-1".into(), "i-2".into()];
    let named = TypeFilter::Named(vec!["Patch".to_owned(), "Custom:A".to_owned()]);

    source.instances(&PageRequest::FIRST).await.expect("a page");
    source
        .summaries(&TypeFilter::All, &PageRequest::FIRST)
        .await
        .expect("a page");
    source.totals(&after("t")).await.expect("a page");
    source.baselines(&after("t")).await.expect("a page");
    source.associations(&after("t")).await.expect("a page");
    assert_eq!(
        body(&server.asked("DescribeInstanceInformation")),
        serde_json::json!({"MaxResults": 50})
    );
    assert_eq!(
        body(&server.asked("ListResourceComplianceSummaries")),
        serde_json::json!({"MaxResults": 50})
    );
    for operation in [
        "ListComplianceSummaries",
        "DescribePatchBaselines",
        "ListAssociations",
    ] {
        let expected = serde_json::json!({"MaxResults": 50, "NextToken": "t"});
        assert_eq!(body(&server.asked(operation)), expected, "{operation}");
    }

    source.summaries(&named, &after("t")).await.expect("a page");
    let filter = serde_json::json!({"Key": "ComplianceType", "Values": ["Patch", "Custom:A"], "Type": "EQUAL"});
    let expected = serde_json::json!({"MaxResults": 50, "NextToken": "t", "Filters": [filter]});
    assert_eq!(
        body(&server.asked("ListResourceComplianceSummaries")),
        expected
    );

    source
        .patch_states(&ids, &after("t"))
        .await
        .expect("a page");
    let expected =
        serde_json::json!({"MaxResults": 50, "NextToken": "t", "InstanceIds": ["i-1", "i-2"]});
    assert_eq!(body(&server.asked("DescribeInstancePatchStates")), expected);

    let associations = TypeFilter::Named(vec!["Association".to_owned()]);
    source
        .items("i-1", &associations, &PageRequest::FIRST)
        .await
        .expect("a page");
    let expected = serde_json::json!({
        "MaxResults": 50, "ResourceIds": ["i-1"], "ResourceTypes": ["ManagedInstance"],
        "Filters": [
            {"Key": "ComplianceType", "Values": ["Association"], "Type": "EQUAL"},
            {"Key": "Status", "Values": ["NON_COMPLIANT"], "Type": "EQUAL"},
        ],
    });
    assert_eq!(body(&server.asked("ListComplianceItems")), expected);
    assert_eq!((counts.attempts(), counts.failures()), (8, vec![]));
}

#[tokio::test]
async fn requests_are_signed_for_the_region_and_name_the_program() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let (source, _) = server.source().await;
    source.instances(&PageRequest::FIRST).await.expect("a page");
    let head = server.asked("DescribeInstanceInformation")[0].head.clone();
    assert!(head.contains("/eu-west-1/ssm/aws4_request"), "{head}");
    assert!(head.contains("Credential=AKIDBASE/"), "{head}");
    assert!(head.contains("app/ssm-compliance-exporter"), "{head}");
}

#[tokio::test]
async fn the_limit_is_told_for_every_operation() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let (_source, counts) = server.source().await;
    let limits = counts.limits.lock().expect("unpoisoned").clone();
    assert_eq!(
        limits,
        Operation::OF_REFRESH.map(|operation| (operation, 500.0))
    );
}

#[tokio::test]
async fn the_account_is_asked_for_once() {
    let server = Server::start(|_, _| identity("111122223333")).await;
    let (source, _) = server.source().await;
    for _ in 0..3 {
        assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
    }
    assert_eq!(server.asked("GetCallerIdentity").len(), 1);
}

#[tokio::test]
async fn targets_share_connections() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let base = server.base().await;
    for region in ["eu-west-1", "us-east-1", "us-east-1"] {
        let options = crate::aws::TargetOptions {
            region: region.to_owned(),
            ..options()
        };
        let source = SsmSource::new(&base, options, Arc::<Counts>::default());
        source.instances(&PageRequest::FIRST).await.expect("a page");
        source
            .associations(&PageRequest::FIRST)
            .await
            .expect("a page");
    }
    assert_eq!(server.connections(), 1);
}

const CHILD: &str = "SSM_COMPLIANCE_EXPORTER_TEST_CHILD";

/// The environment belongs to a whole process, so the test starts its own program again as a child.
#[tokio::test]
async fn the_environment_names_region_and_endpoint() {
    if std::env::var_os(CHILD).is_some() {
        let static_credentials = Some(("AKIDBASE".to_owned(), "secret".to_owned()));
        let base = AwsBase::load(BaseOptions {
            endpoint_url: None,
            static_credentials,
            fallback_region: None,
        })
        .await;
        let base = base.expect("a good environment");
        assert_eq!(base.default_region().as_deref(), Some("eu-north-1"));
        let source = SsmSource::new(&base, options(), Arc::<Counts>::default());
        assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
        source.instances(&PageRequest::FIRST).await.expect("a page");
        return;
    }
    let ssm = Server::start(|_, _| json(200, "{}")).await;
    let sts = Server::start(|_, _| identity("111122223333")).await;
    let child = tokio::process::Command::new(std::env::current_exe().expect("the tests"))
        .args([
            "aws::tests::calls::the_environment_names_region_and_endpoint",
            "--exact",
        ])
        .envs([
            (CHILD, "1"),
            ("AWS_REGION", "eu-north-1"),
            ("NO_PROXY", "127.0.0.1"),
        ])
        .envs([
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ])
        .envs([
            ("AWS_ENDPOINT_URL_SSM", &ssm.url),
            ("AWS_ENDPOINT_URL", &sts.url),
        ])
        .output();
    let output = child.await.expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(
        (
            ssm.asked("DescribeInstanceInformation").len(),
            sts.asked("GetCallerIdentity").len()
        ),
        (1, 1)
    );
}
