//! What AWS's own errors mean, by their code, their message and the HTTP status.

use std::time::{Duration, SystemTime};

use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::classification::{Classification, Retry};
use crate::aws::codes::{self, CodeMeaning};
use crate::collect::FailureScope;

/// A clock that is wrong by more is to blame for a refused signature. AWS allows 5 minutes, and the
/// SDK corrects the time of its signatures from 4 minutes on.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(4);

/// Classifies an error that AWS sent in answer to a call that named so many resources by id.
pub(super) fn refused<E: ProvideErrorMetadata>(
    error: &E,
    response: &HttpResponse,
    id_count: usize,
) -> Classification {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let detail = detail(code, message, response);
    // A throttle may come without any of the codes.
    if response.status().as_u16() == 429 || message.eq_ignore_ascii_case("rate exceeded") {
        return Classification::throttled(detail);
    }
    let Some(meaning) = codes::meaning(code) else {
        return with_unknown_code(code, response, detail);
    };
    match meaning {
        CodeMeaning::Throttled => Classification::throttled(detail),
        CodeMeaning::AccessDenied => Classification::access_denied(detail),
        CodeMeaning::ExpiredCredentials => Classification::expired_credentials(detail),
        CodeMeaning::InvalidCredentials => {
            Classification::invalid_credentials(Retry::WithOtherCredentials, detail)
        }
        CodeMeaning::WrongSignature => wrong_signature(code, response),
        CodeMeaning::InvalidRequest => {
            Classification::refused_content(FailureScope::Content, detail)
        }
        CodeMeaning::UnknownResource => {
            Classification::refused_content(scope_of_unknown_resource(id_count), detail)
        }
        CodeMeaning::ServerFault => Classification::server_error(detail),
    }
}

fn detail(code: &str, message: &str, response: &HttpResponse) -> String {
    if code.is_empty() {
        let status = response.status().as_u16();
        format!("HTTP {status} {message}")
    } else {
        format!("{code}: {message}")
    }
}

/// Where the code says nothing, the status has to.
fn with_unknown_code(code: &str, response: &HttpResponse, detail: String) -> Classification {
    let status = response.status();
    if status.is_server_error() {
        return Classification::server_error(detail);
    }
    if !code.is_empty() {
        return Classification::unknown(detail);
    }
    if status.is_success() {
        // Only STS gets here: its answer was no XML, or not its own.
        let status = status.as_u16();
        let detail = format!("HTTP {status} with an answer that cannot be read");
        return Classification::bad_response(true, detail);
    }
    // Not every refusal has a body that names a code.
    if status.as_u16() == 403 {
        return Classification::access_denied(detail);
    }
    Classification::unknown(detail)
}

/// Of several resources, each may be the one that AWS does not know.
fn scope_of_unknown_resource(id_count: usize) -> FailureScope {
    match id_count {
        0 => FailureScope::Call,
        1 => FailureScope::Gone,
        _ => FailureScope::Content,
    }
}

/// The message of AWS is left out, because it repeats the request with its secrets.
fn wrong_signature(code: &str, response: &HttpResponse) -> Classification {
    if clock_skew(response).is_some_and(|skew| skew > MAX_CLOCK_SKEW) {
        // The SDK learns AWS's time from every answer, so the next attempt is signed with it.
        let detail = format!("{code}: this machine's clock is wrong by more than 4 minutes");
        Classification::invalid_credentials(Retry::AfterBackoff, detail)
    } else {
        let detail = format!("{code}: check the secret access key and this machine's clock");
        Classification::invalid_credentials(Retry::WithOtherCredentials, detail)
    }
}

/// How far this machine's clock is from that of AWS, in either direction.
fn clock_skew(response: &HttpResponse) -> Option<Duration> {
    let date = response.headers().get("date")?;
    let date = DateTime::from_str(date, Format::HttpDate).ok()?;
    let theirs = SystemTime::try_from(date).ok()?;
    let skew = match theirs.duration_since(SystemTime::now()) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    Some(skew)
}

/// Whether AWS does not take a page token. Its code may say so, or a failed validation may name the
/// member.
pub(super) fn refuses_page_token<E: ProvideErrorMetadata>(error: &E) -> bool {
    let code = error.code().unwrap_or_default();
    if codes::is_refused_token(code) {
        return true;
    }
    // The codes of failed validation are the same for all members, so the message decides.
    let is_about_members = codes::meaning(code) == Some(CodeMeaning::InvalidRequest)
        || code.starts_with("InvalidParameter");
    is_about_members && error.message().is_some_and(names_page_token)
}

/// Whether a message names the member, be it as `NextToken`, `next_token` or `pagination token`.
fn names_page_token(message: &str) -> bool {
    let letters: String = message
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    letters.contains("nexttoken") || letters.contains("paginationtoken")
}
