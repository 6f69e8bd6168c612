//! Serves one connection, and ends it when its deadline has come, when it must make room, when
//! answering panics, or when the server stops.
//!
//! It is generic over the stream, so a connection with TLS differs in its handshake only.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::debug;

use super::body::AnswerBody;
use super::http2::{MultiplexedConnection, multiplexed};
use super::limits::MAX_BUFFERED_BYTES;
use super::registry::ConnectionSlot;
use super::responder::{Responder, ServerContext};
use super::state::ConnectionState;
use super::stream::{ObservedStream, Transport};
use super::tls::Handshake;

/// How far the server's shutdown has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ShutdownStage {
    Running,
    /// Answers under way may end; idle connections close.
    Draining,
    /// Everything closes.
    Ended,
}

/// Why a connection ended.
enum ConnectionEnd {
    /// The client or hyper has closed it.
    Served(hyper::Result<()>),
    TimedOut,
    Evicted,
    ShutDown,
}

/// Serves requests until the connection ends, one way or another; then the slot is free.
///
/// A panic ends this connection and nothing else. `starting` is dropped when what the client has
/// sent so far is read.
pub(super) async fn serve(
    stream: TcpStream,
    client: IpAddr,
    slot: ConnectionSlot,
    starting: impl Send,
    server: Arc<ServerContext>,
    shutdown: watch::Receiver<ShutdownStage>,
) {
    let responder = Responder::new(&server, &slot, client);
    // After a panic nothing of the connection is used but the flag that counts it, so whatever
    // else the panic has broken is not seen.
    let driving = AssertUnwindSafe(serve_stream(stream, &responder, starting, shutdown));
    if driving.catch_unwind().await.is_err() {
        debug!("connection closed after a panic");
        responder.count_panic();
    }
}

/// Serves a stream, after its handshake if the server speaks TLS.
async fn serve_stream(
    stream: TcpStream,
    responder: &Responder<'_>,
    starting: impl Send,
    mut shutdown: watch::Receiver<ShutdownStage>,
) {
    let Some(tls) = responder.tls() else {
        return serve_http1(stream, responder, starting, shutdown).await;
    };
    // A handshake takes several turns of the client, for which nobody else is to wait.
    let handshake = while_starting(tls.accept(stream), starting);
    let state = responder.state();
    let handshake = tokio::select! {
        biased;
        _ = next_stage(&mut shutdown) => return,
        () = state.evicted() => return,
        () = sleep_until(state.deadline()) => return debug!("no handshake in time"),
        ended = handshake => ended,
    };
    match handshake {
        Ok(Handshake { stream, is_http2 }) if is_http2 => {
            serve_http2(stream, responder, shutdown).await;
        }
        Ok(Handshake { stream, .. }) => serve_http1(stream, responder, (), shutdown).await,
        Err(error) => debug!(%error, "no handshake"),
    }
}

/// Drops `starting` when the future has been polled once.
async fn while_starting<F: Future>(future: F, starting: impl Send) -> F::Output {
    let mut future = pin!(future);
    let mut starting = Some(starting);
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        starting = None;
        polled
    })
    .await
}

async fn serve_http1<T: Transport>(
    stream: T,
    responder: &Responder<'_>,
    starting: impl Send,
    shutdown: watch::Receiver<ShutdownStage>,
) {
    let state = responder.state();
    let io = TokioIo::new(ObservedStream::new(stream, Arc::clone(state)));
    // Only pages about instances, checks of passwords and the ends of reloads are awaited, and those
    // no longer than the answer's deadline.
    let service = service_fn(|request| respond(responder, request));
    let connection = settings().serve_connection(io, service);
    let drain = |connection: Pin<&mut _>| http1::Connection::graceful_shutdown(connection);
    drive(connection, drain, state, starting, shutdown).await;
}

async fn serve_http2<T: Transport>(
    stream: T,
    responder: &Responder<'_>,
    shutdown: watch::Receiver<ShutdownStage>,
) {
    let state = responder.state();
    state.multiplex();
    let io = TokioIo::new(ObservedStream::new(stream, Arc::clone(state)));
    let service = service_fn(|request| respond(responder, request));
    let connection = multiplexed(|settings| settings.serve_connection(io, service));
    let drain = |mut connection: Pin<&mut MultiplexedConnection<'_, _>>| {
        http2::Connection::graceful_shutdown(connection.connection());
    };
    drive(connection, drain, state, (), shutdown).await;
}

/// Brings a connection to its end. `drain` lets it end when the answers under way have.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    drain: impl Fn(Pin<&mut C>),
    state: &ConnectionState,
    starting: impl Send,
    mut shutdown: watch::Receiver<ShutdownStage>,
) {
    let mut connection = pin!(connection);
    let mut timer = pin!(sleep_until(state.deadline()));
    let mut starting = Some(starting);
    let end = loop {
        tokio::select! {
            // The branches are polled in this order, so that a busy connection cannot put off its
            // end.
            biased;
            reached = next_stage(&mut shutdown) => match reached {
                ShutdownStage::Running => {}
                ShutdownStage::Draining => drain(connection.as_mut()),
                ShutdownStage::Ended => break ConnectionEnd::ShutDown,
            },
            () = state.evicted() => break ConnectionEnd::Evicted,
            () = state.closing() => drain(connection.as_mut()),
            end = poll_fn(|cx| {
                let end = poll_in_time(connection.as_mut(), timer.as_mut(), state, cx);
                // One poll has read all that the client has sent so far.
                starting = None;
                end
            }) => break end,
        }
    };
    // Before the connection is dropped, which would move its phase on.
    end.log(state);
}

async fn respond(
    responder: &Responder<'_>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    Ok(responder.respond(request).await)
}

/// The next stage of the shutdown. A server that is gone without a word has ended.
async fn next_stage(shutdown: &mut watch::Receiver<ShutdownStage>) -> ShutdownStage {
    match shutdown.changed().await {
        Ok(()) => *shutdown.borrow(),
        Err(_) => ShutdownStage::Ended,
    }
}

/// hyper's own header timeout stays off, because it also counts between requests; see
/// [`state`](super::state).
fn settings() -> http1::Builder {
    let mut settings = http1::Builder::new();
    // A client may close its sending side once it has asked, as `nc -N` does.
    settings
        .header_read_timeout(None)
        .max_buf_size(MAX_BUFFERED_BYTES)
        .half_close(true);
    settings
}

/// Polls the connection, then its deadline, which polling may have moved either way.
fn poll_in_time(
    connection: Pin<&mut impl Future<Output = hyper::Result<()>>>,
    timer: Pin<&mut Sleep>,
    state: &ConnectionState,
    cx: &mut Context<'_>,
) -> Poll<ConnectionEnd> {
    if let Poll::Ready(result) = connection.poll(cx) {
        return Poll::Ready(ConnectionEnd::Served(result));
    }
    poll_deadline(timer, state.deadline(), cx).map(|()| ConnectionEnd::TimedOut)
}

/// Ready when the deadline has come.
fn poll_deadline(mut timer: Pin<&mut Sleep>, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
    // Each byte that leaves defers the deadline. To reset the timer each time would be expensive,
    // so it only follows once it has run out.
    if deadline < timer.deadline() {
        timer.as_mut().reset(deadline);
    }
    loop {
        // The timer may have been set for a deadline that has moved since.
        ready!(timer.as_mut().poll(cx));
        if deadline <= Instant::now() {
            return Poll::Ready(());
        }
        timer.as_mut().reset(deadline);
    }
}

impl ConnectionEnd {
    fn log(self, state: &ConnectionState) {
        let phase = state.phase();
        match self {
            Self::Served(Ok(())) => {}
            Self::Served(Err(error)) => debug!(%error, "connection failed"),
            Self::TimedOut => debug!(?phase, "connection timed out"),
            Self::Evicted => debug!(?phase, "connection closed to make room"),
            Self::ShutDown => debug!("connection closed at shutdown"),
        }
    }
}
