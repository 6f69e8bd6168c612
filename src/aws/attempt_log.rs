//! What the log says of each attempt: status and request id, which are not in the SDK's outputs,
//! and how it ended.

use std::cell::RefCell;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::Headers;
use tokio::time::Instant;

use super::redaction;
use crate::collect::{Operation, SourceError};

/// AWS's request ids have 36 characters.
const MAX_REQUEST_ID_CHARS: usize = 64;

/// What the head of the answer to an attempt said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AnswerHead {
    /// `None` without an answer.
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
}

tokio::task_local! {
    /// Filled by the connector, which is called somewhere inside the SDK but in the same task.
    static HEAD: RefCell<AnswerHead>;
}

/// Runs an attempt; also returns the head of its answer.
pub(super) async fn observed<F: Future>(attempt: F) -> (F::Output, AnswerHead) {
    let observing = async {
        let result = attempt.await;
        (result, HEAD.with(RefCell::take))
    };
    HEAD.scope(RefCell::default(), observing).await
}

/// Notes that the attempt that is being observed was answered.
pub(super) fn answered(response: &HttpResponse) {
    let head = AnswerHead {
        status: Some(response.status().as_u16()),
        request_id: request_id(response.headers()),
    };
    // This fails for the calls of credential providers, which are made outside of an attempt.
    let _ = HEAD.try_with(|observed| observed.replace(head));
}

/// AWS's id of a request, which its support asks for. `None` if it may be something else, since an
/// endpoint that is not AWS's may send anything.
pub(super) fn request_id(headers: &Headers) -> Option<String> {
    // Most services of AWS use the first name, some older ones the second.
    let header = headers
        .get("x-amzn-requestid")
        .or_else(|| headers.get("x-amz-request-id"))?;
    let id: String = header
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(MAX_REQUEST_ID_CHARS)
        .collect();
    let is_id = !id.is_empty() && redaction::is_clean(&id);
    is_id.then_some(id)
}

/// Logs an attempt of a call to SSM; `attempt` counts from 1.
pub(super) fn log(
    operation: Operation,
    attempt: u32,
    took: Duration,
    head: &AnswerHead,
    error: Option<&SourceError>,
) {
    tracing::debug!(
        operation = operation.as_str(),
        attempt,
        status = head.status,
        milliseconds = milliseconds(took),
        request_id = head.request_id.as_deref(),
        outcome = error.map_or("ok", |error| error.reason.as_str()),
        error = error.map(|error| error.detail.as_str()),
        "attempt ended"
    );
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A request to STS and its answer, for the log.
///
/// STS is retried inside the SDK, so that only the connector meets each attempt. The calls to SSM
/// are logged by their own retry loop, and the requests to other services not at all: the paths of
/// credential services may be secrets themselves.
pub(super) struct Exchange(Option<StsAttempt>);

struct StsAttempt {
    action: String,
    attempt: String,
    began: Instant,
}

impl Exchange {
    pub(super) fn begin(request: &HttpRequest) -> Self {
        // Searching the body is in vain if nobody sees the line.
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return Self(None);
        }
        Self(StsAttempt::begin(request))
    }

    pub(super) fn end(self, result: &Result<HttpResponse, ConnectorError>) {
        if let Some(attempt) = self.0 {
            attempt.log(result.as_ref().ok());
        }
    }
}

impl StsAttempt {
    /// `None` if the request is not one to STS.
    fn begin(request: &HttpRequest) -> Option<Self> {
        let body = request.body().bytes().unwrap_or_default();
        // Requests to SSM are JSON and have no such member.
        let (_, action) = form_urlencoded::parse(body).find(|(name, _)| name == "Action")?;
        let header = request.headers().get("amz-sdk-request").unwrap_or_default();
        Some(Self {
            action: action.into_owned(),
            attempt: attempt_number(header).unwrap_or_default().to_owned(),
            began: Instant::now(),
        })
    }

    fn log(self, response: Option<&HttpResponse>) {
        let outcome = if response.is_some() {
            "answered"
        } else {
            "failed"
        };
        tracing::debug!(
            operation = self.action,
            attempt = self.attempt,
            status = response.map(|response| response.status().as_u16()),
            milliseconds = milliseconds(self.began.elapsed()),
            request_id = response.and_then(|response| request_id(response.headers())),
            outcome,
            "attempt ended"
        );
    }
}

/// The number in the SDK's header `amz-sdk-request: attempt=1; max=3`.
fn attempt_number(header: &str) -> Option<&str> {
    let (_, rest) = header.split_once("attempt=")?;
    rest.split(';').next()
}
