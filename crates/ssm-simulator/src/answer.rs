//! The clothes of an answer: JSON for SSM, XML for STS, a page of a proxy; and bodies that are
//! larger than they should be.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use super::refusal::Refusal;
use super::sts;

/// White space is sent in pieces of this size, all of them the same memory.
const WHITE_SPACE: &[u8; 64 * 1024] = &[b' '; 64 * 1024];
/// 64 MiB of them.
const WHITE_SPACE_PIECES: usize = 1024;

/// What the headers and the body of every answer depend on.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) xml: bool,
    pub(super) request_id: &'a str,
}

/// The body of an answer. White space before it is made while it is sent.
#[derive(Debug, Default)]
pub(super) struct AnswerBody {
    white_space_pieces: usize,
    rest: Bytes,
}

impl From<Vec<u8>> for AnswerBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            white_space_pieces: 0,
            rest: bytes.into(),
        }
    }
}

impl AnswerBody {
    /// The same behind 64 MiB of white space, which mean nothing in JSON.
    pub(super) fn after_white_space(self) -> Self {
        Self {
            white_space_pieces: WHITE_SPACE_PIECES,
            ..self
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = if self.white_space_pieces > 0 {
            self.white_space_pieces -= 1;
            Bytes::from_static(WHITE_SPACE)
        } else {
            std::mem::take(&mut self.rest)
        };
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.white_space_pieces == 0 && self.rest.is_empty()
    }

    /// Only of a usual body, so that a huge one comes in chunks and does not say beforehand how
    /// long it is.
    fn size_hint(&self) -> SizeHint {
        if self.white_space_pieces > 0 {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.rest.len() as u64)
        }
    }
}

/// HTTP 200.
pub(super) fn well(body: AnswerBody, form: Form<'_>) -> Response<AnswerBody> {
    with_headers(StatusCode::OK, body, form)
}

/// HTTP 204, which has no body and so no type of one.
pub(super) fn no_content(form: Form<'_>) -> Response<AnswerBody> {
    let mut response = with_headers(StatusCode::NO_CONTENT, AnswerBody::default(), form);
    response.headers_mut().remove("content-type");
    response
}

pub(super) fn refused(refusal: &Refusal, form: Form<'_>) -> Response<AnswerBody> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = if form.xml {
        sts::error(refusal, form.request_id)
    } else {
        refusal.json()
    };
    let mut response = with_headers(status, body.into_bytes().into(), form);
    if let Some(milliseconds) = refusal.retry_after {
        response
            .headers_mut()
            .insert("x-amz-retry-after", milliseconds.into());
    }
    response
}

fn with_headers(status: StatusCode, body: AnswerBody, form: Form<'_>) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let content = if form.xml {
        "text/xml"
    } else {
        "application/x-amz-json-1.1"
    };
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(content));
    if let Ok(id) = form.request_id.parse() {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// The page of a load balancer or a proxy.
pub(super) fn html(status: StatusCode) -> Response<AnswerBody> {
    let body = "<html><head><title>Service Unavailable</title></head><body><h1>Try again later</h1></body></html>";
    let mut response = Response::new(AnswerBody::from(body.as_bytes().to_vec()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("text/html"));
    response
}
