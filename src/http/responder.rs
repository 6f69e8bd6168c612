//! Answers the requests of one connection, and keeps a panic of an answer from ending more than
//! that connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tracing::debug;

use super::answer::RequestContext;
use super::body::AnswerBody;
use super::exporter_state::ExporterState;
use super::limits::Options;
use super::pages::{PageRenderer, PageRequest, RenderFailure};
use super::registry::{AfterAnswer, ConnectionSlot};
use super::routes::{self, Handler};
use super::scrapes::{Scrapes, TooManyScrapes};
use super::state::ConnectionState;

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
    /// Whether a panic has been counted.
    is_panic_counted: AtomicBool,
}

impl<'a> Responder<'a> {
    pub(super) fn new(server: &'a Arc<ServerContext>, slot: &'a ConnectionSlot) -> Self {
        Self {
            server,
            slot,
            is_panic_counted: AtomicBool::new(false),
        }
    }

    /// The state of the connection whose requests these are.
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        self.slot.state()
    }

    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<AnswerBody> {
        // No route has a use for the body of a request, so it is left unread.
        let (request, _unread) = request.into_parts();
        let context = self.context(&request);
        self.state().requested();
        let is_probe = context.handler().is_some_and(Handler::is_probe);
        // The place is taken before the answer is made, because the answer's headers have to say
        // whether the connection stays open.
        let after_answer = self.slot.establish(is_probe);
        let mut response = self.answer(context).await;
        if after_answer == AfterAnswer::Close {
            announce_close(&mut response);
        }
        log_answer(&request, response.status());
        self.watch(response)
    }

    /// Lets the state of the connection follow the answer to its end.
    fn watch(&self, response: Response<AnswerBody>) -> Response<AnswerBody> {
        let state = self.state();
        state.answering(response.body().size_hint().lower());
        response.map(|body| body.watched_by(Arc::clone(state)))
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

fn announce_close(response: &mut Response<AnswerBody>) {
    // hyper closes a connection whose answer says so, and the client then opens a new one.
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

fn log_answer(request: &Parts, status: StatusCode) {
    let path = request.uri.path();
    debug!(method = %request.method, ?path, status = status.as_u16(), "answered");
}
