//! Accepts connections on the listeners it is given, and stops in bounded time.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

use super::connection::{ServerContext, ShutdownStage, serve};
use super::limits::Options;
use super::registry::Registry;
use super::site::Site;
use super::stream::configure;

/// How long to leave a listener alone that cannot accept, if closing a connection does not help sooner.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How often the log has that connections cannot be accepted.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// How long connections get to notice that they are cut; they only have to be scheduled once.
const CUT_GRACE: Duration = Duration::from_millis(500);

/// The HTTP server.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Serves `site` on the listeners until `shutdown` completes, then stops accepting, lets answers under way end
    /// within the drain limit, cuts the rest and returns.
    ///
    /// Dropping the returned future cuts all connections.
    pub async fn run(
        listeners: Vec<TcpListener>,
        site: Arc<dyn Site>,
        options: Options,
        shutdown: impl Future<Output = ()>,
    ) {
        let drain = options.limits.drain;
        let registry = Registry::new(options.limits);
        let stage = watch::Sender::new(ShutdownStage::Running);
        let server = Arc::new(ServerContext { site, options });
        tokio::select! {
            () = shutdown => {}
            never = accept_all(&listeners, &registry, &server, &stage) => match never {},
        }
        drop(listeners);
        stage.send_replace(ShutdownStage::Draining);
        if timeout(drain, registry.emptied()).await.is_err() {
            debug!("cutting connections that did not end in time");
        }
        stage.send_replace(ShutdownStage::Ended);
        let _ = timeout(CUT_GRACE, registry.emptied()).await;
    }
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
                tokio::spawn(serve(stream, slot, starting, Arc::clone(server), stage.subscribe()));
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

/// The next connection of any listener, beginning behind the one that had the last, so that none starves.
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
