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
use super::slot::TargetSlot;
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
    let listeners = listen(&options.listen).await?;
    let addresses = addresses(&listeners);
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
    let web = web_options(options.telemetry_path);
    Server::run(listeners, exporter_state, web, shutdown).await?;
    // Dropping gives up what is under way: there is nothing to finish that would be shown.
    drop(targets);
    info!("stopped");
    Ok(())
}

async fn listen(addresses: &[ListenAddress]) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(bind(address).await?);
    }
    Ok(listeners)
}

/// Where the program really listens, also if it was asked for any free port.
fn addresses(listeners: &[TcpListener]) -> Vec<String> {
    listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .map(|address| address.to_string())
        .collect()
}

/// One task per target; they end when the set is dropped.
fn start(fleet: &Fleet, workers: &AwsRuntime) -> JoinSet<()> {
    let interval = fleet.interval();
    let refreshers = fleet.refreshers();
    let count = u32::try_from(refreshers.len()).unwrap_or(u32::MAX);
    // The last target starts within half an interval, however many there are.
    let stagger = START_STAGGER.min(interval / 2 / count.max(1));
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
    write_page(&fleet, out).context("cannot write the metrics")?;
    Ok(fleet.targets.iter().all(|target| is_well(&target.slot)))
}

fn write_page(fleet: &Fleet, out: &mut impl Write) -> io::Result<()> {
    let page = fleet.page();
    for frame in Body::new(&page, Format::Text, Encoding::Identity, "") {
        io::copy(&mut frame.reader(), out)?;
    }
    out.flush()
}

/// Whether the target is up, or another one shows its account and region.
fn is_well(slot: &TargetSlot) -> bool {
    slot.is_duplicate() || slot.status().up == Some(true)
}
