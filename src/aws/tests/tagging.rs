//! The tagging API: how it is asked, and that its troubles are not those of SSM.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json as value};

use super::scripted_aws::{Counts, Reply, Server, json, options, refusal};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::{FailureScope, PageRequest, Source, SourceResult};
use crate::model::{FailureReason, Operation, TagKeys, TagRow};

const OPERATION: &str = "GetResources";

fn keys() -> TagKeys {
    TagKeys::new(["Name", "Team"])
}

/// The first page of tags.
async fn first_page(source: &SsmSource) -> SourceResult<Option<Vec<TagRow>>> {
    let page = PageRequest::first_of(Operation::GetResources);
    Ok(source.tags(&keys(), &page).await?.rows)
}

/// What `GetResources` is answered; every other operation has an empty answer.
async fn server(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |asked, before| match asked.operation.as_str() {
        OPERATION => reply(before),
        _ => json(200, "{}"),
    })
    .await
}

#[tokio::test]
async fn tags_are_asked_for_page_by_page_of_the_service_that_knows_them() {
    let first = r#"{"PaginationToken":"more","ResourceTagMappingList":[
        {"ResourceARN":"arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
         "Tags":[{"Key":"Team","Value":"shop"},{"Key":"Odd","Value":""}]},
        {"ResourceARN":"arn:aws:ec2:eu-west-1:111122223333:instance/i-2","Tags":[]}]}"#;
    let last = r#"{"PaginationToken":"","ResourceTagMappingList":[]}"#;
    let server = server(move |before| json(200, if before == 0 { first } else { last })).await;
    let (source, counts) = server.source().await;
    let mut page = PageRequest::first_of(Operation::GetResources);
    let answer = source.tags(&keys(), &page).await.expect("a page");
    let rows = answer.rows.expect("a list");
    assert_eq!(rows[0].resource_id, "i-1");
    assert_eq!(rows[0].tags[0], ("Team".to_owned(), "shop".to_owned()));
    assert!(rows[1].tags.is_empty());
    page.token = answer.next;
    let answer = source.tags(&keys(), &page).await.expect("a page");
    assert_eq!((answer.rows, answer.next), (Some(Vec::new()), None));

    let asked = server.asked(OPERATION);
    let head = &asked[0].head;
    assert!(head.contains("/eu-west-1/tagging/aws4_request"), "{head}");
    let bodies: Vec<Value> = asked
        .iter()
        .map(|asked| serde_json::from_str(&asked.body).expect("JSON"))
        .collect();
    let types = value!(["ec2:instance", "ssm:managed-instance"]);
    assert_eq!(
        bodies,
        [
            value!({"ResourceTypeFilters": types, "ResourcesPerPage": 100}),
            value!({"ResourceTypeFilters": types, "ResourcesPerPage": 100, "PaginationToken": "more"}),
        ]
    );
    let limits = counts.limits.lock().expect("unpoisoned").clone();
    assert!(limits.contains(&(Operation::GetResources, 500.0)));
}

#[tokio::test]
async fn a_single_key_is_asked_for_alone() {
    let server = server(|_| json(200, r#"{"ResourceTagMappingList":[]}"#)).await;
    let (source, _) = server.source().await;
    let page = PageRequest::first_of(Operation::GetResources);
    let team = TagKeys::new(["Team"]);
    source.tags(&team, &page).await.expect("a page");
    let body: Value = serde_json::from_str(&server.asked(OPERATION)[0].body).expect("JSON");
    assert_eq!(body["TagFilters"], value!([{"Key": "Team"}]));
}

#[tokio::test]
async fn refusals_have_the_reasons_that_those_of_ssm_have() {
    for (code, reason, attempts) in [
        ("AccessDeniedException", FailureReason::AccessDenied, 1),
        ("InternalServiceException", FailureReason::ServerError, 3),
        ("InvalidParameterException", FailureReason::Other, 1),
    ] {
        let server = server(move |_| refusal(code, "no")).await;
        let (source, counts) = server.source().await;
        let error = first_page(&source).await.expect_err(code);
        assert_eq!(
            (error.reason, counts.attempts()),
            (reason, attempts),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_token_that_has_expired_begins_the_listing_again() {
    let server = server(|_| refusal("PaginationTokenExpiredException", "15 minutes")).await;
    let (source, _) = server.source().await;
    let page = PageRequest {
        token: Some("old".to_owned()),
        max_results: 100,
    };
    let error = source.tags(&keys(), &page).await.expect_err("refused");
    assert_eq!(error.scope, FailureScope::Token);
}

#[tokio::test]
async fn throttled_tags_do_not_slow_ssm_down_and_the_two_do_not_share_a_ceiling() {
    let server = server(|before| match before {
        0..2 => refusal("ThrottledException", "Rate exceeded"),
        _ => json(200, r#"{"ResourceTagMappingList":[]}"#),
    })
    .await;
    let slow = TargetOptions {
        requests_per_second: 4.0,
        attempt_timeout: Duration::from_secs(5),
        ..options()
    };
    let counts = Arc::<Counts>::default();
    let source = SsmSource::new(&server.base().await, slow, Arc::clone(&counts) as _);
    let start = Instant::now();
    let ssm = async {
        for _ in 0..3 {
            source.instances(&PageRequest::FIRST).await.expect("a page");
        }
        start.elapsed()
    };
    let (took, tags) = tokio::join!(ssm, first_page(&source));
    assert_eq!(tags, Ok(Some(Vec::new())));
    // Three permits are two pauses of a quarter of a second.
    assert!(took < Duration::from_millis(900), "{took:?}");
    let limits = counts.limits.lock().expect("unpoisoned").clone();
    let last_of = |operation| {
        let mut last = limits.iter().rev();
        last.find(|(of, _)| *of == operation)
            .map(|(_, limit)| *limit)
    };
    assert!(last_of(Operation::GetResources).is_some_and(|limit| limit < 3.9));
    assert!(last_of(Operation::DescribeInstanceInformation).is_some_and(|limit| limit > 3.9));
}
