//! An answer before it is known whether its page is sent, and the response made of it.

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Response, StatusCode};

use super::body::AnswerBody;
use super::exporter_state::Exposition;

const PLAIN: &str = "text/plain; charset=utf-8";

/// Status, headers and page of an answer.
pub(super) struct RouteAnswer {
    status: StatusCode,
    headers: HeaderMap,
    page: Exposition,
}

impl RouteAnswer {
    pub(super) fn new(
        status: StatusCode,
        content_type: &'static str,
        page: impl Into<Exposition>,
    ) -> Self {
        let answer = Self {
            status,
            headers: HeaderMap::new(),
            page: page.into(),
        };
        answer.with(CONTENT_TYPE, content_type)
    }

    /// A short text for people and probes. It is never cached, because it is about this moment.
    pub(super) fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        let text: Bytes = text.into();
        Self::new(status, PLAIN, text).with(CACHE_CONTROL, "no-store")
    }

    pub(super) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Leads to another path of this server.
    pub(super) fn found(location: HeaderValue) -> Self {
        let mut answer = Self::text(StatusCode::FOUND, "");
        answer.headers.insert(LOCATION, location);
        answer
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The response to a request of this method. HEAD gets the headers of GET without the page.
    pub(super) fn into_response(self, method: &Method) -> Response<AnswerBody> {
        // A browser must not take the text of an error, which may repeat what it sent, for a page.
        let mut answer = self.with(X_CONTENT_TYPE_OPTIONS, "nosniff");
        answer
            .headers
            .insert(CONTENT_LENGTH, answer.page.length.into());
        let mut response = Response::new(body_of(answer.page, method));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

fn body_of(page: Exposition, method: &Method) -> AnswerBody {
    // The announced length stays that of the page (RFC 9110 section 9.3.2).
    if *method == Method::HEAD {
        AnswerBody::empty()
    } else {
        AnswerBody::new(page)
    }
}
