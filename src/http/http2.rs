//! Serves HTTP/2, on which several requests are answered at once.
//!
//! hyper wants to run each answer as a task of its own. Here they are part of the connection's task,
//! so that the connection's end, its deadline and its panics are theirs.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, StreamExt};
use hyper::rt::Executor;
use hyper::server::conn::http2;

use super::limits::MAX_BUFFERED_BYTES;
use crate::locks::locked;

/// Most requests that a client may have under way on one connection; Prometheus has one for each
/// target behind the same address. For more it opens another connection.
const MAX_STREAMS: u32 = 32;

/// Most requests that a client may withdraw before their answers have begun: the attack of
/// CVE-2023-44487 is to do nothing else.
const MAX_RESET_STREAMS: usize = 20;

/// How much of the bodies of requests is taken: none of them is read. It is the least that HTTP/2
/// begins with.
const UNREAD_BODY_BYTES: u32 = 65_535;

type Answering<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Takes the answers that hyper hands over, for the connection's task.
#[derive(Clone)]
pub(super) struct AnswerExecutor<'a> {
    arrived: Arc<Mutex<Vec<Answering<'a>>>>,
}

impl<'a, F: Future<Output = ()> + Send + 'a> Executor<F> for AnswerExecutor<'a> {
    fn execute(&self, answering: F) {
        locked(&self.arrived).push(Box::pin(answering));
    }
}

/// A connection together with its answers.
pub(super) struct MultiplexedConnection<'a, C> {
    connection: Pin<Box<C>>,
    arrived: Arc<Mutex<Vec<Answering<'a>>>>,
    answers: FuturesUnordered<Answering<'a>>,
}

/// What serves a connection, within the bounds of every connection: `serve` gets the settings.
pub(super) fn multiplexed<'a, C>(
    serve: impl FnOnce(http2::Builder<AnswerExecutor<'a>>) -> C,
) -> MultiplexedConnection<'a, C> {
    let arrived = Arc::default();
    let executor = AnswerExecutor {
        arrived: Arc::clone(&arrived),
    };
    MultiplexedConnection {
        connection: Box::pin(serve(settings(executor))),
        arrived,
        answers: FuturesUnordered::new(),
    }
}

fn settings(executor: AnswerExecutor<'_>) -> http2::Builder<AnswerExecutor<'_>> {
    let mut settings = http2::Builder::new(executor);
    settings
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_BUFFERED_BYTES).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MAX_RESET_STREAMS)
        .max_local_error_reset_streams(MAX_RESET_STREAMS)
        .max_send_buf_size(MAX_BUFFERED_BYTES)
        .initial_connection_window_size(UNREAD_BODY_BYTES)
        .initial_stream_window_size(UNREAD_BODY_BYTES);
    settings
}

impl<C> MultiplexedConnection<'_, C> {
    /// The connection itself.
    pub(super) fn connection(&mut self) -> Pin<&mut C> {
        self.connection.as_mut()
    }

    /// Takes over the answers that have begun. Returns whether there are any.
    fn take_arrived(&mut self) -> bool {
        let arrived = std::mem::take(&mut *locked(&self.arrived));
        let has_arrived = !arrived.is_empty();
        self.answers.extend(arrived);
        has_arrived
    }

    /// Brings the answers on. Returns whether one of them has ended.
    fn poll_answers(&mut self, cx: &mut Context<'_>) -> bool {
        let mut has_ended = false;
        while let Poll::Ready(Some(())) = self.answers.poll_next_unpin(cx) {
            has_ended = true;
        }
        has_ended
    }
}

impl<C: Future> Future for MultiplexedConnection<'_, C> {
    type Output = C::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<C::Output> {
        loop {
            if let Poll::Ready(end) = self.connection.as_mut().poll(cx) {
                return Poll::Ready(end);
            }
            let has_arrived = self.take_arrived();
            let has_ended = self.poll_answers(cx);
            // The connection notices the end of an answer, and takes the next request, when it is
            // polled again.
            if !has_arrived && !has_ended {
                return Poll::Pending;
            }
        }
    }
}
