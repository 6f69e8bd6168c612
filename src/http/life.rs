//! One connection's state and deadline, and the stream wrapper that notices what the client does.
//!
//! hyper has a single timeout, which also counts between requests; a scraper that comes once a minute needs a long one
//! there, and a client that dribbles a request header a short one. So the phases are kept here and enforced by
//! [`connection`](super::connection).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;

/// Where a connection is in its request-response cycle.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Phase {
    /// No byte of the next request has come.
    Waiting,
    /// Some of a request's head has come.
    Reading,
    /// An answer is being made.
    Responding,
    /// The answer is made, but not all of it has been taken by the client's side.
    Flushing,
    /// Told to close, to make room.
    Evicted,
}

/// Shared by the connection's task, its stream, its response bodies and the registry.
#[derive(Debug)]
pub(super) struct Life {
    limits: Limits,
    state: Mutex<State>,
    evicted: Notify,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    deadline: Instant,
    /// More came from the client while an answer was under way: a pipelined request.
    more: bool,
}

impl Life {
    /// A new connection: its first request is due within the header timeout.
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let state = State { phase: Phase::Waiting, since: now, deadline: now + limits.header_timeout, more: false };
        Self { limits, state: Mutex::new(state), evicted: Notify::new() }
    }

    /// When the connection is to be dropped if nothing changes.
    pub(super) fn deadline(&self) -> Instant {
        self.state().deadline
    }

    /// The phase and its beginning.
    pub(super) fn phase(&self) -> (Phase, Instant) {
        let state = self.state();
        (state.phase, state.since)
    }

    /// Asks an idle connection to end; does nothing to one that is answering.
    pub(super) fn evict(&self) {
        let mut state = self.state();
        if state.phase <= Phase::Reading {
            state.phase = Phase::Evicted;
            self.evicted.notify_one();
        }
    }

    /// Completes once the connection has been evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// A request's head is complete.
    pub(super) fn request(&self) {
        let mut state = self.state();
        let pending = (state.phase == Phase::Flushing).then_some(state.deadline);
        state.enter(Phase::Responding, Instant::now() + self.limits.response_timeout);
        // The answer before this one is not out yet: its deadline still counts.
        state.deadline = pending.unwrap_or(state.deadline);
    }

    /// The last frame of the answer has been handed to the stream.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        if state.phase == Phase::Responding {
            state.phase = Phase::Flushing;
        }
    }

    fn received(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::Waiting => {
                // A fresh connection's header timeout runs from connecting, so it only ever gets nearer.
                let deadline = state.deadline.min(Instant::now() + self.limits.header_timeout);
                state.enter(Phase::Reading, deadline);
            }
            Phase::Responding | Phase::Flushing => state.more = true,
            Phase::Reading | Phase::Evicted => {}
        }
    }

    fn flushed(&self) {
        let mut state = self.state();
        if state.phase == Phase::Flushing {
            let now = Instant::now();
            let (phase, timeout) = match state.more {
                true => (Phase::Reading, self.limits.header_timeout),
                false => (Phase::Waiting, self.limits.idle_timeout),
            };
            state.enter(phase, now + timeout);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase, deadline: Instant) {
        if self.phase != Phase::Evicted {
            self.phase = phase;
            self.since = Instant::now();
        }
        self.deadline = deadline;
        self.more = false;
    }
}

/// A stream, plain or TLS, whose traffic moves the [`Life`] along.
#[derive(Debug)]
pub(super) struct Watched<I> {
    inner: I,
    life: Arc<Life>,
}

impl<I> Watched<I> {
    pub(super) fn new(inner: I, life: Arc<Life>) -> Self {
        Self { inner, life }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.life.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// hyper flushes the stream only once its own buffer is empty, so this is the end of an answer.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        self.life.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
