//! The HTTP side: connections, and their end.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Simulator;
use super::answer::AnswerBody;
use super::protocol::{self, Ending, Incoming as Question};

/// Requests of AWS clients are small.
const BODY_LIMIT: usize = 1 << 20;

/// How long answers under way may take once the end has come.
const DRAIN: Duration = Duration::from_secs(1);

/// Accepts connections until `shutdown`, then lets answers under way finish for a moment, and ends
/// every connection.
pub(super) async fn serve(
    simulator: Simulator,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    let (closing, closed) = watch::channel(false);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(simulator.clone(), stream, closed.clone()))),
                // Out of file descriptors, most likely: they come back when connections end.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    closing.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        connections.shutdown().await;
    }
}

async fn connection(simulator: Simulator, stream: TcpStream, mut closed: watch::Receiver<bool>) {
    // Small answers must not wait for acknowledgements.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let simulator = simulator.clone();
        async move { respond(&simulator, request).await }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // Errors are those of the client, or the faults that were asked for.
        _ = connection.as_mut() => return,
        _ = closed.wait_for(|closed| *closed) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connection reset on request")]
struct Reset;

async fn respond(
    simulator: &Simulator,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Reset> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let Ok(body) = body else { return Err(Reset) };
    let question = Question {
        head: &head,
        body: &body,
    };
    let (answer, latency) = protocol::ask(simulator, &question);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match answer {
        Ending::Answer(response) => Ok(response),
        Ending::Reset => Err(Reset),
        Ending::Hang => match std::future::pending::<Infallible>().await {},
    }
}
