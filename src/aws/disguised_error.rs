//! Errors that do not look like errors.
//!
//! AWS, and what stands between, sometimes send an error as HTTP 200, or name its code in a member
//! that the SDK does not know. To the SDK any 200 is a good answer, so it would read such an error
//! as an answer without a list. Here the error is rewritten to the form that the SDK expects.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::{Value, json};

/// Larger bodies are not searched for an error, because the errors of AWS are one line of text.
const MAX_ERROR_BYTES: usize = 64 << 10;
/// The status of AWS's errors.
const BAD_REQUEST: u16 = 400;
/// The header in which AWS may name the code.
const ERROR_HEADER: &str = "x-amzn-errortype";

/// The answer itself, or the same error in the form in which the SDK recognises it.
pub(super) fn undisguised(mut response: HttpResponse) -> HttpResponse {
    let error = ErrorBody::read(response.body().bytes().unwrap_or_default());
    if !is_disguised(&response, &error) {
        return response;
    }
    *response.body_mut() = error.in_usual_form();
    // The SDK does not look for an error behind a good status.
    if response.status().is_success() {
        mark_as_error(&mut response);
    }
    response
}

fn mark_as_error(response: &mut HttpResponse) {
    // The conversion fails only for numbers that are no status.
    if let Ok(status) = StatusCode::try_from(BAD_REQUEST) {
        *response.status_mut() = status;
    }
}

/// Whether the answer is an error that the SDK would not find.
fn is_disguised(response: &HttpResponse, error: &ErrorBody) -> bool {
    // The header is on errors only, so it is enough by itself.
    let has_header = response.headers().get(ERROR_HEADER).is_some();
    let has_code = error.code().is_some();
    if response.status().is_success() {
        has_header || has_code
    } else {
        // The SDK looks for the code in the header first.
        has_code && !has_header && !error.has_usual_code()
    }
}

/// The members that errors have. None of SSM's outputs has any of them, except for `__type`, with
/// which some services of AWS name the type of their outputs, too.
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
    /// An empty body if this is no JSON object.
    fn read(body: &[u8]) -> Self {
        if body.len() > MAX_ERROR_BYTES {
            return Self::default();
        }
        // What is no JSON object is no error of AWS, whatever else it may be.
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn in_usual_form(&self) -> SdkBody {
        let body = json!({ "__type": self.code(), "message": self.message() });
        SdkBody::from(body.to_string())
    }

    fn code(&self) -> Option<&str> {
        // Indexing a JSON value that has no such member gives `null`, which is no text.
        let codes = [&self.code, &self.capital_code, &self.error["Code"]];
        codes
            .into_iter()
            .filter_map(Value::as_str)
            .find(|code| !code.is_empty())
            .or_else(|| self.error_shape())
    }

    fn error_shape(&self) -> Option<&str> {
        let shape = self.shape.as_str()?;
        (!shape.is_empty() && !is_output_shape(shape)).then_some(shape)
    }

    /// Whether the SDK finds the code by itself, once the status tells it that this is an error.
    fn has_usual_code(&self) -> bool {
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

/// Whether a `__type` names an output, such as `DescribeInstanceInformationResult`.
fn is_output_shape(shape: &str) -> bool {
    ["Result", "Response", "Output"]
        .iter()
        .any(|suffix| shape.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undisguised_of(status: u16, body: &str) -> (u16, String) {
        let status = StatusCode::try_from(status).expect("a status");
        let response = undisguised(HttpResponse::new(status, SdkBody::from(body)));
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
            let (status, body_now) = undisguised_of(200, body);
            assert_eq!(
                (status, body_now.as_str()),
                (400, r#"{"__type":"X","message":"why"}"#),
                "{body}"
            );
        }
        assert_eq!(
            undisguised_of(503, r#"{"Code":"X"}"#),
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
            assert_eq!(undisguised_of(200, body), (200, body.to_owned()));
        }
        assert_eq!(
            undisguised_of(400, r#"{"__type":"X"}"#),
            (400, r#"{"__type":"X"}"#.to_owned())
        );
    }
}
