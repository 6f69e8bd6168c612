//! Accepts connections on the listeners it is given, and stops in bounded time.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

use super::connection::{ShutdownStage, serve};
use super::exporter_state::ExporterState;
use super::limits::Options;
use super::pages::PageRenderer;
use super::registry::Registry;
use super::responder::ServerContext;
use super::scrapes::Scrapes;
use super::stream::configure;

/// How long a listener that cannot accept is left alone, if closing a connection does not help
/// sooner.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How often the log says at most that connections cannot be accepted.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// How long connections get to notice that they are cut; they only have to be scheduled once.
const CUT_GRACE: Duration = Duration::from_millis(500);

/// The HTTP server.
///
/// # Examples
/// ```no_run
/// use std::error::Error;
/// use std::sync::Arc;
/// use ssm_compliance_exporter::http::{self, ExporterState, Options, Server};
///
/// async fn serve(state: Arc<dyn ExporterState>, options: Options) -> Result<(), Box<dyn Error>> {
///     let address = "127.0.0.1:10068".parse()?;
///     let listener = http::bind(&address).await?;
///     let shutdown = async {
///         let _ = tokio::signal::ctrl_c().await;
///     };
///     Server::run(vec![listener], state, options, shutdown).await?;
///     Ok(())
/// }
/// ```
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
    /// Serves `exporter_state` on the listeners until `shutdown` completes. Then it stops
    /// accepting, lets answers under way end within the drain limit, cuts the rest and returns.
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
            scrapes: Scrapes::new(options.limits.max_scrapes),
            options,
            pages: PageRenderer::default(),
        });
        let acceptor = Acceptor {
            listeners: &listeners,
            registry: &registry,
            server: &server,
            stage: &stage,
            next_listener: 0,
            last_warning: None,
        };
        let end = until(shutdown, acceptor.accept_all()).await;
        // From here on a client is refused at once, instead of waiting in the backlog for nothing.
        drop(listeners);
        stop(&registry, &stage, drain).await;
        end
    }
}

/// Lets answers under way end within the drain limit, and cuts the rest.
async fn stop(registry: &Registry, stage: &watch::Sender<ShutdownStage>, drain: Duration) {
    stage.send_replace(ShutdownStage::Draining);
    if timeout(drain, registry.emptied()).await.is_err() {
        debug!("cutting connections that did not end in time");
    }
    stage.send_replace(ShutdownStage::Ended);
    // The tasks end by themselves. Waiting for them lets their sockets close before the caller may
    // exit.
    let _ = timeout(CUT_GRACE, registry.emptied()).await;
}

/// Accepts until `shutdown` completes. A panic of either becomes an error, so that the rest of the
/// program can still stop in order.
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
    let ended = AssertUnwindSafe(accepting).catch_unwind().await;
    // The panic hook has logged what the panic said.
    ended.map_err(|_| ServerError::Panicked)
}

/// Accepts connections, and serves each in a task of its own.
struct Acceptor<'a> {
    listeners: &'a [TcpListener],
    registry: &'a Arc<Registry>,
    server: &'a Arc<ServerContext>,
    stage: &'a watch::Sender<ShutdownStage>,
    /// The listener that is asked first for the next connection.
    next_listener: usize,
    last_warning: Option<Instant>,
}

impl Acceptor<'_> {
    async fn accept_all(mut self) -> Infallible {
        loop {
            match self.accept().await {
                Ok((stream, client)) => self.serve(stream, client.ip()).await,
                // The client has gone again before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => self.recover(&error).await,
            }
        }
    }

    /// The next connection of any listener. The listener behind the one that had the last is asked
    /// first, so that none starves.
    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        poll_fn(|cx| self.poll_accept(cx)).await
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        for turn in 0..self.listeners.len() {
            let index = (self.next_listener + turn) % self.listeners.len();
            if let Poll::Ready(accepted) = self.listeners[index].poll_accept(cx) {
                self.next_listener = index + 1;
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    }

    /// Starts a task for the connection, as soon as there is room for it.
    async fn serve(&self, stream: TcpStream, client: IpAddr) {
        configure(&stream);
        // While this waits, further clients stay in the backlog of the system, where they cost
        // nothing.
        let starting = self.registry.start().await;
        let slot = self.registry.admit().await;
        let server = Arc::clone(self.server);
        let stage = self.stage.subscribe();
        tokio::spawn(serve(stream, client, slot, starting, server, stage));
    }

    /// Accepting mostly fails for want of file descriptors, of which connections have some.
    async fn recover(&mut self, error: &io::Error) {
        self.warn(error);
        // Without a pause this would be a busy loop, because the listener stays ready.
        let _ = timeout(ACCEPT_RETRY_DELAY, self.registry.make_room()).await;
    }

    /// Logs the error, unless the last one was logged only just now: thousands may come in a
    /// second.
    fn warn(&mut self, error: &io::Error) {
        if self.is_warning_due() {
            self.last_warning = Some(Instant::now());
            warn!(%error, "cannot accept connections, closing those that make the least progress");
        }
    }

    fn is_warning_due(&self) -> bool {
        match self.last_warning {
            Some(last) => last.elapsed() >= WARNING_INTERVAL,
            None => true,
        }
    }
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
