//! What the log says of each attempt: status and request id, which the SDK's outputs do not have,
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

/// What the head of an attempt's answer said.
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

/// Runs an attempt, and says with what head it was answered.
pub(super) async fn observed<F: Future>(attempt: F) -> (F::Output, AnswerHead) {
    let observing = async {
        let result = attempt.await;
        (result, HEAD.with(RefCell::take))
    };
    HEAD.scope(RefCell::default(), observing).await
}

/// The attempt that is being observed was answered.
pub(super) fn answered(response: &HttpResponse) {
    let head = AnswerHead {
        status: Some(response.status().as_u16()),
        request_id: request_id(response.headers()),
    };
    // Nobody observes the calls of credential providers.
    let _ = HEAD.try_with(|observed| observed.replace(head));
}

/// AWS's id of a request, for its support. `None` if it may be something else.
pub(super) fn request_id(headers: &Headers) -> Option<String> {
    let id = headers
        .get("x-amzn-requestid")
        .or_else(|| headers.get("x-amz-request-id"))?;
    let id: String = id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(MAX_REQUEST_ID_CHARS)
        .collect();
    (!id.is_empty() && redaction::is_clean(&id)).then_some(id)
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

/// A request to STS and its answer. STS is retried inside the SDK, so that only the connector meets
/// each attempt.
pub(super) struct Exchange(Option<Asked>);

struct Asked {
    action: String,
    attempt: String,
    began: Instant,
}

impl Exchange {
    /// Of other services there is none: paths of credential services may be secret themselves.
    pub(super) fn begin(request: &HttpRequest) -> Self {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return Self(None);
        }
        let body = request.body().bytes().unwrap_or_default();
        let action = form_urlencoded::parse(body)
            .find(|(name, _)| name == "Action")
            .map(|(_, action)| action.into());
        // `attempt=1; max=3`
        let attempts = request.headers().get("amz-sdk-request").unwrap_or_default();
        let attempt = attempts
            .split("attempt=")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .unwrap_or_default();
        let asked = |action| Asked {
            action,
            attempt: attempt.to_owned(),
            began: Instant::now(),
        };
        Self(action.map(asked))
    }

    pub(super) fn end(self, result: &Result<HttpResponse, ConnectorError>) {
        let Some(Asked {
            action,
            attempt,
            began,
        }) = self.0
        else {
            return;
        };
        let response = result.as_ref().ok();
        tracing::debug!(
            operation = action,
            attempt,
            status = response.map(|response| response.status().as_u16()),
            milliseconds = milliseconds(began.elapsed()),
            request_id = response.and_then(|response| request_id(response.headers())),
            outcome = if response.is_some() {
                "answered"
            } else {
                "failed"
            },
            "attempt ended"
        );
    }
}
