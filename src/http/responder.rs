//! Answers the requests of one connection, and keeps a panic of an answer from ending more than
//! that connection.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tracing::debug;

use super::access::{Access, Refusal, add_configured_headers};
use super::answer::RequestContext;
use super::body::AnswerBody;
use super::exporter_state::ExporterState;
use super::limits::Options;
use super::pages::{PageRenderer, PageRequest, RenderFailure};
use super::registry::{AfterAnswer, ConnectionSlot};
use super::routes::{self, Handler};
use super::scrapes::{Scrapes, TooManyScrapes};
use super::state::{ConnectionState, OpenAnswer};
use super::tls::ServerTls;

/// What all connections of a server have in common.
pub(super) struct ServerContext {
    pub(super) exporter_state: Arc<dyn ExporterState>,
    pub(super) options: Options,
    pub(super) pages: PageRenderer,
    pub(super) scrapes: Scrapes,
}

/// Answers the requests of one connection.
pub(super) struct Responder<'a> {
    server: &'a Arc<ServerContext>,
    slot: &'a ConnectionSlot,
    client: IpAddr,
    /// Whether a panic has been counted.
    is_panic_counted: AtomicBool,
}

impl<'a> Responder<'a> {
    pub(super) fn new(
        server: &'a Arc<ServerContext>,
        slot: &'a ConnectionSlot,
        client: IpAddr,
    ) -> Self {
        Self {
            server,
            slot,
            client,
            is_panic_counted: AtomicBool::new(false),
        }
    }

    /// The state of the connection whose requests these are.
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        self.slot.state()
    }

    /// How TLS is spoken now, if it is.
    pub(super) fn tls(&self) -> Option<Arc<ServerTls>> {
        self.server.options.security.as_ref()?.current().tls.clone()
    }

    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<AnswerBody> {
        // No route has a use for the body of a request, so it is left unread.
        let (request, _unread) = request.into_parts();
        let context = self.context(&request);
        let open = OpenAnswer::begin(self.state());
        let mut response = match self.check_access(&request).await {
            Ok(()) => self.answer_in_place(context).await,
            Err(refusal) => self.refuse(context, refusal),
        };
        self.close_if_announced(&mut response);
        log_answer(&request, response.status());
        watch(open, response)
    }

    async fn check_access(&self, request: &Parts) -> Result<(), Refusal> {
        let access = Access {
            options: &self.server.options,
            request,
            client: self.client,
        };
        // Until its password is checked, the client is not to be taken for one that says nothing.
        // It takes no place from others for that.
        let waiting = || {
            self.slot.establish(true);
        };
        access.check(waiting).await
    }

    /// Answers a request, if there is a place for its connection, or one can be had.
    async fn answer_in_place(&self, context: RequestContext<'_>) -> Response<AnswerBody> {
        let is_probe = context.handler().is_some_and(Handler::is_probe);
        // The place is taken before the answer is made, because the answer's headers have to say
        // whether the connection stays open.
        let after_answer = self.slot.establish(is_probe);
        let mut response = self.answer(context).await;
        add_configured_headers(response.headers_mut(), &self.server.options);
        if after_answer == AfterAnswer::Close {
            announce_close(&mut response);
        }
        response
    }

    /// Refuses a request. A client that is not let in takes a place from nobody, and keeps none.
    fn refuse(&self, context: RequestContext<'_>, refusal: Refusal) -> Response<AnswerBody> {
        let mut response = context.finish(refusal.answer());
        if refusal != Refusal::TooMany {
            add_configured_headers(response.headers_mut(), &self.server.options);
        }
        announce_close(&mut response);
        response
    }

    /// Closes a connection of HTTP/2, which has no header to say so, as soon as it can be.
    fn close_if_announced(&self, response: &mut Response<AnswerBody>) {
        if self.state().is_multiplexed() && response.headers_mut().remove(CONNECTION).is_some() {
            self.state().close();
        }
    }

    fn context<'b>(&'b self, request: &'b Parts) -> RequestContext<'b> {
        let options = &self.server.options;
        RequestContext {
            request,
            route: routes::route(request.uri.path(), options),
            exporter_state: &*self.server.exporter_state,
            options,
        }
    }

    /// Answers a request. Only few answers have to be waited for.
    async fn answer(&self, context: RequestContext<'_>) -> Response<AnswerBody> {
        if let Some(page) = context.page_request() {
            self.page(context, page).await
        } else if let Some(reload) = context.reload() {
            context.answer_reload(reload).await
        } else if context.handler().is_some_and(Handler::is_scrape) {
            self.scrape(context)
        } else {
            self.answer_at_once(context)
        }
    }

    /// Answers a scrape if there is a place for one more.
    fn scrape(&self, context: RequestContext<'_>) -> Response<AnswerBody> {
        match self.server.scrapes.start() {
            Ok(place) => self
                .answer_at_once(context)
                .map(|body| body.in_place(place)),
            Err(TooManyScrapes) => context.too_many_scrapes(),
        }
    }

    fn answer_at_once(&self, context: RequestContext<'_>) -> Response<AnswerBody> {
        let answered = catch_unwind(AssertUnwindSafe(|| context.answer()));
        answered.unwrap_or_else(|_| {
            // The panic hook has already logged it.
            self.count_panic();
            context.internal_error()
        })
    }

    /// Has a page rendered where it keeps nobody else waiting.
    async fn page(&self, context: RequestContext<'_>, page: PageRequest) -> Response<AnswerBody> {
        let server = Arc::clone(self.server);
        let render = move || page.page(&server.options, &server.exporter_state.fleet());
        match self.server.pages.render(render).await {
            Ok(page) => context.page(page),
            Err(RenderFailure::Busy) => context.busy(),
            Err(RenderFailure::Panicked) => {
                self.count_panic();
                context.internal_error()
            }
        }
    }

    /// Counts a panic, once per connection.
    pub(super) fn count_panic(&self) {
        if !self.is_panic_counted.swap(true, Ordering::Relaxed) {
            self.server.exporter_state.panicked();
        }
    }
}

/// Lets the state of the connection follow the answer to its end.
fn watch(open: OpenAnswer, response: Response<AnswerBody>) -> Response<AnswerBody> {
    open.state().answering(response.body().size_hint().lower());
    response.map(|body| body.of(open))
}

fn announce_close(response: &mut Response<AnswerBody>) {
    // hyper closes a connection whose answer says so, and the client then opens a new one.
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

fn log_answer(request: &Parts, status: StatusCode) {
    let path = request.uri.path();
    debug!(method = %request.method, ?path, status = status.as_u16(), "answered");
}
