//! The ways to run a fleet: until it is stopped, behind a web server, or once, to stdout or a file.

use std::future::Future;
use std::io::{self, Write};
use std::mem;
use std::num::NonZero;
use std::sync::Arc;

use anyhow::Context;
use bytes::Buf;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;
use tracing::info;

use super::build_info::{BUILD, NAME};
use super::config_reader::ConfigReader;
use super::fleet::Fleet;
use super::output_file::OutputFile;
use super::reloader::{ReloadOptions, Reloader};
use super::running_fleet::RunningFleet;
use super::runtime::AwsRuntime;
use super::shard::Shard;
use super::slot::TargetSlot;
use crate::discovery::DiscoveryFailure;
use crate::http::{
    ExporterState, ExternalUrl, Limits, ListenAddress, Options, RoutePrefix, Server, WebSecurity,
    bind,
};
use crate::metrics::{Body, Encoding, Format, Page};

/// Where and how to serve.
#[derive(Debug)]
pub struct ServeOptions {
    /// The addresses to listen on.
    pub listen: Vec<ListenAddress>,
    /// The path of the page, usually `/metrics`.
    pub telemetry_path: String,
    /// Whether there are pages about instances.
    pub has_pages: bool,
    /// Where people reach the exporter, if that is not where it listens.
    pub external_url: Option<ExternalUrl>,
    /// The most scrapes that are answered at the same time; `None` if there is no limit.
    pub max_scrapes: Option<NonZero<usize>>,
    /// The path below which everything is served.
    pub route_prefix: RoutePrefix,
    /// Sockets that listen already, instead of the addresses, if the program was given any.
    pub inherited: Vec<std::net::TcpListener>,
    /// TLS, logins, headers and a rate limit, if there is a web configuration.
    pub security: Option<Arc<WebSecurity>>,
    /// When the configuration is read anew.
    pub reload: ReloadOptions,
}

/// Refreshes every target on the interval and serves the pages, until `shutdown`. Calls `listening`
/// with the addresses as soon as it listens.
///
/// # Errors
/// If an address cannot be listened on, or threads cannot be started.
pub async fn serve(
    fleet: Fleet,
    mut options: ServeOptions,
    shutdown: impl Future<Output = ()>,
    listening: impl FnOnce(&[String]),
) -> anyhow::Result<()> {
    tell_fleet(&fleet, options.reload.config.as_ref());
    // An address that is in use ends the program before it has called AWS.
    let listeners = listen(&options.listen, mem::take(&mut options.inherited)).await?;
    tell_addresses(&listeners, options.security.is_some(), listening);
    let workers = AwsRuntime::start()?;
    let exporter_state: Arc<dyn ExporterState> = Arc::clone(&fleet.state) as _;
    let web = web_options(&options, fleet.shard);
    let fleet = RunningFleet::start(fleet, workers.handle());
    let reloader = Reloader::new(fleet, options.reload);
    let reloading = AbortOnDropHandle::new(tokio::spawn(reloader.run()));
    Server::run(listeners, exporter_state, web, shutdown).await?;
    // This cancels the refreshes that still run: nobody would see what they read.
    drop(reloading);
    info!("stopped");
    Ok(())
}

fn tell_fleet(fleet: &Fleet, reader: Option<&ConfigReader>) {
    info!(
        file = reader.map(ConfigReader::file),
        accounts = fleet.config.accounts.len(),
        targets = fleet.targets.len(),
        shard = (fleet.shard.total() > 1).then(|| display(fleet.shard)),
        interval = ?fleet.interval(),
        version = BUILD.version,
        revision = BUILD.revision,
        "starting"
    );
}

fn tell_addresses(
    listeners: &[TcpListener],
    has_web_config: bool,
    listening: impl FnOnce(&[String]),
) {
    let addresses = addresses(listeners);
    info!(
        addresses = addresses.join(","),
        web_config = has_web_config,
        "listening"
    );
    listening(&addresses);
}

async fn listen(
    addresses: &[ListenAddress],
    inherited: Vec<std::net::TcpListener>,
) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    if !inherited.is_empty() {
        for listener in inherited {
            listeners.push(TcpListener::from_std(listener)?);
        }
        return Ok(listeners);
    }
    for address in addresses {
        listeners.push(bind(address).await?);
    }
    Ok(listeners)
}

/// The addresses on which the program really listens. A configured port 0 means any free one.
fn addresses(listeners: &[TcpListener]) -> Vec<String> {
    listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .map(|address| address.to_string())
        .collect()
}

fn web_options(options: &ServeOptions, shard: Shard) -> Options {
    Options {
        telemetry_path: options.telemetry_path.clone(),
        has_pages: options.has_pages,
        external_url: options.external_url.clone(),
        route_prefix: options.route_prefix.clone(),
        security: options.security.clone(),
        name: NAME.to_owned(),
        version: version_and_revision(),
        description: description(shard),
        limits: Limits {
            max_scrapes: options.max_scrapes,
            ..Limits::default()
        },
    }
}

/// What the program does, and which part of the targets are here if not all of them are.
fn description(shard: Shard) -> String {
    let description = env!("CARGO_PKG_DESCRIPTION");
    if shard.total() == 1 {
        return description.to_owned();
    }
    let index = shard.index();
    format!(
        "{description}. This is {shard} (index {index}): it reads its part of the configured targets, and the other \
         shards theirs."
    )
}

fn version_and_revision() -> String {
    format!("{} ({})", BUILD.version, BUILD.revision)
}

/// Refreshes every target once and writes the fleet's page as text 0.0.4. Answers whether every
/// target is up.
///
/// # Errors
/// If `out` cannot be written, or threads cannot be started.
pub async fn once(fleet: Fleet, out: &mut impl Write) -> anyhow::Result<bool> {
    let reading = read_once(fleet).await?;
    write_page(&reading.fleet.page(), out).context("cannot write the metrics")?;
    Ok(reading.is_complete())
}

/// The same, but the page becomes the content of `file`.
///
/// # Errors
/// If the file cannot be replaced, or threads cannot be started.
pub async fn once_to_file(fleet: Fleet, file: &OutputFile) -> anyhow::Result<bool> {
    let reading = read_once(fleet).await?;
    file.replace(|out| write_page(&reading.fleet.page(), out))?;
    Ok(reading.is_complete())
}

/// A fleet that has been read once.
struct Reading {
    fleet: Fleet,
    /// What could not be listed, and so is missing on the page. The log has said it.
    unlisted: Vec<DiscoveryFailure>,
}

impl Reading {
    fn is_complete(&self) -> bool {
        self.unlisted.is_empty() && are_all_well(&self.fleet)
    }
}

async fn read_once(fleet: Fleet) -> anyhow::Result<Reading> {
    let workers = AwsRuntime::start()?;
    let (mut fleet, unlisted) = discovered(fleet, &workers.handle()).await?;
    refresh_all_once(&mut fleet, &workers).await;
    Ok(Reading { fleet, unlisted })
}

/// The fleet with what is found of it, and what could not be listed.
async fn discovered(
    mut fleet: Fleet,
    workers: &Handle,
) -> anyhow::Result<(Fleet, Vec<DiscoveryFailure>)> {
    let discovery = workers.spawn(async move {
        let unlisted = fleet.discover().await;
        (fleet, unlisted)
    });
    discovery
        .await
        .context("the discovery of accounts has panicked")
}

async fn refresh_all_once(fleet: &mut Fleet, workers: &AwsRuntime) {
    // There is no stagger: it would only make the user wait, and each account has its own limiter.
    let refreshers = fleet.take_refreshers().into_iter();
    join_all(refreshers.map(|refresher| refresher.refresh_once(workers.handle()))).await;
}

fn write_page(page: &Page, out: &mut impl Write) -> io::Result<()> {
    // The exporter's own metrics are left out: they are about a process that is about to end.
    for frame in Body::new(page, Format::Text, Encoding::Identity, "") {
        io::copy(&mut frame.reader(), out)?;
    }
    out.flush()
}

fn are_all_well(fleet: &Fleet) -> bool {
    fleet.state.slots().iter().all(|slot| is_well(slot))
}

/// Whether the target is up, or another one shows its account and region.
fn is_well(slot: &TargetSlot) -> bool {
    slot.is_duplicate() || slot.status().up == Some(true)
}
