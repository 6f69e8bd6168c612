//! The XML documents of STS.

use crate::refusal::Refusal;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The document of an answer.
pub(crate) fn answer_document(action: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
}

/// The document of an error.
pub(crate) fn error_document(refusal: &Refusal, request_id: &str) -> String {
    // AWS says whose fault an error is: the sender's or its own.
    let party = if refusal.status >= 500 {
        "Receiver"
    } else {
        "Sender"
    };
    let code = refusal.code;
    let message = escape(refusal.message.as_deref().unwrap_or_default());
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{party}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
}

/// A text as it stands inside an element.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
