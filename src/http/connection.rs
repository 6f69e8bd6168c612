//! Serves one connection, and ends it when its deadline has come, when it must make room, or when the server stops.
//!
//! Generic over the stream, so that TLS needs nothing new here.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep_until};
use tracing::debug;

use super::answer::answer;
use super::life::Life;
use super::limits::{BUFFER, Options};
use super::registry::Slot;
use super::site::Site;
use super::stream::Watched;

/// How far the server's shutdown has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Running,
    /// Answers under way may end; idle connections close.
    Draining,
    /// Everything closes.
    Ended,
}

/// What all connections share.
pub(super) struct Shared {
    pub(super) site: Arc<dyn Site>,
    pub(super) options: Options,
}

/// Serves requests until the connection ends, one way or another; then the slot is free.
pub(super) async fn serve<I>(stream: I, slot: Slot, shared: Arc<Shared>, mut stage: watch::Receiver<Stage>)
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let life = slot.life();
    let io = TokioIo::new(Watched::new(stream, Arc::clone(life)));
    let service = service_fn(|request: Request<Incoming>| {
        life.request();
        let (parts, _unread) = request.into_parts();
        let response = answer(&parts, &*shared.site, &shared.options);
        debug!(method = %parts.method, path = ?parts.uri.path(), status = response.status().as_u16(), "answered");
        ready(Ok::<_, Infallible>(response.map(|body| body.watched_by(Arc::clone(life)))))
    });
    let mut connection = pin!(settings().serve_connection(io, service));
    let mut timer = pin!(sleep_until(life.deadline()));
    loop {
        tokio::select! {
            biased;
            changed = stage.changed() => match (changed, *stage.borrow()) {
                (Ok(()), Stage::Running) => {}
                (Ok(()), Stage::Draining) => connection.as_mut().graceful_shutdown(),
                (Ok(()), Stage::Ended) | (Err(_), _) => return debug!("connection closed at shutdown"),
            },
            () = life.evicted() => return debug!("idle connection closed to make room"),
            end = poll_fn(|cx| poll_in_time(connection.as_mut(), timer.as_mut(), life, cx)) => return end.log(life),
        }
    }
}

/// hyper's own header timeout stays off, because it also counts between requests; see [`life`](super::life).
fn settings() -> http1::Builder {
    let mut settings = http1::Builder::new();
    // A client may close its sending side once it has asked, as `nc -N` does.
    settings.header_read_timeout(None).max_buf_size(BUFFER).half_close(true);
    settings
}

/// Why a connection ended by itself.
enum End {
    Served(hyper::Result<()>),
    TimedOut,
}

impl End {
    fn log(self, life: &Life) {
        match self {
            Self::Served(Ok(())) => {}
            Self::Served(Err(error)) => debug!(%error, "connection failed"),
            Self::TimedOut => debug!(phase = ?life.phase().0, "connection timed out"),
        }
    }
}

/// Polls the connection, then its deadline, which polling may have moved either way.
fn poll_in_time(
    connection: Pin<&mut impl Future<Output = hyper::Result<()>>>,
    mut timer: Pin<&mut Sleep>,
    life: &Life,
    cx: &mut Context<'_>,
) -> Poll<End> {
    if let Poll::Ready(result) = connection.poll(cx) {
        return Poll::Ready(End::Served(result));
    }
    let deadline = life.deadline();
    if timer.deadline() != deadline {
        timer.as_mut().reset(deadline);
    }
    timer.poll(cx).map(|()| End::TimedOut)
}
