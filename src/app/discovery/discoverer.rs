//! The task that repeats the discovery while the program runs.

use std::collections::BTreeSet;
use std::future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tracing::info;

use super::accounts::left_to_entries;
use super::outlook::EndedDiscovery;
use super::round::{Extent, discover};
use super::schedule::Schedule;
use super::sources::{DiscoveryMeter, Sources};
use crate::app::clock::wall_clock;
use crate::app::fleet_state::FleetState;
use crate::aws::AwsBase;
use crate::config::Config;
use crate::discovery::Directory;
use crate::metrics::Task;

/// The shortest time between two updates of one discovery. Each update compares all targets, and
/// hundreds of accounts may answer within a second.
const MIN_UPDATE_PAUSE: Duration = Duration::from_millis(500);

/// What has been found so far.
#[derive(Clone, Debug)]
pub(in crate::app) struct Update {
    pub(in crate::app) directory: Arc<Directory>,
    /// The last discovery that has ended; the one that found this may not have yet.
    pub(in crate::app) last_ended: Option<EndedDiscovery>,
}

/// Discovers accounts and regions until it is dropped.
#[derive(Debug)]
pub(in crate::app) struct Discoverer {
    updates: watch::Receiver<Update>,
    _task: AbortOnDropHandle<()>,
}

/// The task, with what it knows so far.
struct DiscoveryTask {
    sources: Sources,
    directory: Directory,
    state: Arc<FleetState>,
    updates: watch::Sender<Update>,
    updated: Instant,
    last_ended: Option<EndedDiscovery>,
    /// The accounts that the log has already reported as left to their entries.
    told: BTreeSet<String>,
}

impl Discoverer {
    /// Starts to discover what a configuration asks for, on the threads of `workers`. `known` is what
    /// is known already. `None` if the configuration lists everything.
    pub(in crate::app) fn start(
        config: &Config,
        base: &AwsBase,
        known: &Arc<Directory>,
        state: &Arc<FleetState>,
        workers: &Handle,
    ) -> Option<Self> {
        let interval = config.discovery_interval()?;
        let meter = Arc::new(DiscoveryMeter(Arc::clone(state)));
        let (sender, updates) = watch::channel(Update {
            directory: Arc::clone(known),
            last_ended: None,
        });
        let task = DiscoveryTask {
            sources: Sources::new(config, base, meter),
            directory: Directory::clone(known),
            state: Arc::clone(state),
            updates: sender,
            updated: Instant::now(),
            last_ended: None,
            told: BTreeSet::new(),
        };
        Some(Self {
            updates,
            _task: AbortOnDropHandle::new(workers.spawn(task.run(interval))),
        })
    }

    /// Waits for news.
    pub(in crate::app) async fn next(&mut self) -> Update {
        if self.updates.changed().await.is_err() {
            // The task ends only with the program's threads.
            future::pending::<()>().await;
        }
        self.updates.borrow_and_update().clone()
    }
}

impl DiscoveryTask {
    async fn run(mut self, interval: Duration) {
        let mut schedule = Schedule::new(interval);
        loop {
            let extent = schedule.begin();
            // A panic is a fault of the exporter, and must not end the discoveries.
            let discovery = AssertUnwindSafe(self.discover(extent)).catch_unwind().await;
            let has_panicked = discovery.is_err();
            if has_panicked {
                // What is known may be half of what was listed, and must not count as a success.
                self.state.own.panicked(Task::Discovery);
            } else {
                self.tell_left_to_entries();
                self.end();
            }
            let has_failed = has_panicked || !self.directory.failures().is_empty();
            sleep_until(schedule.next(has_failed)).await;
        }
    }

    async fn discover(&mut self, extent: Extent) {
        let Self {
            sources,
            directory,
            updates,
            updated,
            last_ended,
            ..
        } = self;
        let learnt = |directory: &Directory| {
            // What is left out here comes with the update at the end.
            if updated.elapsed() >= MIN_UPDATE_PAUSE {
                *updated = Instant::now();
                updates.send_replace(Update {
                    directory: Arc::new(directory.clone()),
                    last_ended: last_ended.clone(),
                });
            }
        };
        discover(sources, directory, &extent, learnt).await;
    }

    fn end(&mut self) {
        let directory = Arc::new(self.directory.clone());
        self.last_ended = Some(EndedDiscovery {
            directory: Arc::clone(&directory),
            at: wall_clock(),
        });
        self.updated = Instant::now();
        self.updates.send_replace(Update {
            directory,
            last_ended: self.last_ended.clone(),
        });
    }

    fn tell_left_to_entries(&mut self) {
        for account_id in left_to_entries(&self.sources.config, &self.directory) {
            if self.told.insert(account_id.clone()) {
                info!(
                    account_id,
                    "found in the organization; read as its own entry under accounts says"
                );
            }
        }
    }
}
