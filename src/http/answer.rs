//! Turns a request into a response. There is no I/O here: that is left to
//! [`connection`](super::connection).

use std::borrow::Cow;

use bytes::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, RETRY_AFTER, VARY,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use super::body::AnswerBody;
use super::discovery::{self, ScrapeWay, UNKNOWN_ACCOUNT};
use super::exporter_state::{ExporterState, Exposition, PageSelector, Readiness};
use super::limits::Options;
use super::negotiate::{negotiate_encoding, negotiate_format};
use super::pages::{Page, PageRequest, decoded_id, landing};
use super::route_answer::RouteAnswer;
use super::routes::{Handler, Route};
use crate::metrics::{Encoding, Format, OTHER_HANDLER};

const JSON: &str = "application/json";

/// The browser may load nothing but the page's own style, send forms nowhere else, and show the
/// page in no one's frame.
const PAGE_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// After how many seconds a reader may ask again for a page for which there was no place.
const RETRY_AFTER_SECONDS: &str = "5";

/// A request, and what its answer is made from.
#[derive(Clone, Copy)]
pub(super) struct RequestContext<'a> {
    pub(super) request: &'a Parts,
    /// What answers the request's path, if anything does.
    pub(super) route: Option<Route<'a>>,
    pub(super) exporter_state: &'a dyn ExporterState,
    pub(super) options: &'a Options,
}

impl RequestContext<'_> {
    /// Answers the request by its path's handler, if there is one. Pages that take a while to
    /// render are left out; see [`RequestContext::page_request`].
    pub(super) fn answer(self) -> Response<AnswerBody> {
        let answer = match self.handler() {
            None => self.not_found(),
            Some(Handler::Reload) => self.refuse_reload(),
            Some(handler) if self.is_read() => self.answer_by(handler),
            Some(_) => method_not_allowed(),
        };
        self.finish(answer)
    }

    /// The page that is asked for, if it is one that takes a while to render.
    pub(super) fn page_request(self) -> Option<PageRequest> {
        let route = self.route.filter(|_| self.is_read())?;
        let query = self.request.uri.query().unwrap_or_default().to_owned();
        match route.handler {
            Handler::Instances => Some(PageRequest::Instances { query }),
            Handler::Instance => Some(PageRequest::Instance {
                id: decoded_id(route.instance).into_owned(),
                query,
            }),
            _ => None,
        }
    }

    /// Answers with a page that has been rendered.
    pub(super) fn page(self, page: Page) -> Response<AnswerBody> {
        self.finish(page_for_people(page))
    }

    /// Answers that there is no place to render a page.
    pub(super) fn busy(self) -> Response<AnswerBody> {
        let text = "503 too many pages are being made, ask again in a few seconds\n";
        let answer = RouteAnswer::text(StatusCode::SERVICE_UNAVAILABLE, text);
        self.finish(answer.with(RETRY_AFTER, RETRY_AFTER_SECONDS))
    }

    /// Answers that there are as many scrapes as there may be.
    pub(super) fn too_many_scrapes(self) -> Response<AnswerBody> {
        // Prometheus asks again at its next scrape, whatever the answer says.
        let text = "503 too many scrapes at the same time, see --web.max-requests\n";
        self.finish(RouteAnswer::text(StatusCode::SERVICE_UNAVAILABLE, text))
    }

    pub(super) fn handler(self) -> Option<Handler> {
        self.route.map(|route| route.handler)
    }

    /// Answers a request whose handler has panicked, and ends the connection: what else the panic
    /// has broken is not known.
    pub(super) fn internal_error(self) -> Response<AnswerBody> {
        let text = "500 internal server error, the exporter's log has more\n";
        let answer = RouteAnswer::text(StatusCode::INTERNAL_SERVER_ERROR, text);
        self.finish(answer.with(CONNECTION, "close"))
    }

    /// Counts the answer, whatever it is, and makes a response of it.
    pub(super) fn finish(self, answer: RouteAnswer) -> Response<AnswerBody> {
        let handler = self.handler().map_or(OTHER_HANDLER, Handler::name);
        // It is counted before the client has taken it, because that may last for minutes.
        let code = answer.status().as_u16();
        self.exporter_state.answered(handler, code);
        answer.into_response(&self.request.method)
    }

    fn is_read(self) -> bool {
        // Nothing that is read can be changed from outside, so no other method makes sense.
        matches!(self.request.method, Method::GET | Method::HEAD)
    }

    fn answer_by(self, handler: Handler) -> RouteAnswer {
        match handler {
            Handler::Metrics => self.metrics(),
            Handler::Exporter => self.exposition(PageSelector::Exporter),
            Handler::Discovery => self.discover(),
            Handler::Landing => {
                page_for_people(landing(self.options, self.exporter_state.targets()))
            }
            Handler::ToPrefix => self.to_prefix(),
            // These are rendered elsewhere, because a large fleet takes a while.
            Handler::Instances | Handler::Instance => self.not_found(),
            Handler::Healthy => RouteAnswer::text(StatusCode::OK, "healthy\n"),
            Handler::Ready => ready(&self.exporter_state.readiness()),
            Handler::Reload => self.refuse_reload(),
        }
    }

    /// Leads from the root to where everything is.
    fn to_prefix(self) -> RouteAnswer {
        let location = format!("{}/", self.options.route_base());
        match HeaderValue::from_str(&location) {
            Ok(location) => RouteAnswer::found(location),
            // No prefix has a character that a header cannot have.
            Err(_) => self.not_found(),
        }
    }

    fn not_found(self) -> RouteAnswer {
        let text = match self.options.route_base() {
            "" => "404 not found\n".to_owned(),
            // Whoever has just set a prefix asks himself why a probe fails.
            base => format!("404 not found, all paths of this exporter begin with {base}/\n"),
        };
        RouteAnswer::text(StatusCode::NOT_FOUND, text)
    }

    /// The whole page, or the page of the target that `account_id` and `region` name.
    fn metrics(self) -> RouteAnswer {
        let account_id = self.parameter("account_id");
        let region = self.parameter("region");
        match (account_id, region) {
            (None, None) => self.exposition(PageSelector::Everything),
            (Some(account_id), Some(region)) => self.target(&account_id, &region),
            // One of them alone names no target: an account has several regions, and a region
            // several accounts.
            _ => missing_parameter(),
        }
    }

    fn target(self, account_id: &str, region: &str) -> RouteAnswer {
        let account_id = account_in_url(account_id);
        self.exposition(PageSelector::Target { account_id, region })
    }

    fn exposition(self, selector: PageSelector<'_>) -> RouteAnswer {
        let headers = &self.request.headers;
        let format = negotiate_format(headers.get_all(ACCEPT));
        let encoding = negotiate_encoding(headers.get_all(ACCEPT_ENCODING));
        match self.exporter_state.metrics(selector, format, encoding) {
            Some(page) => page_answer(page, format, encoding),
            None => unknown_target(),
        }
    }

    fn discover(self) -> RouteAnswer {
        let Some(targets) = self.exporter_state.discovery() else {
            return unknown_accounts();
        };
        let way = ScrapeWay::of(self.request, self.options);
        let page = discovery::document(&way, &targets);
        RouteAnswer::new(StatusCode::OK, JSON, page).with(CACHE_CONTROL, "no-store")
    }

    /// The first value of a parameter of the query.
    fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        let query = self.request.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

fn page_for_people(page: Page) -> RouteAnswer {
    // The page names accounts, so neither caches nor other servers are to learn of it.
    RouteAnswer::new(page.status, page.content_type, Bytes::from(page.text))
        .with(CONTENT_SECURITY_POLICY, PAGE_SECURITY_POLICY)
        .with(REFERRER_POLICY, "no-referrer")
        .with(CACHE_CONTROL, "no-store")
}

/// The account id, empty if the account is unknown, that a URL's parameter stands for.
fn account_in_url(parameter: &str) -> &str {
    match parameter {
        // Service discovery puts this word in the URL, because Prometheus drops empty parameters.
        UNKNOWN_ACCOUNT => "",
        known => known,
    }
}

fn page_answer(page: Exposition, format: Format, encoding: Encoding) -> RouteAnswer {
    // A cache must not give one client the format of another.
    let answer = RouteAnswer::new(StatusCode::OK, format.content_type(), page)
        .with(VARY, "Accept, Accept-Encoding");
    match encoding {
        Encoding::Gzip => answer.with(CONTENT_ENCODING, "gzip"),
        Encoding::Identity => answer,
    }
}

fn unknown_target() -> RouteAnswer {
    let text = "there is no such target, see /sd for those there are\n";
    RouteAnswer::text(StatusCode::NOT_FOUND, text)
}

fn missing_parameter() -> RouteAnswer {
    let text = "account_id and region go together, one of them is missing\n";
    RouteAnswer::text(StatusCode::BAD_REQUEST, text)
}

fn unknown_accounts() -> RouteAnswer {
    // Prometheus keeps the list it has when this is not answered with 200, but would drop the
    // targets that a shorter list lacks.
    let text = "not every account is known yet; the start page tells which targets wait\n";
    RouteAnswer::text(StatusCode::SERVICE_UNAVAILABLE, text)
}

fn method_not_allowed() -> RouteAnswer {
    RouteAnswer::text(StatusCode::METHOD_NOT_ALLOWED, "405 method not allowed\n")
        .with(ALLOW, "GET, HEAD")
}

fn ready(readiness: &Readiness) -> RouteAnswer {
    match readiness {
        Readiness::Ready => RouteAnswer::text(StatusCode::OK, "ready\n"),
        // Kubernetes and load balancers send no traffic here until the answer is a success.
        Readiness::Waiting(targets) => not_ready(targets),
    }
}

fn not_ready(waiting: &[String]) -> RouteAnswer {
    RouteAnswer::text(StatusCode::SERVICE_UNAVAILABLE, waiting_text(waiting))
}

fn waiting_text(targets: &[String]) -> String {
    let mut text = "the first attempt of these targets still runs:\n".to_owned();
    for target in targets {
        text.push_str("  ");
        text.push_str(target);
        text.push('\n');
    }
    text
}
