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

/// Classifies an error that AWS sent in answer to a call that named `id_count` resources.
pub(super) fn refused<E: ProvideErrorMetadata>(
    error: &E,
    response: &HttpResponse,
    id_count: usize,
) -> Classification {
    let refusal = Refusal {
        code: error.code().unwrap_or_default(),
        message: error.message().unwrap_or_default(),
        response,
    };
    if refusal.is_throttle_without_code() {
        return Classification::throttled(refusal.detail());
    }
    match codes::meaning(refusal.code) {
        Some(meaning) => refusal.with_meaning(meaning, id_count),
        None => refusal.with_unknown_code(),
    }
}

/// An error that AWS sent, and the answer that it came in.
#[derive(Clone, Copy)]
struct Refusal<'a> {
    /// Empty if the answer has none.
    code: &'a str,
    message: &'a str,
    response: &'a HttpResponse,
}

impl Refusal<'_> {
    fn status(self) -> u16 {
        self.response.status().as_u16()
    }

    fn detail(self) -> String {
        if self.code.is_empty() {
            format!("HTTP {} {}", self.status(), self.message)
        } else {
            format!("{}: {}", self.code, self.message)
        }
    }

    /// Whether the status or the message says that AWS has throttled the call, whatever the code.
    fn is_throttle_without_code(self) -> bool {
        codes::is_throttle_status(self.response.status())
            || self.message.eq_ignore_ascii_case("rate exceeded")
    }

    fn with_meaning(self, meaning: CodeMeaning, id_count: usize) -> Classification {
        let detail = self.detail();
        match meaning {
            CodeMeaning::Throttled => Classification::throttled(detail),
            CodeMeaning::AccessDenied => Classification::access_denied(detail),
            CodeMeaning::ExpiredCredentials => Classification::expired_credentials(detail),
            CodeMeaning::InvalidCredentials => {
                Classification::invalid_credentials(Retry::WithOtherCredentials, detail)
            }
            CodeMeaning::WrongSignature => self.wrong_signature(),
            CodeMeaning::InvalidRequest => {
                Classification::refused_content(FailureScope::Content, detail)
            }
            CodeMeaning::UnknownResource => {
                Classification::refused_content(scope_of_unknown_resource(id_count), detail)
            }
            CodeMeaning::ServerFault => Classification::server_error(detail),
        }
    }

    /// Where the code says nothing, the status has to.
    fn with_unknown_code(self) -> Classification {
        let detail = self.detail();
        if self.response.status().is_server_error() {
            Classification::server_error(detail)
        } else if self.code.is_empty() {
            self.without_code(detail)
        } else {
            Classification::unknown(detail)
        }
    }

    fn without_code(self, detail: String) -> Classification {
        let status = self.status();
        if self.response.status().is_success() {
            // Only STS gets here: its answer was no XML, or not its own.
            let detail = format!("HTTP {status} with an answer that cannot be read");
            return Classification::bad_response(true, detail);
        }
        // Not every refusal has a body that names a code.
        if status == 403 {
            return Classification::access_denied(detail);
        }
        Classification::unknown(detail)
    }

    /// The message of AWS is left out, because it repeats the request with its secrets.
    fn wrong_signature(self) -> Classification {
        let code = self.code;
        if clock_skew(self.response).is_some_and(|skew| skew > MAX_CLOCK_SKEW) {
            // The SDK learns AWS's time from every answer, so the next attempt is signed with it.
            let detail = format!("{code}: this machine's clock is wrong by more than 4 minutes");
            Classification::invalid_credentials(Retry::AfterBackoff, detail)
        } else {
            let detail = format!("{code}: check the secret access key and this machine's clock");
            Classification::invalid_credentials(Retry::WithOtherCredentials, detail)
        }
    }
}

/// Of several resources, each may be the one that AWS does not know.
fn scope_of_unknown_resource(id_count: usize) -> FailureScope {
    match id_count {
        0 => FailureScope::Call,
        1 => FailureScope::Gone,
        _ => FailureScope::Content,
    }
}

/// How far this machine's clock is from that of AWS, in either direction.
fn clock_skew(response: &HttpResponse) -> Option<Duration> {
    let theirs = time_of_answer(response)?;
    let skew = match theirs.duration_since(SystemTime::now()) {
        Ok(ahead) => ahead,
        // The error holds the time by which AWS's clock is behind.
        Err(behind) => behind.duration(),
    };
    Some(skew)
}

/// The time at which AWS has answered, by its own clock.
fn time_of_answer(response: &HttpResponse) -> Option<SystemTime> {
    let date = response.headers().get("date")?;
    let date = DateTime::from_str(date, Format::HttpDate).ok()?;
    SystemTime::try_from(date).ok()
}

/// Whether AWS refuses the page token. Its code may say so, or a failed validation may name the
/// member.
pub(super) fn refuses_page_token<E: ProvideErrorMetadata>(error: &E) -> bool {
    let code = error.code().unwrap_or_default();
    if codes::is_refused_token(code) {
        return true;
    }
    // The codes of failed validation are the same for all members, so the message decides.
    is_failed_validation(code) && error.message().is_some_and(names_page_token)
}

/// Whether a code says that some member of the request was not valid.
fn is_failed_validation(code: &str) -> bool {
    // Services of AWS append the kind of problem to this prefix, such as `Value` or `Combination`.
    codes::meaning(code) == Some(CodeMeaning::InvalidRequest)
        || code.starts_with("InvalidParameter")
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
