//! The XML documents of EC2.

use crate::refusal::Refusal;
use crate::sts::escape;

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// The document of an answer.
pub(crate) fn answer_document(action: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><requestId>{request_id}</requestId>{result}\
         </{action}Response>"
    )
}

/// The document of an error.
pub(crate) fn error_document(refusal: &Refusal, request_id: &str) -> String {
    let code = refusal.code;
    let message = escape(refusal.message.as_deref().unwrap_or_default());
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>{request_id}</RequestID></Response>"
    )
}
