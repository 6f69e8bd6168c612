//! Answers as AWS really gives them, including odd ones.

use std::sync::Arc;
use std::time::Duration;

use super::scripted_aws::{Counts, Reply, Server, html, json, role_options, session, with_headers};
use crate::aws::SsmSource;
use crate::collect::{FailureScope, PageRequest, Source, SourceResult, TypeFilter};
use crate::model::{FailureReason, Operation};

#[tokio::test]
async fn a_page_may_be_empty_and_yet_not_the_last() {
    let server = Server::start(|_, before| match before {
        0 => json(200, r#"{"InstanceInformationList":[],"NextToken":"more"}"#),
        1 => json(200, r#"{"InstanceInformationList":null,"NextToken":""}"#),
        _ => json(200, r#"{"Unheard":{"Of":1}}"#),
    })
    .await;
    let (source, _) = server.source().await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        let page = source.instances(&PageRequest::FIRST).await.expect("a page");
        pages.push((page.rows, page.next));
    }
    let more = Some("more".to_owned());
    assert_eq!(
        pages,
        [(Some(Vec::new()), more), (None, None), (None, None)],
        "no list is not an empty one"
    );
}

#[tokio::test]
async fn unknown_words_unknown_times_and_missing_members_are_no_errors() {
    let server = Server::start(|_, _| {
        json(
            200,
            r#"{"ResourceComplianceSummaryItems":[
                {"ResourceId":"i-1","ComplianceType":"Patch","Status":"WEIRD","ExecutionSummary":{"ExecutionTime":0.0},
                 "NonCompliantSummary":{"NonCompliantCount":3}},
                {"ResourceId":"i-2","ComplianceType":"Custom:Odd","Status":"",
                 "ExecutionSummary":{"ExecutionTime":1550501835.123}},
                {"ResourceId":"i-3"}]}"#,
        )
    })
    .await;
    let (source, _) = server.source().await;
    let page = source
        .summaries(&TypeFilter::All, &PageRequest::FIRST)
        .await
        .expect("a page");
    let rows = page.rows.expect("a list");
    assert_eq!((rows.len(), page.skipped), (2, 1));
    assert_eq!(
        (rows[0].status.as_str(), rows[0].execution_time),
        ("WEIRD", None)
    );
    assert_eq!(
        (rows[0].noncompliant.total, rows[0].noncompliant.by_severity),
        (3, [0, 0, 0, 0, 0, 3])
    );
    assert_eq!(rows[1].status, "");
    assert_eq!(
        rows[1]
            .execution_time
            .map(|time| time.to_string())
            .as_deref(),
        Some("1550501835.123")
    );
}

/// How many rows the answer to a call of this operation has; `None` if it has no list.
async fn rows_of(source: &SsmSource, operation: Operation) -> SourceResult<Option<usize>> {
    let page = &PageRequest::FIRST;
    let ids = ["i-1".into()];
    Ok(match operation {
        Operation::DescribeInstanceInformation => {
            source.instances(page).await?.rows.map(|rows| rows.len())
        }
        Operation::ListResourceComplianceSummaries => source
            .summaries(&TypeFilter::All, page)
            .await?
            .rows
            .map(|rows| rows.len()),
        Operation::ListComplianceSummaries => {
            source.totals(page).await?.rows.map(|rows| rows.len())
        }
        Operation::DescribeInstancePatchStates => source
            .patch_states(&ids, page)
            .await?
            .rows
            .map(|rows| rows.len()),
        Operation::DescribePatchBaselines => {
            source.baselines(page).await?.rows.map(|rows| rows.len())
        }
        Operation::ListAssociations => source.associations(page).await?.rows.map(|rows| rows.len()),
        Operation::ListComplianceItems => source
            .items("i-1", &TypeFilter::All, page)
            .await?
            .rows
            .map(|rows| rows.len()),
        other => panic!("no refresh calls {other:?}"),
    })
}

#[tokio::test]
async fn an_answer_without_its_list_is_not_an_empty_list_for_any_operation() {
    for reply in [
        || json(200, ""),
        || json(204, ""),
        || json(200, "{}"),
        || json(200, r#"{"Rows":[{"InstanceId":"i-1"}]}"#),
        || json(200, r#"{"instanceinformationlist":[]}"#),
    ] {
        let server = Server::start(move |_, _| reply()).await;
        let (source, counts) = server.source().await;
        for operation in Operation::OF_REFRESH {
            assert_eq!(rows_of(&source, operation).await, Ok(None), "{operation:?}");
        }
        assert_eq!(counts.failures(), []);
    }
}

type Scripted = fn() -> Reply;

/// Errors that come as good answers, with their reason and scope, and after how many attempts they
/// are final.
const DISGUISED_ERRORS: [(Scripted, FailureReason, FailureScope, usize); 8] = [
    (
        || json(200, r#"{"__type":"AccessDeniedException","message":"no"}"#),
        FailureReason::AccessDenied,
        FailureScope::Call,
        1,
    ),
    (
        || json(200, r#"{"code":"ValidationException","message":"no"}"#),
        FailureReason::Other,
        FailureScope::Content,
        1,
    ),
    (
        || json(200, r#"{"Code":"InternalServerError","Message":"no"}"#),
        FailureReason::ServerError,
        FailureScope::Call,
        3,
    ),
    (
        || json(200, r#"{"__type":"ServiceUnavailableException"}"#),
        FailureReason::ServerError,
        FailureScope::Call,
        3,
    ),
    (
        || json(200, r#"{"Error":{"Code":"AccessDenied","Message":"no"}}"#),
        FailureReason::AccessDenied,
        FailureScope::Call,
        1,
    ),
    (
        || {
            json(
                200,
                r#"{"InstanceInformationList":[],"__type":"AccessDeniedException"}"#,
            )
        },
        FailureReason::AccessDenied,
        FailureScope::Call,
        1,
    ),
    (
        || json(202, r#"{"__type":"SomethingNew","message":"no"}"#),
        FailureReason::Other,
        FailureScope::Call,
        1,
    ),
    (
        || {
            with_headers(
                200,
                "x-amzn-errortype: AccessDeniedException:http://internal\r\n",
                "<html>",
            )
        },
        FailureReason::AccessDenied,
        FailureScope::Call,
        1,
    ),
];

#[tokio::test]
async fn an_error_that_comes_as_a_good_answer_is_the_error_that_it_is() {
    for (reply, reason, scope, attempts) in DISGUISED_ERRORS {
        for operation in Operation::OF_REFRESH {
            let server = Server::start(move |_, _| reply()).await;
            let (source, counts) = server.source().await;
            let error = rows_of(&source, operation).await.expect_err("an error");
            assert_eq!(
                (error.reason, error.scope, counts.attempts()),
                (reason, scope, attempts),
                "{error}"
            );
            assert!(counts.failures().iter().all(|counted| *counted == reason));
        }
    }
    let header = "x-amzn-errortype: InvalidNextToken\r\n";
    let server = Server::start(move |_, _| with_headers(200, header, "{}")).await;
    let (source, _) = server.source().await;
    let page = PageRequest {
        token: Some("t".to_owned()),
        ..PageRequest::FIRST
    };
    assert_eq!(
        source.associations(&page).await.expect_err("refused").scope,
        FailureScope::Token
    );
}

#[tokio::test]
async fn a_throttle_that_comes_as_a_good_answer_slows_the_calls_down() {
    let server = Server::start(|_, before| match before {
        0 => with_headers(
            200,
            "x-amz-retry-after: 300\r\n",
            r#"{"__type":"com.amazonaws.ssm#ThrottlingException"}"#,
        ),
        _ => json(200, r#"{"InstanceInformationList":[]}"#),
    })
    .await;
    let (source, counts) = server.source().await;
    let page = source.instances(&PageRequest::FIRST).await.expect("a page");
    assert_eq!(
        (page.rows, counts.failures()),
        (Some(Vec::new()), vec![FailureReason::Throttled])
    );
    let asked = server.asked("DescribeInstanceInformation");
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(295));
    assert!(
        counts
            .limits
            .lock()
            .expect("unpoisoned")
            .iter()
            .any(|(_, limit)| *limit < 500.0)
    );
}

#[tokio::test]
async fn expired_credentials_that_come_as_a_good_answer_are_replaced() {
    let server = Server::start(|asked, before| match asked.operation.as_str() {
        "AssumeRole" => session(if before == 0 { "AKIDOLD" } else { "AKIDNEW" }, 60),
        _ if asked.head.contains("Credential=AKIDNEW/") => json(200, "{}"),
        _ => json(
            200,
            r#"{"__type":"ExpiredTokenException","message":"The security token is expired"}"#,
        ),
    })
    .await;
    let counts = Arc::<Counts>::default();
    let source = SsmSource::new(
        &server.base().await,
        role_options(),
        Arc::clone(&counts) as _,
    );
    source.begin().await.expect("a session");
    source.instances(&PageRequest::FIRST).await.expect("a page");
    assert_eq!(counts.failures(), [FailureReason::ExpiredToken]);
}

#[tokio::test]
async fn a_good_answer_that_is_not_awss_is_a_bad_response() {
    for reply in [
        || html(200),
        || json(200, "OK"),
        || {
            json(
                200,
                "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
            )
        },
        || json(200, "[]"),
        || json(200, "null"),
        || json(200, r#"{"InstanceInformationList":{}}"#),
    ] {
        let server = Server::start(move |_, _| reply()).await;
        let (source, counts) = server.source().await;
        let error = source
            .instances(&PageRequest::FIRST)
            .await
            .expect_err("no answer of AWS's");
        assert_eq!(
            (error.reason, error.scope, counts.attempts()),
            (FailureReason::BadResponse, FailureScope::Content, 1),
            "{error}"
        );
    }
}

/// The SDK gives up the whole page over one row, so the caller must ask for half of the ids.
#[tokio::test]
async fn a_row_that_the_sdk_cannot_read_asks_for_a_smaller_question() {
    let server = Server::start(|asked, before| match (asked.operation.as_str(), before) {
        ("DescribeInstancePatchStates", 0) => json(
            200,
            r#"{"InstancePatchStates":[{"InstanceId":"i-1","PatchGroup":"","BaselineId":"pb-0123456789abcdef0",
                "OperationStartTime":1.0,"OperationEndTime":1.0}]}"#,
        ),
        ("DescribeInstancePatchStates", _) => {
            json(200, r#"{"InstancePatchStates":[{"InstanceId":"i-1","MissingCount":99999999999,"Operation":"Scan"}]}"#)
        }
        (_, 0) => json(200, r#"{"ComplianceItems":[{"Id":"a","Details":{"DocumentName":null}}]}"#),
        _ => json(200, r#"{"ComplianceItems":[{"Id":"a""#),
    })
    .await;
    let (source, counts) = server.source().await;
    let ids: [Arc<str>; 1] = ["i-1".into()];
    let errors = [
        source
            .patch_states(&ids, &PageRequest::FIRST)
            .await
            .expect_err("no Operation"),
        source
            .patch_states(&ids, &PageRequest::FIRST)
            .await
            .expect_err("more than an i32"),
        source
            .items("i-1", &TypeFilter::All, &PageRequest::FIRST)
            .await
            .expect_err("a null detail"),
        source
            .items("i-1", &TypeFilter::All, &PageRequest::FIRST)
            .await
            .expect_err("half of the JSON"),
    ];
    for error in errors {
        assert_eq!(
            (error.reason, error.scope),
            (FailureReason::BadResponse, FailureScope::Content),
            "{error}"
        );
    }
    assert_eq!(counts.attempts(), 4, "none is tried again");
}

#[tokio::test]
async fn a_baseline_of_a_new_operating_system_is_read() {
    let server = Server::start(|_, _| {
        json(200, r#"{"BaselineIdentities":[{"BaselineId":"pb-1","BaselineName":"x","OperatingSystem":"BEOS"}]}"#)
    })
    .await;
    let (source, _) = server.source().await;
    let page = source.baselines(&PageRequest::FIRST).await.expect("a page");
    assert_eq!(page.rows.expect("a list")[0].operating_system, "BEOS");
}
