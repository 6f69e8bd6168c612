//! The connections of the server, and their end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::answer;
use super::body::AnswerBody;
use super::exchange::{Ending, answer_request};
use super::operator::operate;
use super::request::ReceivedRequest;
use crate::state::SharedState;

/// The largest body that is read. Requests of AWS clients are much smaller.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// How long answers may take that are under way when the server ends.
const DRAIN_GRACE: Duration = Duration::from_secs(1);

/// How long the server waits after it could not accept a connection.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connection reset on request")]
struct ConnectionReset;

/// Accepts connections until `shutdown`. Answers that are under way then have a moment to finish
/// before every connection ends.
pub(crate) async fn serve(
    state: Arc<SharedState>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut connections = JoinSet::new();
    let (closing, closed) = watch::channel(false);
    tokio::select! {
        () = shutdown => {}
        () = accept_all(&state, &listener, &mut connections, &closed) => {}
    }
    // New connections are refused from here on, while those that are open come to their end.
    drop(listener);
    closing.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_GRACE, drained).await.is_err() {
        connections.shutdown().await;
    }
}

/// Accepts connections and never ends.
async fn accept_all(
    state: &Arc<SharedState>,
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
    closed: &watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(Arc::clone(state), stream, closed.clone()));
                }
                // Most likely there are no file descriptors left. They come back when connections
                // end.
                Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
            },
            // Takes tasks that have ended out of the set, which would grow without end.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(
    state: Arc<SharedState>,
    stream: TcpStream,
    mut closed: watch::Receiver<bool>,
) {
    // Without this, small answers wait for acknowledgements of the client.
    let _ = stream.set_nodelay(true);
    let is_local = stream
        .peer_addr()
        .is_ok_and(|address| address.ip().to_canonical().is_loopback());
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { respond(&state, request, is_local).await }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // An error here is that of the client, or a fault that was asked for.
        _ = connection.as_mut() => return,
        _ = closed.wait_for(|closed| *closed) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn respond(
    state: &SharedState,
    request: Request<Incoming>,
    is_local: bool,
) -> Result<Response<AnswerBody>, ConnectionReset> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST_BYTES).collect().await else {
        return Err(ConnectionReset);
    };
    let body = body.to_bytes();
    if let Some(status) = operate(state, head.uri.path(), &body, is_local) {
        return Ok(answer::bare(status));
    }
    let request = ReceivedRequest {
        head: &head,
        body: &body,
    };
    // The answer is made before the wait, so that it shows the fleet as it was when the request
    // came.
    let ending = answer_request(state, request);
    let latency = state.options().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match ending {
        Ending::Answer(response) => Ok(response),
        // An error of the service makes hyper close the connection without a word.
        Ending::Reset => Err(ConnectionReset),
        Ending::Hang => match std::future::pending::<Infallible>().await {},
    }
}
