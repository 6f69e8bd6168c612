//! Changes a running fleet: rereads the configuration, at SIGHUP and when an HTTP client asks for it,
//! and takes in the accounts and regions that are found.
//!
//! One task makes all changes, one after the other. Signals and requests that come while it makes
//! one lead to one more, however many they are: that one reads the file as it is after all of them.

use std::future;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use tokio::signal::unix::Signal;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::clock::wall_clock;
use super::config_reader::ConfigReader;
use super::discovery::{Discoverer, Update};
use super::error_log::log_error;
use super::reload_error::ReloadError;
use super::reload_requests::{ReloadReply, ReloadRequests};
use super::running_fleet::{FleetChange, RunningFleet};
use super::service_manager::{ServiceManager, ServiceState};
use crate::metrics::Task;

/// When and from where the configuration is read anew. By default it never is.
#[derive(Debug, Default)]
pub struct ReloadOptions {
    /// What reads it; `None` if the program was started without a file.
    pub config: Option<ConfigReader>,
    /// SIGHUP. The handler is the caller's, so that no signal ends the program while it starts.
    pub hangups: Option<Signal>,
    /// Whether HTTP clients may ask for it (`--web.enable-lifecycle`).
    pub enable_lifecycle: bool,
}

/// Makes the changes of a fleet.
pub(super) struct Reloader {
    fleet: RunningFleet,
    config: Option<ConfigReader>,
    hangups: Option<Signal>,
    requests: mpsc::Receiver<ReloadReply>,
    /// What finds accounts and regions, if the current configuration asks for that.
    discoverer: Option<Discoverer>,
    manager: ServiceManager,
}

/// Why the fleet is to be changed.
enum Occasion {
    /// The configuration is to be reread. These clients are waiting for it.
    Reload(Vec<ReloadReply>),
    /// Accounts or regions were listed.
    Discovery(Update),
}

impl Reloader {
    pub(super) fn new(
        fleet: RunningFleet,
        options: ReloadOptions,
        manager: ServiceManager,
    ) -> Self {
        let (sender, requests) = ReloadRequests::new();
        if options.enable_lifecycle {
            // There is one reloader for each fleet, so nothing is there yet.
            let _ = fleet.state().reload_requests.set(sender);
        }
        Self {
            discoverer: fleet.start_discovery(),
            fleet,
            config: options.config,
            hangups: options.hangups,
            requests,
            manager,
        }
    }

    /// Makes changes for ever. When this is dropped, so is the fleet.
    pub(super) async fn run(mut self) {
        loop {
            match self.next_occasion().await {
                Occasion::Reload(replies) => self.reload_for(replies).await,
                Occasion::Discovery(update) => self.take_update(&update).await,
            }
        }
    }

    async fn next_occasion(&mut self) -> Occasion {
        let mut replies = Vec::new();
        tokio::select! {
            () = next_hangup(&mut self.hangups) => {}
            Some(reply) = self.requests.recv() => replies.push(reply),
            update = next_update(&mut self.discoverer) => return Occasion::Discovery(update),
        }
        while let Ok(reply) = self.requests.try_recv() {
            replies.push(reply);
        }
        Occasion::Reload(replies)
    }

    async fn reload_for(&mut self, replies: Vec<ReloadReply>) {
        self.manager.tell(ServiceState::Reloading).await;
        let result = self.reload().await;
        self.manager.tell(ServiceState::Ready).await;
        for reply in replies {
            // A client that has gone does not want to know.
            let _ = reply.send(result.clone());
        }
    }

    /// Takes in what was found.
    async fn take_update(&mut self, update: &Update) {
        let taken = AssertUnwindSafe(self.fleet.take_update(update)).catch_unwind();
        match taken.await {
            Ok(change) if change.is_any() => tell_discovery(&change),
            Ok(_) => {}
            Err(_) => self.fleet.state().own.panicked(Task::Discovery),
        }
    }

    /// Reloads once. Returns what is wrong with the configuration, for people.
    async fn reload(&mut self) -> Result<(), String> {
        let start = Instant::now();
        // A panic is a fault of the exporter. It must not end the refreshes, which run on beside.
        let reload = AssertUnwindSafe(self.try_reload()).catch_unwind().await;
        let result = reload.unwrap_or_else(|_| {
            self.fleet.state().own.panicked(Task::Reload);
            Err(ReloadError::Panicked)
        });
        match result {
            Ok(change) => {
                self.note_success(&change, start);
                Ok(())
            }
            Err(error) => {
                self.note_failure(&error);
                Err(error.to_string())
            }
        }
    }

    async fn try_reload(&mut self) -> Result<FleetChange, ReloadError> {
        let reader = self.config.as_ref().ok_or(ReloadError::NoFile)?;
        let config = reader.read(self.fleet.workers()).await?;
        let change = self.fleet.reconfigure(config).await?;
        // It starts over, so that what the new configuration asks for is found now, not in an hour.
        self.discoverer = self.fleet.start_discovery();
        Ok(change)
    }

    fn note_success(&self, change: &FleetChange, start: Instant) {
        let own = &self.fleet.state().own;
        own.config_loaded(wall_clock(), self.fleet.interval());
        info!(
            file = self.file(),
            targets = change.targets,
            added = change.added,
            changed = change.changed,
            removed = change.removed,
            seconds = start.elapsed().as_secs_f64(),
            "configuration reloaded"
        );
    }

    fn note_failure(&self, error: &ReloadError) {
        if matches!(error, ReloadError::NoFile) {
            // What is in force is good, and there is nothing that could be mended.
            warn!("nothing reloaded: the exporter runs without a configuration file");
            return;
        }
        self.fleet.state().own.config_failed();
        log_error(&error.to_string());
        error!(
            file = self.file(),
            "configuration not reloaded: the one before stays in force"
        );
    }

    fn file(&self) -> Option<&str> {
        self.config.as_ref().map(ConfigReader::file)
    }
}

fn tell_discovery(change: &FleetChange) {
    info!(
        targets = change.targets,
        added = change.added,
        changed = change.changed,
        removed = change.removed,
        "discovery has changed the targets"
    );
}

/// Waits for news of accounts and regions, which never comes if there is nothing to discover.
async fn next_update(discoverer: &mut Option<Discoverer>) -> Update {
    match discoverer {
        Some(discoverer) => discoverer.next().await,
        None => future::pending().await,
    }
}

/// Waits for the next SIGHUP, which never comes where nobody listens for it.
async fn next_hangup(hangups: &mut Option<Signal>) {
    let received = match hangups {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if received.is_none() {
        future::pending().await
    }
}
