//! Turns a request into a response. No I/O: the connection is [`connection`](super::connection)'s.

use bytes::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use super::body::AnswerBody;
use super::discovery::{self, UNKNOWN_ACCOUNT};
use super::exporter_state::{ExporterState, Exposition, PageSelector, Readiness};
use super::landing;
use super::limits::Options;
use super::negotiate::{negotiate_encoding, negotiate_format};
use super::routes::{self, Handler};
use crate::metrics::Encoding;

const PLAIN: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// Status, headers and page of an answer, before it is known whether the page is sent.
struct RouteAnswer {
    status: StatusCode,
    headers: HeaderMap,
    page: Exposition,
}

/// Answers one request by its path's handler, if there is one, and tells the site that it was
/// answered.
pub(super) fn answer(
    request: &Parts,
    handler: Option<Handler>,
    exporter_state: &dyn ExporterState,
    options: &Options,
) -> Response<AnswerBody> {
    let answer = match (handler, &request.method) {
        (None, _) => RouteAnswer::text(StatusCode::NOT_FOUND, "404 not found\n"),
        (Some(handler), &Method::GET | &Method::HEAD) => {
            handler.answer(request, exporter_state, options)
        }
        (Some(_), _) => {
            RouteAnswer::text(StatusCode::METHOD_NOT_ALLOWED, "405 method not allowed\n")
                .with(ALLOW, "GET, HEAD")
        }
    };
    answer
        .tell(handler, exporter_state)
        .into_response(request.method == Method::HEAD)
}

/// Answers a request whose handler has panicked, and ends the connection: what else the panic has
/// broken is not known.
pub(super) fn internal_error(
    request: &Parts,
    handler: Option<Handler>,
    exporter_state: &dyn ExporterState,
) -> Response<AnswerBody> {
    RouteAnswer::text(
        StatusCode::INTERNAL_SERVER_ERROR,
        "500 internal server error, the exporter's log has more\n",
    )
    .with(CONNECTION, "close")
    .tell(handler, exporter_state)
    .into_response(request.method == Method::HEAD)
}

impl Handler {
    fn answer(
        self,
        request: &Parts,
        exporter_state: &dyn ExporterState,
        options: &Options,
    ) -> RouteAnswer {
        match self {
            Self::Metrics => metrics(request, exporter_state),
            Self::Exporter => exposition(&request.headers, exporter_state, PageSelector::Exporter),
            Self::Discovery => discover(&request.headers, exporter_state, options),
            Self::Landing => RouteAnswer::new(
                StatusCode::OK,
                HTML,
                landing::page(options, &exporter_state.targets()),
            )
            .with(CONTENT_SECURITY_POLICY, landing::CONTENT_SECURITY_POLICY)
            .with(REFERRER_POLICY, "no-referrer")
            .with(CACHE_CONTROL, "no-store"),
            Self::Healthy => RouteAnswer::text(StatusCode::OK, "healthy\n"),
            Self::Ready => ready(&exporter_state.readiness()),
        }
    }
}

/// The whole page, or by `account_id` and `region` that of one target.
fn metrics(request: &Parts, exporter_state: &dyn ExporterState) -> RouteAnswer {
    let query = request.uri.query().unwrap_or_default();
    let parameter = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    match (parameter("account_id"), parameter("region")) {
        (None, None) => exposition(&request.headers, exporter_state, PageSelector::Everything),
        (Some(account_id), Some(region)) => {
            let account_id = if account_id == UNKNOWN_ACCOUNT {
                ""
            } else {
                &*account_id
            };
            let part = PageSelector::Target {
                account_id,
                region: &region,
            };
            exposition(&request.headers, exporter_state, part)
        }
        _ => RouteAnswer::text(
            StatusCode::BAD_REQUEST,
            "account_id and region go together, one of them is missing\n",
        ),
    }
}

fn exposition(
    request: &HeaderMap,
    exporter_state: &dyn ExporterState,
    part: PageSelector<'_>,
) -> RouteAnswer {
    let format = negotiate_format(request.get_all(ACCEPT));
    let encoding = negotiate_encoding(request.get_all(ACCEPT_ENCODING));
    let Some(page) = exporter_state.metrics(part, format, encoding) else {
        return RouteAnswer::text(
            StatusCode::NOT_FOUND,
            "there is no such target, see /sd for those there are\n",
        );
    };
    let answer = RouteAnswer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        page,
    }
    .with(CONTENT_TYPE, format.content_type())
    .with(VARY, "Accept, Accept-Encoding");
    match encoding {
        Encoding::Gzip => answer.with(CONTENT_ENCODING, "gzip"),
        Encoding::Identity => answer,
    }
}

fn discover(
    request: &HeaderMap,
    exporter_state: &dyn ExporterState,
    options: &Options,
) -> RouteAnswer {
    let host = request
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    match exporter_state.discovery() {
        Some(targets) => RouteAnswer::new(
            StatusCode::OK,
            JSON,
            discovery::document(host, &options.telemetry_path, &targets),
        )
        .with(CACHE_CONTROL, "no-store"),
        None => RouteAnswer::text(
            StatusCode::SERVICE_UNAVAILABLE,
            "not every target's account is known yet\n",
        ),
    }
}

fn ready(readiness: &Readiness) -> RouteAnswer {
    match readiness {
        Readiness::Ready => RouteAnswer::text(StatusCode::OK, "ready\n"),
        Readiness::Waiting(targets) => {
            let list: String = targets
                .iter()
                .flat_map(|target| ["  ", target, "\n"])
                .collect();
            let text = format!("the first attempt of these targets still runs:\n{list}");
            RouteAnswer::text(StatusCode::SERVICE_UNAVAILABLE, text)
        }
    }
}

impl RouteAnswer {
    fn new(status: StatusCode, content_type: &'static str, page: Bytes) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            page: page.into(),
        }
        .with(CONTENT_TYPE, content_type)
    }

    /// A short text for people and probes; never cached, because it is about this moment.
    fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::new(status, PLAIN, text.into()).with(CACHE_CONTROL, "no-store")
    }

    /// Tells the site that a request of the handler is answered.
    fn tell(self, handler: Option<Handler>, exporter_state: &dyn ExporterState) -> Self {
        exporter_state.answered(
            handler.map_or(routes::OTHER, Handler::name),
            self.status.as_u16(),
        );
        self
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// The response; to HEAD the same headers without the page.
    fn into_response(self, head: bool) -> Response<AnswerBody> {
        let Self {
            status,
            mut headers,
            page,
        } = self.with(X_CONTENT_TYPE_OPTIONS, "nosniff");
        headers.insert(CONTENT_LENGTH, page.length.into());
        let mut response = Response::new(if head {
            AnswerBody::empty()
        } else {
            AnswerBody::new(page)
        });
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}
