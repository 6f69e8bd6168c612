//! What SSM's answers pass before the SDK reads them: errors that come as HTTP 200 are made to look
//! like errors, and answers with far more than was asked for are refused before anything is made of
//! them.
//!
//! The SDK takes any 200 for a good answer, and what it does not know in it for nothing.

use std::borrow::Cow;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer_guard::{Flaw, RefusedAnswer, wrapped};
use crate::collect::MAX_PAGE_ROWS;

/// Rows of a page: no operation is asked for more than half as many.
pub(super) const MAX_ROWS: usize = 2 * MAX_PAGE_ROWS;
/// Values in an answer, those inside of rows included: a full page has some thousands. A small
/// value takes far more memory than its bytes.
pub(super) const MAX_VALUES: usize = 100_000;
/// Larger bodies are not searched for an error: AWS's are one line of text.
const MAX_ERROR_BYTES: usize = 64 << 10;
/// Shorter secrets may occur in any answer.
const MIN_SECRET_BYTES: usize = 16;
/// The status of AWS's errors.
const BAD_REQUEST: u16 = 400;
const ERROR_HEADER: &str = "x-amzn-errortype";

/// The same client, for SSM.
pub(super) fn checked(client: SharedHttpClient) -> SharedHttpClient {
    wrapped(client, Checked)
}

#[derive(Debug)]
struct Checked(SharedHttpConnector);

impl HttpConnector for Checked {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let secrets = secrets_of(&request);
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let response = unmasked(answer.await?);
            match flaw(&response, &secrets) {
                Some(flaw) => Err(RefusedAnswer::of(&response, flaw)),
                None => Ok(response),
            }
        })
    }
}

/// What of the request nobody but AWS should ever see.
fn secrets_of(request: &HttpRequest) -> Vec<String> {
    let headers = request.headers();
    let signature = headers
        .get("authorization")
        .and_then(|header| header.split_once("Signature="))
        .map(|(_, s)| s);
    let secrets = [signature, headers.get("x-amz-security-token")]
        .into_iter()
        .flatten();
    secrets
        .filter(|secret| secret.len() >= MIN_SECRET_BYTES)
        .map(str::to_owned)
        .collect()
}

/// What is wrong with an answer that looks good.
fn flaw(response: &HttpResponse, secrets: &[String]) -> Option<Flaw> {
    if !response.status().is_success() {
        return None;
    }
    let body = response.body().bytes().unwrap_or_default();
    let text: Cow<'_, str> = String::from_utf8_lossy(body);
    // Rows are shown: an instance must not be called after our session token.
    if secrets.iter().any(|secret| text.contains(secret.as_str())) {
        return Some(Flaw::RepeatsSecrets);
    }
    excess(body)
}

/// Counts without reading: whether this is JSON at all is for the SDK to find out.
fn excess(body: &[u8]) -> Option<Flaw> {
    let (mut depth, mut values, mut rows) = (0_usize, 0, None);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in body {
        if in_string {
            (in_string, is_escaped) = (is_escaped || *byte != b'"', !is_escaped && *byte == b'\\');
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                // A list among the members of the answer.
                if depth == 2 {
                    rows = (*byte == b'[').then_some(1);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => {
                values += 1;
                if depth == 2 {
                    rows = rows.map(|rows| rows + 1);
                }
            }
            _ => {}
        }
        if rows.is_some_and(|rows| rows > MAX_ROWS) {
            return Some(Flaw::TooManyRows);
        }
        if values > MAX_VALUES {
            return Some(Flaw::TooManyValues);
        }
    }
    None
}

/// Members that errors have. SSM's outputs have none of them, but for `__type`, with which some
/// services of AWS name the type of their outputs, too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    #[serde(rename = "__type")]
    shape: Value,
    code: Value,
    #[serde(rename = "Code")]
    capital_code: Value,
    #[serde(rename = "Error")]
    error: Value,
    message: Value,
    #[serde(rename = "Message")]
    capital_message: Value,
    #[serde(rename = "errorMessage")]
    error_message: Value,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        if body.len() > MAX_ERROR_BYTES {
            return Self::default();
        }
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn code(&self) -> Option<&str> {
        let codes = [&self.code, &self.capital_code, &self.error["Code"]];
        let code = codes
            .into_iter()
            .filter_map(Value::as_str)
            .find(|code| !code.is_empty());
        code.or_else(|| {
            self.shape
                .as_str()
                .filter(|shape| !shape.is_empty() && !is_output(shape))
        })
    }

    /// Whether the SDK finds the code by itself, once it knows that this is an error.
    fn is_usual(&self) -> bool {
        self.code.is_string() || self.shape.is_string()
    }

    fn message(&self) -> Option<&str> {
        let messages = [
            &self.message,
            &self.capital_message,
            &self.error_message,
            &self.error["Message"],
        ];
        messages.into_iter().find_map(Value::as_str)
    }
}

fn is_output(shape: &str) -> bool {
    ["Result", "Response", "Output"]
        .iter()
        .any(|end| shape.ends_with(end))
}

/// An error in the form in which the SDK knows errors.
fn unmasked(mut response: HttpResponse) -> HttpResponse {
    let is_success = response.status().is_success();
    let header = response.headers().get(ERROR_HEADER).is_some();
    let body = ErrorBody::read(response.body().bytes().unwrap_or_default());
    let code = body.code();
    if (is_success && (header || code.is_some()))
        || (!is_success && !header && code.is_some() && !body.is_usual())
    {
        let usual = json!({ "__type": code, "message": body.message() }).to_string();
        *response.body_mut() = SdkBody::from(usual);
        if is_success && let Ok(status) = StatusCode::try_from(BAD_REQUEST) {
            *response.status_mut() = status;
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmasked_of(status: u16, body: &str) -> (u16, String) {
        let status = StatusCode::try_from(status).expect("a status");
        let response = unmasked(HttpResponse::new(status, SdkBody::from(body)));
        let body =
            String::from_utf8(response.body().bytes().expect("in memory").to_vec()).expect("text");
        (response.status().as_u16(), body)
    }

    #[test]
    fn an_error_is_an_error_whatever_its_status_and_its_members() {
        for body in [
            r#"{"__type":"X","message":"why"}"#,
            r#"{"code":"X","Message":"why"}"#,
            r#"{"Code":"X","errorMessage":"why"}"#,
            r#"{"Error":{"Code":"X","Message":"why"}}"#,
            r#"{"InstanceInformationList":[],"__type":"X","message":"why"}"#,
        ] {
            let (status, unmasked) = unmasked_of(200, body);
            assert_eq!(
                (status, unmasked.as_str()),
                (400, r#"{"__type":"X","message":"why"}"#),
                "{body}"
            );
        }
        assert_eq!(
            unmasked_of(503, r#"{"Code":"X"}"#),
            (503, r#"{"__type":"X","message":null}"#.to_owned())
        );
    }

    #[test]
    fn what_is_no_error_is_left_alone() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "<html>",
            r#"{"InstanceInformationList":[]}"#,
            r#"{"__type":"com.amazonaws.ssm#DescribeInstanceInformationResult","InstanceInformationList":[]}"#,
            r#"{"__type":7}"#,
            r#"{"__type":""}"#,
            r#"{"message":"hello"}"#,
        ] {
            assert_eq!(unmasked_of(200, body), (200, body.to_owned()));
        }
        assert_eq!(
            unmasked_of(400, r#"{"__type":"X"}"#),
            (400, r#"{"__type":"X"}"#.to_owned())
        );
    }

    #[test]
    fn rows_and_values_are_counted_wherever_commas_are_not_text() {
        let list = |rows: usize| {
            format!(
                r#"{{"A":[{}]}}"#,
                vec![r#"{"B":"],[,\",","C":[1,2]}"#; rows].join(",")
            )
        };
        assert!(excess(list(MAX_ROWS).as_bytes()).is_none());
        assert!(matches!(
            excess(list(MAX_ROWS + 1).as_bytes()),
            Some(Flaw::TooManyRows)
        ));
        let members = |count: usize| {
            format!(
                r#"{{"A":[{{"D":{{{}}}}}]}}"#,
                vec![r#""k":"""#; count].join(",")
            )
        };
        assert!(excess(members(MAX_VALUES).as_bytes()).is_none());
        assert!(matches!(
            excess(members(MAX_VALUES + 2).as_bytes()),
            Some(Flaw::TooManyValues)
        ));
        for odd in ["", "]]]]", r#""unended"#, "<html>{[,"] {
            assert!(excess(odd.as_bytes()).is_none(), "{odd}");
        }
    }
}
