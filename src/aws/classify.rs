//! What the SDK's errors mean: the reason for a label, what a smaller question would do, whether to try again.
//!
//! By AWS's code, never by the SDK's variants: throttling, refusals and validation are not in SSM's model, so the SDK
//! has no variant for them. Codes are compared whole, since `AccessDenied` may well be part of a message.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssm::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::unloaded::unloaded;
use crate::collect::{Scope, SourceError};
use crate::model::Reason;

/// AWS's codes for "too fast", as its SDKs know them, and `RateExceeded`, which they do not.
const THROTTLED: [&str; 15] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "RateExceeded",
];
const ACCESS_DENIED: [&str; 4] =
    ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorizedException"];
const EXPIRED: [&str; 2] = ["ExpiredTokenException", "ExpiredToken"];
const INVALID_CREDENTIALS: [&str; 6] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
];
/// A wrong secret or a wrong clock. Their messages repeat the request's headers, the session token among them.
const SIGNATURE: [&str; 6] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "RequestTimeTooSkewed",
    "RequestExpired",
];
const TRANSIENT: [&str; 6] = [
    "InternalServerError",
    "InternalFailure",
    "InternalServiceError",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestTimeoutException",
];
const VALIDATION: [&str; 2] = ["ValidationException", "ValidationError"];
const UNKNOWN_RESOURCE: [&str; 3] = ["InvalidInstanceId", "InvalidResourceId", "InvalidResourceType"];

/// A clock this far from AWS's makes AWS refuse signatures (it allows 5 minutes, and the SDK corrects from 4 on).
const SKEW: Duration = Duration::from_mins(4);
/// Longest detail, in characters.
const LONGEST: usize = 240;

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

/// Classifies a failed attempt of a call that named so many `ids`.
pub(super) fn failure<E>(error: &SdkError<E, HttpResponse>, ids: usize) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (reason, scope, again, detail) = match error {
        SdkError::ServiceError(context) => refused(context.err(), context.raw(), ids),
        SdkError::ResponseError(context) => unreadable(error, context.raw()),
        SdkError::TimeoutError(_) => (Reason::Timeout, Scope::Call, Again::Transient, "no answer in time".to_owned()),
        SdkError::DispatchFailure(context) => undelivered(error, context.as_connector_error()),
        _ => (Reason::Other, Scope::Call, Again::Never, chain(error)),
    };
    let retry_after = error.raw_response().and_then(retry_after);
    Failure { error: SourceError { reason, scope, detail: one_line(&detail) }, again, retry_after }
}

type Verdict = (Reason, Scope, Again, String);

fn refused<E: ProvideErrorMetadata>(error: &E, response: &HttpResponse, ids: usize) -> Verdict {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let status = response.status().as_u16();
    let detail = if code.is_empty() { format!("HTTP {status} {message}") } else { format!("{code}: {message}") };
    if THROTTLED.contains(&code) || status == 429 || message.eq_ignore_ascii_case("rate exceeded") {
        (Reason::Throttled, Scope::Call, Again::Throttled, detail)
    } else if SIGNATURE.contains(&code) {
        signature(code, response)
    } else if ACCESS_DENIED.contains(&code) {
        (Reason::AccessDenied, Scope::Call, Again::Never, detail)
    } else if EXPIRED.contains(&code) {
        (Reason::ExpiredToken, Scope::Call, Again::Credentials, detail)
    } else if INVALID_CREDENTIALS.contains(&code) {
        (Reason::InvalidCredentials, Scope::Call, Again::Credentials, detail)
    } else if VALIDATION.contains(&code) {
        (Reason::Other, Scope::Content, Again::Never, detail)
    } else if UNKNOWN_RESOURCE.contains(&code) {
        (Reason::Other, scope_of_unknown(ids), Again::Never, detail)
    } else if response.status().is_server_error() || TRANSIENT.contains(&code) {
        (Reason::ServerError, Scope::Call, Again::Transient, detail)
    } else if code.is_empty() && status == 403 {
        (Reason::AccessDenied, Scope::Call, Again::Never, detail)
    } else {
        (Reason::Other, Scope::Call, Again::Never, detail)
    }
}

fn scope_of_unknown(ids: usize) -> Scope {
    match ids {
        0 => Scope::Call,
        1 => Scope::Gone,
        _ => Scope::Content,
    }
}

/// The SDK learns AWS's time from every answer, so after a skewed attempt the next one is signed with the right time.
fn signature(code: &str, response: &HttpResponse) -> Verdict {
    let skew = response
        .headers()
        .get("date")
        .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
        .and_then(|date| SystemTime::try_from(date).ok())
        .map(|theirs| theirs.duration_since(SystemTime::now()).unwrap_or_else(|early| early.duration()));
    if skew.is_some_and(|skew| skew > SKEW) {
        let detail = format!("{code}: this machine's clock is wrong by more than 4 minutes");
        (Reason::InvalidCredentials, Scope::Call, Again::Transient, detail)
    } else {
        let detail = format!("{code}: check the secret access key and this machine's clock");
        (Reason::InvalidCredentials, Scope::Call, Again::Credentials, detail)
    }
}

/// An answer that is not AWS's: a proxy's page, or half an answer, or a row that lacks what the SDK insists on.
fn unreadable<E: Error + 'static>(error: &SdkError<E, HttpResponse>, response: &HttpResponse) -> Verdict {
    let status = response.status();
    let detail = format!("HTTP {} with an answer that cannot be read: {}", status.as_u16(), chain(error));
    if status.is_server_error() {
        (Reason::ServerError, Scope::Call, Again::Transient, detail)
    } else if status.as_u16() == 429 {
        (Reason::Throttled, Scope::Call, Again::Throttled, detail)
    } else if !status.is_success() {
        (Reason::BadResponse, Scope::Call, Again::Never, detail)
    } else if find::<io::Error>(error).is_some() || find::<ConnectorError>(error).is_some() {
        // The connection broke in the middle of the body.
        (Reason::Network, Scope::Call, Again::Transient, detail)
    } else {
        (Reason::BadResponse, Scope::Content, Again::Never, detail)
    }
}

fn undelivered(error: &(dyn Error + 'static), connector: Option<&ConnectorError>) -> Verdict {
    let detail = chain(error);
    let is = |what: fn(&ConnectorError) -> bool| connector.is_some_and(what);
    if is(ConnectorError::is_timeout) {
        (Reason::Timeout, Scope::Call, Again::Transient, detail)
    } else if let Some(credentials) = find::<CredentialsError>(error) {
        let error = unloaded(credentials);
        (error.reason, error.scope, Again::Never, error.detail)
    } else if is(ConnectorError::is_io)
        || connector.and_then(ConnectorError::as_other).is_some()
        || find::<io::Error>(error).is_some()
    {
        (Reason::Network, Scope::Call, Again::Transient, detail)
    } else {
        (Reason::Other, Scope::Call, Again::Never, detail)
    }
}

/// Whether the fault lies with nobody's configuration and goes by itself.
pub(super) const fn may_pass(reason: Reason) -> bool {
    matches!(reason, Reason::Throttled | Reason::Timeout | Reason::Network | Reason::ServerError | Reason::BadResponse)
}

/// Whether other credentials would help.
pub(super) const fn blames_credentials(reason: Reason) -> bool {
    matches!(reason, Reason::ExpiredToken | Reason::InvalidCredentials)
}

/// `x-amz-retry-after`, in milliseconds.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    response.headers().get("x-amz-retry-after")?.trim().parse().ok().map(Duration::from_millis)
}

pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// The whole chain of causes: the SDK's outermost sentence says only that something failed.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        let part = error.to_string();
        if !parts.iter().any(|said| said.contains(&part)) {
            parts.push(part);
        }
    }
    parts.join(": ")
}

/// One line without control characters, cut at [`LONGEST`] characters.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(':');
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_one_short_line() {
        assert_eq!(one_line("a\nb\t\u{1b}[31mc\r\n"), "a b [31mc");
        assert_eq!(one_line("InvalidResourceId: "), "InvalidResourceId");
        assert_eq!(one_line(&"é".repeat(300)).chars().count(), LONGEST + 3);
    }
}
