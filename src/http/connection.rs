//! Serves one connection, and ends it when its deadline has come, when it must make room, when
//! answering panics, or when the server stops.
//!
//! Generic over the stream, so that TLS needs nothing new here.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::debug;

use super::answer::{answer, internal_error};
use super::body::AnswerBody;
use super::exporter_state::ExporterState;
use super::limits::{BUFFER, Options};
use super::registry::ConnectionSlot;
use super::routes::{self, Handler};
use super::state::ConnectionState;
use super::stream::{ObservedStream, Transport};

/// How far the server's shutdown has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ShutdownStage {
    Running,
    /// Answers under way may end; idle connections close.
    Draining,
    /// Everything closes.
    Ended,
}

/// What all connections share.
pub(super) struct ServerContext {
    pub(super) exporter_state: Arc<dyn ExporterState>,
    pub(super) options: Options,
}

/// What answers the requests of one connection.
struct Responder<'a> {
    server: &'a ServerContext,
    slot: &'a ConnectionSlot,
    /// The site has been told of a panic.
    has_panicked: AtomicBool,
}

/// Serves requests until the connection ends, one way or another; then the slot is free.
///
/// A panic ends this connection and nothing else. `starting` is dropped when what the client has
/// sent so far is read.
pub(super) async fn serve<T: Transport>(
    stream: T,
    slot: ConnectionSlot,
    starting: impl Send,
    server: Arc<ServerContext>,
    shutdown: watch::Receiver<ShutdownStage>,
) {
    let responder = Responder {
        server: &server,
        slot: &slot,
        has_panicked: AtomicBool::new(false),
    };
    if AssertUnwindSafe(drive(stream, &responder, starting, shutdown))
        .catch_unwind()
        .await
        .is_err()
    {
        debug!("connection closed after a panic");
        responder.panicked();
    }
}

async fn drive<T: Transport>(
    stream: T,
    responder: &Responder<'_>,
    starting: impl Send,
    mut shutdown: watch::Receiver<ShutdownStage>,
) {
    let state = responder.slot.state();
    let io = TokioIo::new(ObservedStream::new(stream, Arc::clone(state)));
    let service = service_fn(|request| ready(Ok::<_, Infallible>(responder.respond(request))));
    let mut connection = pin!(settings().serve_connection(io, service));
    let mut timer = pin!(sleep_until(state.deadline()));
    let mut starting = Some(starting);
    loop {
        tokio::select! {
            biased;
            changed = shutdown.changed() => match (changed, *shutdown.borrow()) {
                (Ok(()), ShutdownStage::Running) => {}
                (Ok(()), ShutdownStage::Draining) => connection.as_mut().graceful_shutdown(),
                (Ok(()), ShutdownStage::Ended) | (Err(_), _) => return debug!("connection closed at shutdown"),
            },
            () = state.evicted() => return debug!(phase = ?state.phase(), "connection closed to make room"),
            end = poll_fn(|cx| {
                let end = poll_in_time(connection.as_mut(), timer.as_mut(), state, cx);
                starting = None;
                end
            }) => return end.log(state),
        }
    }
}

impl Responder<'_> {
    fn respond(&self, request: Request<Incoming>) -> Response<AnswerBody> {
        let (parts, _unread) = request.into_parts();
        let handler = routes::find(parts.uri.path(), &self.server.options.telemetry_path);
        let state = self.slot.state();
        state.requested();
        let stays = self.slot.establish(handler.is_some_and(Handler::is_probe));
        let exporter_state = &*self.server.exporter_state;
        let answered = catch_unwind(AssertUnwindSafe(|| {
            answer(&parts, handler, exporter_state, &self.server.options)
        }));
        let mut response = answered.unwrap_or_else(|_| {
            self.panicked();
            internal_error(&parts, handler, exporter_state)
        });
        if !stays {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        debug!(method = %parts.method, path = ?parts.uri.path(), status = response.status().as_u16(), "answered");
        state.answering(response.body().size_hint().lower());
        response.map(|body| body.watched_by(Arc::clone(state)))
    }

    /// Tells the site, once.
    fn panicked(&self) {
        if !self.has_panicked.swap(true, Ordering::Relaxed) {
            self.server.exporter_state.panicked();
        }
    }
}

/// hyper's own header timeout stays off, because it also counts between requests; see
/// [`state`](super::state).
fn settings() -> http1::Builder {
    let mut settings = http1::Builder::new();
    // A client may close its sending side once it has asked, as `nc -N` does.
    settings
        .header_read_timeout(None)
        .max_buf_size(BUFFER)
        .half_close(true);
    settings
}

/// Why a connection ended by itself.
enum End {
    Served(hyper::Result<()>),
    TimedOut,
}

impl End {
    fn log(self, state: &ConnectionState) {
        match self {
            Self::Served(Ok(())) => {}
            Self::Served(Err(error)) => debug!(%error, "connection failed"),
            Self::TimedOut => debug!(phase = ?state.phase(), "connection timed out"),
        }
    }
}

/// Polls the connection, then its deadline, which polling may have moved either way.
fn poll_in_time(
    connection: Pin<&mut impl Future<Output = hyper::Result<()>>>,
    mut timer: Pin<&mut Sleep>,
    state: &ConnectionState,
    cx: &mut Context<'_>,
) -> Poll<End> {
    if let Poll::Ready(result) = connection.poll(cx) {
        return Poll::Ready(End::Served(result));
    }
    let deadline = state.deadline();
    // Each byte that leaves defers the deadline, so the timer only follows when it has come to its
    // end.
    if deadline < timer.deadline() {
        timer.as_mut().reset(deadline);
    }
    loop {
        ready!(timer.as_mut().poll(cx));
        if deadline <= Instant::now() {
            return Poll::Ready(End::TimedOut);
        }
        timer.as_mut().reset(deadline);
    }
}
