//! Accepts connections on the listeners it is given, and stops in bounded time.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

use super::connection::{ServerContext, ShutdownStage, serve};
use super::exporter_state::ExporterState;
use super::limits::Options;
use super::registry::Registry;
use super::stream::configure;

/// How long to leave a listener alone that cannot accept, if closing a connection does not help
/// sooner.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How often the log has that connections cannot be accepted.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// How long connections get to notice that they are cut; they only have to be scheduled once.
const CUT_GRACE: Duration = Duration::from_millis(500);

/// The HTTP server.
#[derive(Debug)]
pub struct Server;

/// Why a server ended before it was asked to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServerError {
    /// The task that accepts connections has panicked.
    #[error(
        "the web server has failed, which is a fault of the exporter: report it with the panic in the log"
    )]
    Panicked,
}

impl Server {
    /// Serves `exporter_state` on the listeners until `shutdown` completes, then stops accepting, lets
    /// answers under way end within the drain limit, cuts the rest and returns.
    ///
    /// Dropping the returned future cuts all connections.
    ///
    /// # Errors
    /// If accepting connections, or `shutdown`, panics; connections end as they do at a shutdown.
    pub async fn run(
        listeners: Vec<TcpListener>,
        exporter_state: Arc<dyn ExporterState>,
        options: Options,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), ServerError> {
        let drain = options.limits.drain;
        let registry = Registry::new(options.limits);
        let stage = watch::Sender::new(ShutdownStage::Running);
        let server = Arc::new(ServerContext {
            exporter_state,
            options,
        });
        let end = until(shutdown, accept_all(&listeners, &registry, &server, &stage)).await;
        drop(listeners);
        stage.send_replace(ShutdownStage::Draining);
        if timeout(drain, registry.emptied()).await.is_err() {
            debug!("cutting connections that did not end in time");
        }
        stage.send_replace(ShutdownStage::Ended);
        let _ = timeout(CUT_GRACE, registry.emptied()).await;
        end
    }
}

/// Accepts until `shutdown` completes; a panic of either is an error instead of the end of whoever
/// waits for this.
async fn until(
    shutdown: impl Future<Output = ()>,
    accepting: impl Future<Output = Infallible>,
) -> Result<(), ServerError> {
    let accepting = async {
        tokio::select! {
            () = shutdown => {}
            never = accepting => match never {},
        }
    };
    AssertUnwindSafe(accepting)
        .catch_unwind()
        .await
        .map_err(|_| ServerError::Panicked)
}

/// Serves every connection in a task of its own.
async fn accept_all(
    listeners: &[TcpListener],
    registry: &Arc<Registry>,
    server: &Arc<ServerContext>,
    stage: &watch::Sender<ShutdownStage>,
) -> Infallible {
    let mut first = 0;
    let mut warned: Option<Instant> = None;
    loop {
        match accept_any(listeners, &mut first).await {
            Ok(stream) => {
                configure(&stream);
                let starting = registry.start().await;
                let slot = registry.admit().await;
                tokio::spawn(serve(
                    stream,
                    slot,
                    starting,
                    Arc::clone(server),
                    stage.subscribe(),
                ));
            }
            // The client has gone again before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // Mostly for want of file descriptors, of which connections have some.
            Err(error) => {
                if warned.is_none_or(|at| at.elapsed() >= WARNING_INTERVAL) {
                    warned = Some(Instant::now());
                    warn!(%error, "cannot accept connections, closing those that make the least progress");
                }
                let _ = timeout(ACCEPT_RETRY_DELAY, registry.make_room()).await;
            }
        }
    }
}

/// The next connection of any listener, beginning behind the one that had the last, so that none
/// starves.
async fn accept_any(listeners: &[TcpListener], first: &mut usize) -> io::Result<TcpStream> {
    poll_fn(|cx| {
        for turn in 0..listeners.len() {
            let index = (*first + turn) % listeners.len();
            if let Poll::Ready(accepted) = listeners[index].poll_accept(cx) {
                *first = index + 1;
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_accepting_ends_the_server_with_an_error() {
        let accepting = async {
            tokio::task::yield_now().await;
            panic!("injected");
        };
        assert_eq!(
            until(std::future::pending(), accepting).await,
            Err(ServerError::Panicked)
        );
        assert_eq!(
            until(async { panic!("injected") }, std::future::pending()).await,
            Err(ServerError::Panicked)
        );
        assert_eq!(
            until(std::future::ready(()), std::future::pending()).await,
            Ok(())
        );
    }
}
