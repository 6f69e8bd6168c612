//! What the SDK's errors mean: the reason for the label, what asking for less would do, and whether
//! to try again.
//!
//! The code that AWS sends decides, never the SDK's variants: throttling, refusals and failed
//! validation are not in SSM's model, so the SDK has no variant for them. Codes are compared whole,
//! because a message may well contain `AccessDenied` without being such a refusal.

mod classification;
mod refusal;

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssm::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

pub(super) use classification::Retry;

use self::classification::Classification;
use super::detail::one_line;
use super::error_chain::{chain, find};
use super::provider_error::to_source_error;
use super::refused_answer::RefusedAnswer;
use super::{attempt_log, codes};
use crate::collect::{FailureScope, SourceError};
use crate::model::{FailureReason, Operation};

/// What a call asks for, as far as it matters for what its failure means.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallContext {
    pub(super) operation: Operation,
    /// How many resources it names by id.
    pub(super) id_count: usize,
    /// Whether it asks for a page after the first.
    pub(super) has_token: bool,
}

impl CallContext {
    fn scope_of_refused_token(&self) -> FailureScope {
        if self.has_token {
            FailureScope::Token
        } else {
            // The call asked for the first page, so there is no listing that could begin again.
            FailureScope::Call
        }
    }
}

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: SourceError,
    pub(super) retry: Retry,
    /// How long AWS asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// Classifies a failed attempt of a call to SSM.
pub(super) fn ssm_failure<E>(error: &SdkError<E, HttpResponse>, call: &CallContext) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut failure = failure(error, call.id_count);
    if let Some(refused) = error.as_service_error()
        && refusal::refuses_page_token(refused)
    {
        failure.error.scope = call.scope_of_refused_token();
    }
    failure
}

/// Classifies a failed attempt of a call that named `id_count` resources.
pub(super) fn failure<E>(error: &SdkError<E, HttpResponse>, id_count: usize) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let classification = classification_of(error, id_count);
    Failure {
        error: SourceError {
            reason: classification.reason,
            scope: classification.scope,
            detail: one_line(&classification.detail),
            request_id: request_id_of(error),
        },
        retry: classification.retry,
        retry_after: error.raw_response().and_then(retry_after),
    }
}

fn request_id_of<E>(error: &SdkError<E, HttpResponse>) -> Option<String>
where
    E: Error + 'static,
{
    if let Some(response) = error.raw_response() {
        return attempt_log::request_id(response.headers());
    }
    // The SDK has no response for an answer that we refused, so its id is kept with the refusal.
    find::<RefusedAnswer>(error)?.request_id.clone()
}

fn classification_of<E>(error: &SdkError<E, HttpResponse>, id_count: usize) -> Classification
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => refusal::refused(context.err(), context.raw(), id_count),
        SdkError::ResponseError(context) => unreadable(error, context.raw()),
        SdkError::TimeoutError(_) => Classification::timeout("no answer in time".to_owned()),
        SdkError::DispatchFailure(context) => undelivered(error, context.as_connector_error()),
        // The SDK could not build the request.
        _ => Classification::unknown(chain(error)),
    }
}

/// Classifies an answer that the SDK cannot read: the page of a proxy, half an answer, or a row
/// that lacks what the SDK insists on.
fn unreadable<E: Error + 'static>(
    error: &SdkError<E, HttpResponse>,
    response: &HttpResponse,
) -> Classification {
    let status = response.status();
    let code = status.as_u16();
    let cause = chain(error);
    let detail = format!("HTTP {code} with an answer that cannot be read: {cause}");
    if status.is_server_error() {
        Classification::server_error(detail)
    } else if codes::is_throttle_status(status) {
        Classification::throttled(detail)
    } else {
        Classification::bad_response(status.is_success(), detail)
    }
}

/// Classifies a request that got no answer, or one that was not handed to the SDK.
fn undelivered(
    error: &(dyn Error + 'static),
    connector: Option<&ConnectorError>,
) -> Classification {
    // To the SDK, an answer that we refuse is a failure of the connector.
    if let Some(answer) = find::<RefusedAnswer>(error) {
        return refused_by_us(answer);
    }
    if connector.is_some_and(ConnectorError::is_timeout) {
        return Classification::timeout(chain(error));
    }
    // Credentials are resolved in the middle of a call, so their failures come as its own.
    if let Some(credentials) = find::<CredentialsError>(error) {
        return Classification::without_retry(to_source_error(credentials));
    }
    if is_network_failure(error, connector) {
        return Classification::network(chain(error));
    }
    Classification::unknown(chain(error))
}

/// Classifies an answer that was too large, or that repeated the secrets of its request.
fn refused_by_us(answer: &RefusedAnswer) -> Classification {
    let is_success = (200..300).contains(&answer.status);
    Classification::bad_response(is_success, answer.to_string())
}

fn is_network_failure(error: &(dyn Error + 'static), connector: Option<&ConnectorError>) -> bool {
    // The connector's error may not say so, although its cause is one of the network.
    connector.is_some_and(lost_connection) || find::<io::Error>(error).is_some()
}

fn lost_connection(connector: &ConnectorError) -> bool {
    // A connection that is closed before its answer is an error of a kind of its own.
    connector.is_io() || connector.as_other().is_some()
}

/// Whether a failure may pass by itself, because no configuration is to blame for it.
pub(super) const fn may_pass(reason: FailureReason) -> bool {
    matches!(
        reason,
        FailureReason::Throttled
            | FailureReason::Timeout
            | FailureReason::Network
            | FailureReason::ServerError
            | FailureReason::BadResponse
    )
}

/// Whether other credentials would help.
pub(super) const fn blames_credentials(reason: FailureReason) -> bool {
    matches!(
        reason,
        FailureReason::ExpiredToken | FailureReason::InvalidCredentials
    )
}

/// The header `x-amz-retry-after`, which is in milliseconds.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let header = response.headers().get("x-amz-retry-after")?;
    let millis = header.trim().parse().ok()?;
    Some(Duration::from_millis(millis))
}
