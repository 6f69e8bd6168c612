//! Writes answers: XML for EC2 and STS, JSON for all others, and the HTML of a proxy.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::body::AnswerBody;
use crate::ec2;
use crate::refusal::Refusal;
use crate::sts;

const HTML: &str = "<html><head><title>Service Unavailable</title></head>\
                    <body><h1>Try again later</h1></body></html>";

/// The protocol that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `awsJson1_1`, which SSM, Organizations and the Tagging API speak.
    Json,
    /// `restJson1`, which Account Management speaks. It names errors in a header.
    RestJson,
    /// `awsQuery`, which STS speaks. It answers in XML.
    Query,
    /// `ec2`, which is like `awsQuery` but wraps answers and errors in other elements.
    Ec2,
}

impl Protocol {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::RestJson => "application/json",
            Self::Query | Self::Ec2 => "text/xml",
        }
    }
}

/// What the headers and the body of every answer depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerFormat<'a> {
    pub(super) protocol: Protocol,
    pub(super) request_id: &'a str,
}

impl AnswerFormat<'_> {
    pub(super) fn success(self, body: AnswerBody) -> Response<AnswerBody> {
        self.with_headers(StatusCode::OK, body)
    }

    /// HTTP 204, which has no body and so no content type.
    pub(super) fn no_content(self) -> Response<AnswerBody> {
        let mut response = self.with_headers(StatusCode::NO_CONTENT, AnswerBody::default());
        response.headers_mut().remove(CONTENT_TYPE);
        response
    }

    pub(super) fn refusal(self, refusal: &Refusal) -> Response<AnswerBody> {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = match self.protocol {
            Protocol::Json | Protocol::RestJson => refusal.json(),
            Protocol::Query => sts::error_document(refusal, self.request_id),
            Protocol::Ec2 => ec2::error_document(refusal, self.request_id),
        };
        let mut response = self.with_headers(status, body.into_bytes().into());
        if self.protocol == Protocol::RestJson {
            let code = HeaderValue::from_static(refusal.code);
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        if let Some(milliseconds) = refusal.retry_after {
            response
                .headers_mut()
                .insert("x-amz-retry-after", milliseconds.into());
        }
        response
    }

    fn with_headers(self, status: StatusCode, body: AnswerBody) -> Response<AnswerBody> {
        let mut response = response(status, self.protocol.content_type(), body);
        // Users send this id to AWS when they ask for help, so clients should show it.
        if let Ok(id) = self.request_id.parse() {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }
}

/// An answer that is a status only.
pub(super) fn bare(status: StatusCode) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::default());
    *response.status_mut() = status;
    response
}

/// The page of a load balancer or a proxy.
pub(super) fn html(status: u16) -> Response<AnswerBody> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response(status, "text/html", HTML.as_bytes().to_vec().into())
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: AnswerBody,
) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
