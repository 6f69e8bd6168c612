//! What the SDK's errors mean: the reason for a label, what a smaller question would do, whether to
//! try again.
//!
//! By AWS's code, never by the SDK's variants: throttling, refusals and validation are not in SSM's
//! model, so the SDK has no variant for them. Codes are compared whole, since `AccessDenied` may
//! well be part of a message.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssm::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::answer_guard::RefusedAnswer;
use super::attempt_log;
use super::codes::{
    ACCESS_DENIED, EXPIRED, INVALID_CREDENTIALS, REFUSED_TOKEN, SIGNATURE, THROTTLED, TRANSIENT,
    UNKNOWN_RESOURCE, VALIDATION,
};
use super::detail::one_line;
use super::error_chain::{chain, find};
use super::provider_error::to_source_error;
use crate::collect::{FailureScope, Operation, PageRequest, SourceError};
use crate::model::FailureReason;

/// A clock this far from AWS's makes AWS refuse signatures (it allows 5 minutes, and the SDK
/// corrects from 4 on).
const SKEW: Duration = Duration::from_mins(4);

/// What a call asks, as far as it matters for what its failure means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub(super) operation: Operation,
    /// How many ids it names.
    ids: usize,
    /// Whether it asks for a page after the first.
    has_token: bool,
}

impl Question {
    pub(super) fn new(operation: Operation, ids: usize, page: &PageRequest) -> Self {
        Self {
            operation,
            ids,
            has_token: page.token.is_some(),
        }
    }
}

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: SourceError,
    pub(super) again: Again,
    /// How long AWS asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// Whether, and how, to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It would fail again.
    Never,
    /// It may have passed.
    Transient,
    /// Slower.
    Throttled,
    /// With other credentials.
    Credentials,
}

/// Classifies a failed attempt of a call to SSM.
pub(super) fn failure_of<E>(error: &SdkError<E, HttpResponse>, question: &Question) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut failure = failure(error, question.ids);
    if error.as_service_error().is_some_and(refuses_token) {
        failure.error.scope = if question.has_token {
            FailureScope::Token
        } else {
            FailureScope::Call
        };
    }
    failure
}

/// Classifies a failed attempt of a call that named so many `ids`.
pub(super) fn failure<E>(error: &SdkError<E, HttpResponse>, ids: usize) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (reason, scope, again, detail) = match error {
        SdkError::ServiceError(context) => refused(context.err(), context.raw(), ids),
        SdkError::ResponseError(context) => unreadable(error, context.raw()),
        SdkError::TimeoutError(_) => (
            FailureReason::Timeout,
            FailureScope::Call,
            Again::Transient,
            "no answer in time".to_owned(),
        ),
        SdkError::DispatchFailure(context) => undelivered(error, context.as_connector_error()),
        _ => (
            FailureReason::Other,
            FailureScope::Call,
            Again::Never,
            chain(error),
        ),
    };
    let retry_after = error.raw_response().and_then(retry_after);
    let request_id = match error.raw_response() {
        Some(response) => attempt_log::request_id(response.headers()),
        None => find::<RefusedAnswer>(error).and_then(|answer| answer.request_id.clone()),
    };
    let error = SourceError {
        reason,
        scope,
        detail: one_line(&detail),
        request_id,
    };
    Failure {
        error,
        again,
        retry_after,
    }
}

/// Whether AWS does not take a page token, by its code or because its message names the member.
fn refuses_token<E: ProvideErrorMetadata>(error: &E) -> bool {
    let code = error.code().unwrap_or_default();
    let names_token = |message: &str| {
        let letters: String = message.chars().filter(char::is_ascii_alphabetic).collect();
        ["nexttoken", "paginationtoken"]
            .iter()
            .any(|name| letters.to_ascii_lowercase().contains(name))
    };
    let is_about_members = VALIDATION.contains(&code) || code.starts_with("InvalidParameter");
    REFUSED_TOKEN.contains(&code) || (is_about_members && error.message().is_some_and(names_token))
}

type Classification = (FailureReason, FailureScope, Again, String);

fn refused<E: ProvideErrorMetadata>(
    error: &E,
    response: &HttpResponse,
    ids: usize,
) -> Classification {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let status = response.status().as_u16();
    let detail = if code.is_empty() {
        format!("HTTP {status} {message}")
    } else {
        format!("{code}: {message}")
    };
    if THROTTLED.contains(&code) || status == 429 || message.eq_ignore_ascii_case("rate exceeded") {
        (
            FailureReason::Throttled,
            FailureScope::Call,
            Again::Throttled,
            detail,
        )
    } else if SIGNATURE.contains(&code) {
        signature(code, response)
    } else if ACCESS_DENIED.contains(&code) {
        (
            FailureReason::AccessDenied,
            FailureScope::Call,
            Again::Never,
            detail,
        )
    } else if EXPIRED.contains(&code) {
        (
            FailureReason::ExpiredToken,
            FailureScope::Call,
            Again::Credentials,
            detail,
        )
    } else if INVALID_CREDENTIALS.contains(&code) {
        (
            FailureReason::InvalidCredentials,
            FailureScope::Call,
            Again::Credentials,
            detail,
        )
    } else if VALIDATION.contains(&code) {
        (
            FailureReason::Other,
            FailureScope::Content,
            Again::Never,
            detail,
        )
    } else if UNKNOWN_RESOURCE.contains(&code) {
        (
            FailureReason::Other,
            scope_of_unknown(ids),
            Again::Never,
            detail,
        )
    } else if response.status().is_server_error() || TRANSIENT.contains(&code) {
        (
            FailureReason::ServerError,
            FailureScope::Call,
            Again::Transient,
            detail,
        )
    } else if code.is_empty() && response.status().is_success() {
        // Only STS gets here: its answer was no XML, or not its own.
        let detail = format!("HTTP {status} with an answer that cannot be read");
        (
            FailureReason::BadResponse,
            FailureScope::Content,
            Again::Never,
            detail,
        )
    } else if code.is_empty() && status == 403 {
        (
            FailureReason::AccessDenied,
            FailureScope::Call,
            Again::Never,
            detail,
        )
    } else {
        (
            FailureReason::Other,
            FailureScope::Call,
            Again::Never,
            detail,
        )
    }
}

fn scope_of_unknown(ids: usize) -> FailureScope {
    match ids {
        0 => FailureScope::Call,
        1 => FailureScope::Gone,
        _ => FailureScope::Content,
    }
}

/// The SDK learns AWS's time from every answer, so after a skewed attempt the next one is signed
/// with the right time.
fn signature(code: &str, response: &HttpResponse) -> Classification {
    let skew = response
        .headers()
        .get("date")
        .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
        .and_then(|date| SystemTime::try_from(date).ok())
        .map(|theirs| {
            theirs
                .duration_since(SystemTime::now())
                .unwrap_or_else(|early| early.duration())
        });
    if skew.is_some_and(|skew| skew > SKEW) {
        let detail = format!("{code}: this machine's clock is wrong by more than 4 minutes");
        (
            FailureReason::InvalidCredentials,
            FailureScope::Call,
            Again::Transient,
            detail,
        )
    } else {
        let detail = format!("{code}: check the secret access key and this machine's clock");
        (
            FailureReason::InvalidCredentials,
            FailureScope::Call,
            Again::Credentials,
            detail,
        )
    }
}

/// An answer that is not AWS's: a proxy's page, or half an answer, or a row that lacks what the SDK
/// insists on.
fn unreadable<E: Error + 'static>(
    error: &SdkError<E, HttpResponse>,
    response: &HttpResponse,
) -> Classification {
    let status = response.status();
    let detail = format!(
        "HTTP {} with an answer that cannot be read: {}",
        status.as_u16(),
        chain(error)
    );
    if status.is_server_error() {
        (
            FailureReason::ServerError,
            FailureScope::Call,
            Again::Transient,
            detail,
        )
    } else if status.as_u16() == 429 {
        (
            FailureReason::Throttled,
            FailureScope::Call,
            Again::Throttled,
            detail,
        )
    } else if !status.is_success() {
        (
            FailureReason::BadResponse,
            FailureScope::Call,
            Again::Never,
            detail,
        )
    } else {
        (
            FailureReason::BadResponse,
            FailureScope::Content,
            Again::Never,
            detail,
        )
    }
}

/// An answer that was not read, because of what it is. The next page may be as it should.
fn unacceptable(answer: &RefusedAnswer) -> Classification {
    let scope = if (200..300).contains(&answer.status) {
        FailureScope::Content
    } else {
        FailureScope::Call
    };
    (
        FailureReason::BadResponse,
        scope,
        Again::Never,
        answer.to_string(),
    )
}

fn undelivered(
    error: &(dyn Error + 'static),
    connector: Option<&ConnectorError>,
) -> Classification {
    let detail = chain(error);
    let is = |what: fn(&ConnectorError) -> bool| connector.is_some_and(what);
    if let Some(answer) = find::<RefusedAnswer>(error) {
        unacceptable(answer)
    } else if is(ConnectorError::is_timeout) {
        (
            FailureReason::Timeout,
            FailureScope::Call,
            Again::Transient,
            detail,
        )
    } else if let Some(credentials) = find::<CredentialsError>(error) {
        let error = to_source_error(credentials);
        (error.reason, error.scope, Again::Never, error.detail)
    } else if is(ConnectorError::is_io)
        || connector.and_then(ConnectorError::as_other).is_some()
        || find::<io::Error>(error).is_some()
    {
        (
            FailureReason::Network,
            FailureScope::Call,
            Again::Transient,
            detail,
        )
    } else {
        (
            FailureReason::Other,
            FailureScope::Call,
            Again::Never,
            detail,
        )
    }
}

/// Whether the fault lies with nobody's configuration and goes by itself.
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

/// `x-amz-retry-after`, in milliseconds.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    response
        .headers()
        .get("x-amz-retry-after")?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_millis)
}
