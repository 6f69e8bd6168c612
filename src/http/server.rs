//! Accepts connections on the listeners it is given, and stops in bounded time.

use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::connection::{Shared, Stage, serve};
use super::limits::Options;
use super::registry::Registry;
use super::site::Site;

/// How long to leave a listener alone that cannot accept, which is mostly for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How long connections get to notice that they are cut; they only have to be scheduled once.
const CUT: Duration = Duration::from_millis(500);

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
        let stage = watch::Sender::new(Stage::Running);
        let shared = Arc::new(Shared { site, options });
        tokio::select! {
            () = shutdown => {}
            () = accept_all(&listeners, &registry, &shared, &stage) => {}
        }
        drop(listeners);
        stage.send_replace(Stage::Draining);
        if timeout(drain, registry.emptied()).await.is_err() {
            debug!("cutting connections that did not end in time");
        }
        stage.send_replace(Stage::Ended);
        let _ = timeout(CUT, registry.emptied()).await;
    }
}

/// Serves every connection in a task of its own; never returns.
async fn accept_all(
    listeners: &[TcpListener],
    registry: &Arc<Registry>,
    shared: &Arc<Shared>,
    stage: &watch::Sender<Stage>,
) {
    let mut first = 0;
    let mut failing = false;
    loop {
        match accept_any(listeners, &mut first).await {
            Ok(stream) => {
                failing = false;
                // Answers are written whole: waiting to fill a packet would only delay their ends.
                let _ = stream.set_nodelay(true);
                let slot = registry.admit().await;
                tokio::spawn(serve(stream, slot, Arc::clone(shared), stage.subscribe()));
            }
            // The client has gone again before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    warn!(%error, "cannot accept connections, closing idle ones");
                }
                registry.evict_oldest();
                sleep(PAUSE).await;
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
