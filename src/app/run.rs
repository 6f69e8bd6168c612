//! Running a fleet: for ever behind a web server, or once to stdout.

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Buf;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::info;

use super::board::{Place, locked};
use super::fleet::Fleet;
use super::{BUILD, NAME};
use crate::http::{Limits, ListenAddress, Options, Server, Site, bind};
use crate::metrics::{Body, Encoding, Format};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Addresses to listen on.
    pub listen: Vec<ListenAddress>,
    /// The path of the page.
    pub telemetry_path: String,
}

/// The first starts of targets are this far apart, so that a fleet of accounts does not start in one burst.
const APART: Duration = Duration::from_millis(100);

/// Refreshes every target on the interval and serves them, until `shutdown`. Says on which addresses, once it listens.
///
/// # Errors
/// If an address cannot be listened on.
pub async fn serve(
    fleet: Fleet,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
    listening: impl FnOnce(&[String]),
) -> anyhow::Result<()> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    for address in &options.listen {
        listeners.push(bind(address).await?);
    }
    let addresses: Vec<String> = listeners.iter().filter_map(|l| Some(l.local_addr().ok()?.to_string())).collect();
    info!(addresses = addresses.join(","), version = BUILD.version, revision = BUILD.revision, "listening");
    listening(&addresses);
    let site: Arc<dyn Site> = Arc::clone(&fleet.shared) as _;
    let refreshes = start(fleet);
    Server::run(listeners, site, web_options(options.telemetry_path), shutdown).await?;
    // Dropping gives up what is under way: there is nothing to finish that would be shown.
    drop(refreshes);
    info!("stopped");
    Ok(())
}

/// One task per target; they end when the set is dropped.
fn start(fleet: Fleet) -> JoinSet<()> {
    let interval = fleet.interval;
    let count = u32::try_from(fleet.refreshers.len()).unwrap_or(u32::MAX).max(1);
    let apart = APART.min(interval / 2 / count);
    let mut tasks = JoinSet::new();
    for (number, refresher) in (0..).zip(fleet.refreshers) {
        tasks.spawn(async move { refresher.run(interval, apart * number).await });
    }
    tasks
}

fn web_options(telemetry_path: String) -> Options {
    Options {
        telemetry_path,
        name: NAME.to_owned(),
        version: format!("{} ({})", BUILD.version, BUILD.revision),
        description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
        limits: Limits::default(),
    }
}

/// Refreshes every target once and writes the fleet's page as text 0.0.4. Answers whether every target is up.
///
/// # Errors
/// If `out` cannot be written.
pub async fn once(fleet: Fleet, out: &mut impl Write) -> io::Result<bool> {
    join_all(fleet.refreshers.iter().map(|refresher| refresher.refresh(false))).await;
    for frame in Body::new(&fleet.shared.publisher.page(), Format::Text, Encoding::Identity, "") {
        io::copy(&mut frame.reader(), out)?;
    }
    out.flush()?;
    let left_out = |place: &Place| place.left_out.load(Ordering::Relaxed);
    Ok(fleet.shared.places.iter().all(|place| left_out(place) || locked(&place.status).up == Some(true)))
}
