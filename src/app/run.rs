//! Running a fleet: for ever behind a web server, or once to stdout.

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Buf;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::info;

use super::fleet::Fleet;
use super::runtime::AwsRuntime;
use super::{BUILD, NAME};
use crate::http::{ExporterState, Limits, ListenAddress, Options, Server, bind};
use crate::metrics::{Body, Encoding, Format};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Addresses to listen on.
    pub listen: Vec<ListenAddress>,
    /// The path of the page.
    pub telemetry_path: String,
}

/// The time between the first starts of two targets, so that a fleet of accounts does not start in
/// one burst.
const START_STAGGER: Duration = Duration::from_millis(100);

/// Refreshes every target on the interval and serves them, until `shutdown`. Says on which
/// addresses, once it listens.
///
/// # Errors
/// If an address cannot be listened on, or threads cannot be started.
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
    let addresses: Vec<String> = listeners
        .iter()
        .filter_map(|l| Some(l.local_addr().ok()?.to_string()))
        .collect();
    info!(
        addresses = addresses.join(","),
        version = BUILD.version,
        revision = BUILD.revision,
        "listening"
    );
    listening(&addresses);
    let exporter_state: Arc<dyn ExporterState> = Arc::clone(&fleet.state) as _;
    let workers = AwsRuntime::start()?;
    let targets = start(&fleet, &workers);
    Server::run(
        listeners,
        exporter_state,
        web_options(options.telemetry_path),
        shutdown,
    )
    .await?;
    // Dropping gives up what is under way: there is nothing to finish that would be shown.
    drop(targets);
    info!("stopped");
    Ok(())
}

/// One task per target; they end when the set is dropped.
fn start(fleet: &Fleet, workers: &AwsRuntime) -> JoinSet<()> {
    let interval = fleet.interval();
    let refreshers = fleet.refreshers();
    let count = u32::try_from(refreshers.len()).unwrap_or(u32::MAX).max(1);
    let stagger = START_STAGGER.min(interval / 2 / count);
    let mut targets = JoinSet::new();
    for (number, refresher) in (0..).zip(refreshers) {
        targets.spawn(refresher.run(workers.handle(), interval, stagger * number));
    }
    targets
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

/// Refreshes every target once and writes the fleet's page as text 0.0.4. Answers whether every
/// target is up.
///
/// # Errors
/// If `out` cannot be written, or threads cannot be started.
pub async fn once(fleet: Fleet, out: &mut impl Write) -> anyhow::Result<bool> {
    let workers = AwsRuntime::start()?;
    let refreshes = fleet
        .refreshers()
        .into_iter()
        .map(|refresher| refresher.refresh_once(workers.handle()));
    join_all(refreshes).await;
    for frame in Body::new(
        &fleet.state.publisher.page(),
        Format::Text,
        Encoding::Identity,
        "",
    ) {
        io::copy(&mut frame.reader(), out).context("cannot write the metrics")?;
    }
    out.flush().context("cannot write the metrics")?;
    Ok(fleet
        .state
        .slots
        .iter()
        .all(|slot| slot.is_duplicate() || slot.status().up == Some(true)))
}
