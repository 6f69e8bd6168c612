//! How much of an answer is read, and how many rows and values it may hold.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::scripted_aws::{Counts, Reply, Server, json, options, role_options};
use crate::aws::{AwsBase, BaseOptions, SsmSource, TargetOptions};
use crate::collect::{FailureScope, MAX_PAGE_ROWS, PageRequest, Source, TypeFilter};
use crate::model::FailureReason;

const MIB: usize = 1 << 20;
/// As much as is read, and as fits into the buffers of two sockets.
const MAX_TAKEN_BYTES: usize = 40 * MIB;

/// A body without an end, which repeats `part` behind a head of this status with these headers.
fn endless(status: u16, headers: &str, part: &str) -> Reply {
    let head =
        format!("HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.1\r\n{headers}\r\n");
    Reply::Endless {
        head,
        part: part.to_owned(),
        pause: Duration::ZERO,
    }
}

/// White space without an end, in every way in which a body may be sent.
fn all_ways(status: u16) -> [Reply; 5] {
    let part = " ".repeat(64 << 10);
    let chunk = format!("{:x}\r\n{part}\r\n", part.len());
    let length = format!("content-length: {}\r\n", 300 * MIB);
    [
        endless(status, &length, &part),
        endless(status, "transfer-encoding: chunked\r\n", &chunk),
        endless(
            status,
            "transfer-encoding: chunked\r\ncontent-encoding: gzip\r\n",
            &chunk,
        ),
        // Without a length, a body lasts until the connection ends.
        endless(status, "", &part),
        endless(status, "content-encoding: br\r\n", &part),
    ]
}

/// Leaves enough time for large bodies on a busy machine.
fn patient() -> TargetOptions {
    TargetOptions {
        attempt_timeout: Duration::from_secs(10),
        ..options()
    }
}

#[tokio::test]
async fn a_body_beyond_16_mib_is_a_bad_response_and_read_no_further() {
    for (status, scope) in [
        (200, FailureScope::Content),
        (400, FailureScope::Call),
        (500, FailureScope::Call),
    ] {
        for way in 0..all_ways(status).len() {
            let server =
                Server::start(move |_, _| all_ways(status).into_iter().nth(way).expect("a way"))
                    .await;
            let counts = Arc::<Counts>::default();
            let source = SsmSource::new(&server.base().await, patient(), Arc::clone(&counts) as _);
            let error = source
                .instances(&PageRequest::FIRST)
                .await
                .expect_err("too large");
            assert_eq!(
                (error.reason, error.scope),
                (FailureReason::BadResponse, scope),
                "{error}"
            );
            assert!(error.detail.contains("larger than 16 MiB"), "{error}");
            assert_eq!(
                (counts.attempts(), counts.failures()),
                (1, vec![FailureReason::BadResponse])
            );
            assert!(
                server.taken() < MAX_TAKEN_BYTES,
                "way {way}: {} bytes",
                server.taken()
            );
        }
    }
}

#[tokio::test]
async fn the_bound_holds_for_sts() {
    for options in [options(), role_options()] {
        for way in 0..all_ways(200).len() {
            let server =
                Server::start(move |_, _| all_ways(200).into_iter().nth(way).expect("a way")).await;
            let source = SsmSource::new(
                &server.base().await,
                options.clone(),
                Arc::<Counts>::default(),
            );
            let error = source.begin().await.expect_err("too large");
            assert_eq!(error.reason, FailureReason::BadResponse, "{error}");
            assert!(server.taken() < MAX_TAKEN_BYTES, "{} bytes", server.taken());
        }
    }
}

#[tokio::test]
async fn a_good_answer_that_is_not_stss_is_a_bad_response() {
    for options in [options(), role_options()] {
        for body in [
            "<html>",
            "",
            "{}",
            "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>",
            "<a><b></a>",
        ] {
            let server = Server::start(move |_, _| html_of(200, body)).await;
            let source = SsmSource::new(
                &server.base().await,
                options.clone(),
                Arc::<Counts>::default(),
            );
            let error = source.begin().await.expect_err("no answer of STS's");
            assert_eq!(error.reason, FailureReason::BadResponse, "{body}: {error}");
        }
    }
}

/// A page of this text, which does not come from AWS.
fn html_of(status: u16, body: &str) -> Reply {
    Reply::Response {
        status,
        headers: "content-type: text/html\r\n".to_owned(),
        body: body.to_owned(),
    }
}

const CHILD: &str = "SSM_COMPLIANCE_EXPORTER_TEST_CHILD";

/// The environment belongs to a whole process, so the test starts its own program again as a child.
#[tokio::test]
async fn the_bound_holds_for_a_service_that_gives_credentials() {
    if std::env::var_os(CHILD).is_some() {
        let options = BaseOptions {
            fallback_region: Some("eu-west-1".to_owned()),
            ..BaseOptions::default()
        };
        let base = AwsBase::load(options).await.expect("a good environment");
        let source = SsmSource::new(&base, role_options(), Arc::<Counts>::default());
        source.begin().await.expect_err("too large");
        return;
    }
    let server = Server::start(|_, _| all_ways(200).into_iter().nth(1).expect("a way")).await;
    let child = tokio::process::Command::new(std::env::current_exe().expect("the tests"))
        .args([
            "aws::tests::bodies::the_bound_holds_for_a_service_that_gives_credentials",
            "--exact",
        ])
        .env_clear()
        .envs([
            (CHILD, "1"),
            ("NO_PROXY", "127.0.0.1"),
            ("HOME", "/nonexistent"),
        ])
        .envs([("AWS_CONTAINER_CREDENTIALS_FULL_URI", &server.url)])
        .output();
    let output = child.await.expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(
        (MIB..MAX_TAKEN_BYTES).contains(&server.taken()),
        "{} bytes",
        server.taken()
    );
}

#[tokio::test]
async fn a_body_below_the_bound_is_read_however_it_comes() {
    let padding = " ".repeat(3 * MIB);
    let server = Server::start(move |_, _| {
        json(200, &format!("{padding}{{\"InstanceInformationList\":[]}}"))
    })
    .await;
    let source = SsmSource::new(&server.base().await, patient(), Arc::<Counts>::default());
    // More calls at once than large bodies may be in memory at once.
    for page in join_all((0..10).map(|_| source.instances(&PageRequest::FIRST))).await {
        assert_eq!(page.expect("a page").rows, Some(Vec::new()));
    }
}

#[tokio::test]
async fn the_time_of_an_attempt_is_that_of_its_body_too() {
    let slow = || Reply::Endless {
        head: "HTTP/1.1 200 -\r\ncontent-length: 1000000\r\n\r\n".to_owned(),
        part: " ".to_owned(),
        pause: Duration::from_millis(20),
    };
    let server = Server::start(move |_, _| slow()).await;
    let counts = Arc::<Counts>::default();
    let options = TargetOptions {
        attempt_timeout: Duration::from_millis(200),
        ..options()
    };
    let source = SsmSource::new(&server.base().await, options, Arc::clone(&counts) as _);
    let began = Instant::now();
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("it does not end");
    assert_eq!(
        (error.reason, counts.attempts()),
        (FailureReason::Timeout, 3),
        "{error}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_page_far_above_what_was_asked_for_is_a_bad_response() {
    for (rows, is_taken) in [
        (MAX_PAGE_ROWS, true),
        (2 * MAX_PAGE_ROWS, true),
        (2 * MAX_PAGE_ROWS + 1, false),
        (5000, false),
        (5_000_000, false),
    ] {
        let row = if rows > 5000 {
            "{}"
        } else {
            r#"{"InstanceId":"i-1","ComputerName":"a,b],["}"#
        };
        let body = format!(
            r#"{{"NextToken":"n","InstanceInformationList":[{}]}}"#,
            vec![row; rows].join(",")
        );
        let server = Server::start(move |_, _| json(200, &body)).await;
        let counts = Arc::<Counts>::default();
        let source = SsmSource::new(&server.base().await, patient(), Arc::clone(&counts) as _);
        match source.instances(&PageRequest::FIRST).await {
            Ok(page) => assert!(
                is_taken && page.rows.is_some_and(|read| read.len() == rows),
                "{rows}"
            ),
            Err(error) => {
                assert!(
                    !is_taken && error.detail.contains("more than 100 rows"),
                    "{rows}: {error}"
                );
                assert_eq!(
                    (error.reason, error.scope),
                    (FailureReason::BadResponse, FailureScope::Content)
                );
                assert_eq!(counts.failures(), [FailureReason::BadResponse]);
            }
        }
    }
}

#[tokio::test]
async fn a_row_with_far_too_many_members_is_a_bad_response() {
    let members = vec![r#""k":1"#; 200_000].join(",");
    let row = format!(r#"{{"InstanceAssociationStatusAggregatedCount":{{{members}}}}}"#);
    let body = format!(
        r#"{{"InstanceInformationList":[{{"InstanceId":"i-1","AssociationOverview":{row}}}]}}"#
    );
    let server = Server::start(move |_, _| json(200, &body)).await;
    let source = SsmSource::new(&server.base().await, patient(), Arc::<Counts>::default());
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("too many");
    assert_eq!(
        (error.reason, error.scope),
        (FailureReason::BadResponse, FailureScope::Content),
        "{error}"
    );
}

#[tokio::test]
async fn times_and_nesting_without_measure_break_nothing() {
    let deep = format!(r#"{{"Unheard":{}"#, "[".repeat(MIB));
    let nested = format!(
        r#"{{"Unheard":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let time = |time: &str| {
        format!(
            r#"{{"ResourceComplianceSummaryItems":[{{"ResourceId":"i-1","ComplianceType":"Patch",
                "ExecutionSummary":{{"ExecutionTime":{time}}}}}]}}"#
        )
    };
    let bodies = [
        deep,
        nested,
        time("1e400"),
        time("-1e400"),
        time("9223372036854775807"),
        time("1e18"),
    ];
    let server = Server::start(move |_, before| json(200, &bodies[before % bodies.len()])).await;
    let source = SsmSource::new(&server.base().await, patient(), Arc::<Counts>::default());
    for call in 0..6 {
        let page = source
            .summaries(&TypeFilter::All, &PageRequest::FIRST)
            .await;
        assert!(
            call >= 2 || page.is_err_and(|error| error.reason == FailureReason::BadResponse),
            "{call}"
        );
    }
}
