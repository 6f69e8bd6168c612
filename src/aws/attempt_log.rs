//! What the log says about each attempt: how it ended, and its status and request id, which the
//! SDK's outputs do not have.

use std::cell::RefCell;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::Headers;
use tokio::time::Instant;

use super::redaction;
use crate::collect::SourceError;
use crate::model::Operation;

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
    // The head must be taken inside the scope, because it ends with the scope.
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
    let id = without_odd_characters(request_id_header(headers)?);
    let is_id = !id.is_empty() && redaction::is_clean(&id);
    is_id.then_some(id)
}

fn request_id_header(headers: &Headers) -> Option<&str> {
    // Most services of AWS use the first name, some older ones the second.
    headers
        .get("x-amzn-requestid")
        .or_else(|| headers.get("x-amz-request-id"))
}

fn without_odd_characters(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(MAX_REQUEST_ID_CHARS)
        .collect()
}

/// An attempt of a call to SSM, after its answer or its failure.
pub(super) struct EndedAttempt {
    pub(super) operation: Operation,
    /// Counts the attempts of the call, from 1.
    pub(super) number: u32,
    pub(super) took: Duration,
    pub(super) head: AnswerHead,
}

impl EndedAttempt {
    /// Logs the attempt; `error` is how it failed, if it did.
    pub(super) fn log(&self, error: Option<&SourceError>) {
        tracing::debug!(
            operation = self.operation.as_str(),
            attempt = self.number,
            status = self.head.status,
            milliseconds = milliseconds(self.took),
            request_id = self.head.request_id.as_deref(),
            outcome = error.map_or("ok", |error| error.reason.as_str()),
            error = error.map(|error| error.detail.as_str()),
            "attempt ended"
        );
    }
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
        // There is no point in searching the body if the line is not logged.
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
        let body = request.body().bytes()?;
        Some(Self {
            action: sts_action(body)?,
            attempt: attempt_number(request).unwrap_or_default().to_owned(),
            began: Instant::now(),
        })
    }

    fn log(self, response: Option<&HttpResponse>) {
        tracing::debug!(
            operation = self.action,
            attempt = self.attempt,
            status = response.map(|response| response.status().as_u16()),
            milliseconds = milliseconds(self.began.elapsed()),
            request_id = response.and_then(|response| request_id(response.headers())),
            // Whether an answer was a good one is not known before the SDK has read it.
            outcome = if response.is_some() {
                "answered"
            } else {
                "failed"
            },
            "attempt ended"
        );
    }
}

/// The action in the form that is a request to STS.
fn sts_action(body: &[u8]) -> Option<String> {
    // Requests to SSM are JSON and have no such member.
    let (_, action) = form_urlencoded::parse(body).find(|(name, _)| name == "Action")?;
    Some(action.into_owned())
}

/// The number in the SDK's header `amz-sdk-request: attempt=1; max=3`.
fn attempt_number(request: &HttpRequest) -> Option<&str> {
    // The SDK does not tell a connector in any other way which attempt this is.
    let header = request.headers().get("amz-sdk-request")?;
    let (_, rest) = header.split_once("attempt=")?;
    rest.split(';').next()
}
