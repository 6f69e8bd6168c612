//! What failures and the log say of attempts: AWS's request id, and at level `debug` each attempt.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Level};

use super::scripted_aws::{
    Counts, Reply, Server, identity, json, role_options, session, with_headers,
};
use crate::aws::{SsmSource, attempt_log};
use crate::collect::{PageRequest, Source};
use crate::model::FailureReason;

const ID: &str = "1b2c3d4e-0123-4567-89ab-cdef01234567";

/// While a program has one subscriber, tracing asks only the thread that comes to a line first
/// whether it wants that line, and remembers the answer for all threads. Here that may be the thread
/// of another test, which has no subscriber. With a second subscriber, tracing asks them all.
static SECOND_SUBSCRIBER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// What is logged on this thread while the guard lives.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(super) fn start() -> (Self, DefaultGuard) {
        LazyLock::force(&SECOND_SUBSCRIBER);
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// The lines of this program, without those of its libraries.
    pub(super) fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().expect("unpoisoned");
        let lines = String::from_utf8(bytes.clone()).expect("text");
        lines
            .lines()
            .filter(|line| line.contains(env!("CARGO_CRATE_NAME")))
            .map(str::to_owned)
            .collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failure_has_awss_id_of_its_request() {
    let long = format!("x-amzn-RequestId: {}\r\n", "a1-".repeat(50));
    let cases = [
        (format!("x-amzn-RequestId: {ID}\r\n"), Some(ID.to_owned())),
        (format!("x-amz-request-id: {ID}\r\n"), Some(ID.to_owned())),
        (
            "x-amzn-RequestId: a b\"c\\n<d>\r\n".to_owned(),
            Some("abcnd".to_owned()),
        ),
        (long, Some("a1-".repeat(50)[..64].to_owned())),
        (
            format!("x-amzn-RequestId: {}\r\n", "0123456789abcdef".repeat(4)),
            None,
        ),
        ("x-amzn-RequestId: \"\"\r\n".to_owned(), None),
        (String::new(), None),
    ];
    for (headers, id) in cases {
        for (status, body) in [
            (400, r#"{"__type":"AccessDeniedException"}"#),
            (400, "<html>"),
            (200, "<html>"),
        ] {
            let headers = headers.clone();
            let server = Server::start(move |_, _| with_headers(status, &headers, body)).await;
            let (source, _) = server.source().await;
            let error = source
                .instances(&PageRequest::FIRST)
                .await
                .expect_err("refused");
            assert_eq!(error.request_id, id, "{status} {body}");
        }
    }
    let rows = vec!["{}"; 200].join(",");
    let body = format!(r#"{{"InstanceInformationList":[{rows}]}}"#);
    let server =
        Server::start(move |_, _| with_headers(200, &format!("x-amzn-RequestId: {ID}\r\n"), &body))
            .await;
    let (source, _) = server.source().await;
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("too many rows");
    assert_eq!(
        (error.reason, error.request_id.as_deref()),
        (FailureReason::BadResponse, Some(ID))
    );
}

#[tokio::test]
async fn a_refused_role_has_awss_id_of_its_request() {
    let error = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let headers = format!("content-type: text/xml\r\nx-amzn-RequestId: {ID}\r\n");
    let server = Server::start(move |_, _| Reply::Response {
        status: 403,
        headers: headers.clone(),
        body: error.into(),
    });
    let server = server.await;
    let source = SsmSource::new(
        &server.base().await,
        role_options(),
        Arc::<Counts>::default(),
    );
    let error = source.begin().await.expect_err("refused");
    assert_eq!(
        (error.reason, error.request_id.as_deref()),
        (FailureReason::AssumeRoleFailed, Some(ID))
    );
}

const INSTANCES: &str = "operation=\"DescribeInstanceInformation\"";
const BASELINES: &str = "operation=\"DescribePatchBaselines\"";

/// What the lines of the attempts hold, in the order in which the attempts are made.
const ATTEMPTS: [[&str; 4]; 6] = [
    [
        "operation=\"AssumeRole\"",
        "attempt=\"1\"",
        "status=200",
        "outcome=\"answered\"",
    ],
    [
        INSTANCES,
        "attempt=1 status=503",
        ID,
        "outcome=\"server_error\"",
    ],
    [
        INSTANCES,
        "attempt=2 milliseconds=",
        "milliseconds=",
        "outcome=\"network\"",
    ],
    [INSTANCES, "attempt=3 status=200", ID, "outcome=\"ok\""],
    [
        "operation=\"ListAssociations\"",
        "attempt=1 status=200",
        ID,
        "outcome=\"access_denied\"",
    ],
    [
        BASELINES,
        "attempt=1 status=200",
        "milliseconds=",
        "outcome=\"bad_response\"",
    ],
];

#[tokio::test]
async fn each_attempt_is_a_line_at_debug() {
    let (log, _guard) = Log::start();
    let id = format!("x-amzn-RequestId: {ID}\r\n");
    let server = Server::start(
        move |asked, before| match (asked.operation.as_str(), before) {
            ("AssumeRole", _) => session("AKIDROLE", 60),
            ("DescribePatchBaselines", _) => {
                Reply::Half("HTTP/1.1 200 -\r\ncontent-length: 99999999\r\n\r\n")
            }
            ("ListAssociations", _) => with_headers(
                200,
                &id,
                r#"{"__type":"AccessDeniedException","message":"no"}"#,
            ),
            (_, 0) => with_headers(503, &id, ""),
            (_, 1) => Reply::HangUp,
            _ => with_headers(200, &id, "{}"),
        },
    )
    .await;
    let source = SsmSource::new(
        &server.base().await,
        role_options(),
        Arc::<Counts>::default(),
    );
    source.begin().await.expect("a session");
    source.instances(&PageRequest::FIRST).await.expect("a page");
    source
        .associations(&PageRequest::FIRST)
        .await
        .expect_err("refused");
    source
        .baselines(&PageRequest::FIRST)
        .await
        .expect_err("too large");
    let lines: Vec<String> = log
        .lines()
        .into_iter()
        .filter(|line| line.contains("attempt ended"))
        .collect();
    assert_eq!(lines.len(), ATTEMPTS.len(), "{lines:#?}");
    for (line, parts) in lines.iter().zip(ATTEMPTS) {
        assert!(
            parts.iter().all(|part| line.contains(part)) && line.contains("milliseconds="),
            "{parts:?}: {line}"
        );
        assert!(line.contains(" DEBUG "), "{line}");
    }
}

#[tokio::test]
async fn attempts_that_nobody_observes_are_no_fault() {
    let server = Server::start(|_, _| identity("111122223333")).await;
    let (source, _) = server.source().await;
    source.begin().await.expect("an account");
    let (result, head) = attempt_log::observed(async { 7 }).await;
    assert_eq!((result, head), (7, attempt_log::AnswerHead::default()));
    assert!(matches!(json(200, ""), Reply::Response { .. }));
}
