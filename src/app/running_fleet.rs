//! A fleet whose targets are refreshed, and how another configuration changes it.
//!
//! Targets that both configurations have stay as they are: their data, their limiter, their
//! credentials and their schedule. Only what is said of them may change. Accounts and regions that
//! are found, or that are gone, change a fleet in the same way.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::configuration::check_with;
use super::configured::{ConfiguredTarget, TargetKey, configured_targets};
use super::discovery::{Discoverer, Update, accounts_to_read, assume_read, report};
use super::fleet::{
    Fleet, FleetRefresher, FleetTarget, age_limits, have_same_selection, policy, selection,
    target_options,
};
use super::fleet_state::FleetState;
use super::reload_error::ReloadError;
use crate::aws::{AwsBase, SsmSource};
use crate::collect::TargetSettings;
use crate::config::Config;
use crate::discovery::Directory;

/// The time between the first starts of two targets.
// Every target assumes its role first, and STS limits the calls of the account that assumes them. A
// fleet of hundreds of targets that starts in one burst would be throttled.
const START_STAGGER: Duration = Duration::from_millis(100);
/// How long what the environment says of AWS may take to be read.
const ENVIRONMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// A fleet whose targets are refreshed until this is dropped.
pub(super) struct RunningFleet {
    fleet: Fleet,
    workers: Handle,
    /// What is known of the accounts and regions that are discovered.
    directory: Arc<Directory>,
    /// In the order of the configuration.
    running: Vec<RunningTarget>,
}

/// A target that is refreshed until this is dropped.
struct RunningTarget {
    target: FleetTarget,
    refresher: Arc<FleetRefresher>,
    _task: AbortOnDropHandle<()>,
}

/// What has changed, in numbers of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FleetChange {
    pub(super) targets: usize,
    pub(super) added: usize,
    pub(super) changed: usize,
    pub(super) removed: usize,
}

/// A target of the next configuration.
enum NextTarget {
    /// It is there already, at this place, and is read from this source from now on.
    Stays(usize, Arc<SsmSource>),
    New(FleetTarget),
}

/// What a reload changes of a target that stays.
struct TargetChange {
    refresher: Arc<FleetRefresher>,
    source: Arc<SsmSource>,
}

impl RunningFleet {
    /// Starts to refresh the targets of a fleet on the threads of `workers`, one after the other.
    pub(super) fn start(mut fleet: Fleet, workers: Handle) -> Self {
        let targets = std::mem::take(&mut fleet.targets);
        let mut started = Self {
            fleet,
            workers,
            directory: Arc::default(),
            running: Vec::new(),
        };
        let stagger = stagger(targets.len(), started.interval());
        for (number, target) in (0..).zip(targets) {
            let running = started.start_target(target, stagger * number);
            started.running.push(running);
        }
        started
    }

    fn start_target(&self, target: FleetTarget, delay: Duration) -> RunningTarget {
        let refresher = Arc::new(self.fleet.refresher(&target));
        let run = Arc::clone(&refresher).run(self.workers.clone(), delay);
        RunningTarget {
            target,
            refresher,
            _task: AbortOnDropHandle::new(tokio::spawn(run)),
        }
    }

    pub(super) fn state(&self) -> &Arc<FleetState> {
        &self.fleet.state
    }

    /// The threads of AWS.
    pub(super) fn workers(&self) -> &Handle {
        &self.workers
    }

    /// The time from the start of a refresh to the start of the next.
    pub(super) fn interval(&self) -> Duration {
        self.fleet.interval()
    }

    /// Starts the discovery that the current configuration asks for, if it asks for any.
    pub(super) fn start_discovery(&self) -> Option<Discoverer> {
        let Fleet {
            state,
            config,
            base,
            ..
        } = &self.fleet;
        state.discovery.begin(config, &self.directory);
        let discoverer = Discoverer::start(config, base, &self.directory, state, &self.workers);
        if discoverer.is_none() {
            state.own.discovered(None);
        }
        discoverer
    }

    /// Makes the fleet that of another configuration.
    ///
    /// # Errors
    /// If the configuration has no targets in this environment, or asks for what this version
    /// cannot do. Then nothing has changed.
    pub(super) async fn reconfigure(&mut self, config: Config) -> Result<FleetChange, ReloadError> {
        let new_base = self.new_base(&config).await?;
        self.directory = Arc::new(self.directory_for(&config, new_base.is_some()));
        // From here on nothing can fail.
        Ok(self.replace(&config, new_base).await)
    }

    /// Makes the fleet that of what was found. Accounts and regions come and go as with another
    /// configuration.
    pub(super) async fn take_update(&mut self, update: &Update) -> FleetChange {
        self.directory = Arc::clone(&update.directory);
        let config = self.fleet.config.clone();
        let change = self.replace(&config, None).await;
        let state = self.state();
        if let Some(ended) = &update.last_ended {
            report(&state.own, &config, ended);
        }
        // Only now, so that nobody takes the fleet for complete before its targets exist.
        let is_attempted = update.last_ended.is_some();
        state.discovery.note(&config, &self.directory, is_attempted);
        change
    }

    /// What is known of what another configuration asks to discover.
    fn directory_for(&self, config: &Config, has_new_base: bool) -> Directory {
        let organization = config.organization.as_ref();
        let units = organization.map(|it| it.include_ous.as_slice());
        let mut directory = Directory::default();
        // Nothing that was learnt of one AWS says anything of another.
        if !has_new_base {
            directory = Directory::clone(&self.directory);
        }
        directory.reconfigure(units);
        if !has_new_base {
            self.assume_read(&mut directory, config);
        }
        directory
    }

    fn assume_read(&self, directory: &mut Directory, config: &Config) {
        let Fleet {
            config: before,
            base,
            ..
        } = &self.fleet;
        let accounts = accounts_to_read(before, &self.directory);
        let default_region = base.default_region();
        let read = configured_targets(&accounts, default_region.as_deref());
        assume_read(directory, config, &read);
    }

    /// Makes the fleet that of a configuration, with what is known of accounts and regions.
    async fn replace(&mut self, config: &Config, new_base: Option<AwsBase>) -> FleetChange {
        let accounts = accounts_to_read(config, &self.directory);
        let base = new_base.as_ref().unwrap_or(&self.fleet.base);
        let default_region = base.default_region();
        let configured = configured_targets(&accounts, default_region.as_deref());
        let configured = self.fleet.shard.own(configured);
        let next = self.next_targets(&configured, config, new_base.as_ref());
        let has_other_policy = self.adopt(config, new_base);
        let (change, changes) = self.replace_targets(next, &configured, has_other_policy);
        self.reconfigure_targets(changes).await;
        change
    }

    /// What the SDK needs, if the configuration changes where AWS is. The configuration can be used
    /// with it, or with what is there already.
    // The environment of a process never changes, and the SDK reads credentials from files anew when
    // they end. So what was read of both at the start holds.
    async fn new_base(&self, config: &Config) -> Result<Option<AwsBase>, ReloadError> {
        if config.api.endpoint_url == self.fleet.config.api.endpoint_url {
            check_with(config, &self.fleet.base)?;
            return Ok(None);
        }
        let loading = self.fleet.load_base(config);
        // The files of the environment may be on a mount that hangs, which only the threads of AWS
        // may meet.
        let loading = AbortOnDropHandle::new(self.workers.spawn(loading));
        let loaded = timeout(ENVIRONMENT_TIMEOUT, loading).await;
        let loaded = loaded.map_err(|_| ReloadError::TimedOut)?;
        Ok(Some(loaded.map_err(|_| ReloadError::Panicked)??))
    }

    fn next_targets(
        &self,
        configured: &[ConfiguredTarget<'_>],
        config: &Config,
        new_base: Option<&AwsBase>,
    ) -> Vec<NextTarget> {
        let next = configured
            .iter()
            .map(|target| self.next_target(target, config, new_base));
        next.collect()
    }

    fn next_target(
        &self,
        configured: &ConfiguredTarget<'_>,
        config: &Config,
        new_base: Option<&AwsBase>,
    ) -> NextTarget {
        let key = TargetKey::of(configured);
        let place = self.running.iter().position(|it| it.target.key == key);
        let Some(place) = place else {
            let base = new_base.unwrap_or(&self.fleet.base);
            return NextTarget::New(FleetTarget::new(configured, config, base));
        };
        let target = &self.running[place].target;
        let source = self.next_source(target, configured, config, new_base);
        NextTarget::Stays(place, source)
    }

    /// The source of a target that stays. It is the same one if nothing of it has changed.
    fn next_source(
        &self,
        target: &FleetTarget,
        configured: &ConfiguredTarget<'_>,
        config: &Config,
        new_base: Option<&AwsBase>,
    ) -> Arc<SsmSource> {
        let options = target_options(configured, config);
        let before = &target.source;
        match new_base {
            // Nothing that was learnt of one AWS says anything of another.
            Some(base) => Arc::new(SsmSource::new(base, options, target.meter())),
            None if *before.options() == options => Arc::clone(before),
            None => Arc::new(before.reconfigured(&self.fleet.base, options)),
        }
    }

    /// Takes over what all targets share. Answers whether they are to be shown in another way.
    fn adopt(&mut self, config: &Config, new_base: Option<AwsBase>) -> bool {
        let fleet = &mut self.fleet;
        if let Some(base) = new_base {
            fleet.base = base;
        }
        let has_other_selection = !have_same_selection(config, &fleet.config);
        if has_other_selection {
            fleet.selection = selection(config);
        }
        let has_other_exposition = config.exposition != fleet.config.exposition;
        let has_other_counts = config.tag_compliance != fleet.config.tag_compliance;
        let has_other_ages = age_limits(config) != fleet.age_limits;
        fleet.age_limits = age_limits(config);
        fleet.config = config.clone();
        has_other_selection || has_other_exposition || has_other_counts || has_other_ages
    }

    /// Makes these the targets of the fleet: others end, and new ones start.
    fn replace_targets(
        &mut self,
        next: Vec<NextTarget>,
        configured: &[ConfiguredTarget<'_>],
        has_other_policy: bool,
    ) -> (FleetChange, Vec<TargetChange>) {
        let changes = self.changes(&next, configured, has_other_policy);
        self.show_targets(&next);
        let added = next.iter().filter(|next| next.is_new()).count();
        let change = FleetChange {
            targets: next.len(),
            added,
            changed: changes.len(),
            removed: self.running.len() + added - next.len(),
        };
        self.run_targets(next, added);
        (change, changes)
    }

    /// What is to be changed of the targets that stay.
    fn changes(
        &self,
        next: &[NextTarget],
        configured: &[ConfiguredTarget<'_>],
        has_other_policy: bool,
    ) -> Vec<TargetChange> {
        let mut changes = Vec::new();
        for (next, configured) in next.iter().zip(configured) {
            let NextTarget::Stays(place, source) = next else {
                continue;
            };
            let running = &self.running[*place];
            let is_renamed = running
                .target
                .slot
                .rename(configured.account.name.as_deref());
            let has_other_source = !Arc::ptr_eq(source, &running.target.source);
            if has_other_policy || is_renamed || has_other_source {
                changes.push(TargetChange {
                    refresher: Arc::clone(&running.refresher),
                    source: Arc::clone(source),
                });
            }
        }
        changes
    }

    /// Puts these targets, and no others, on all pages.
    fn show_targets(&self, next: &[NextTarget]) {
        let slots = next.iter().map(|next| match next {
            NextTarget::Stays(place, _) => &self.running[*place].target.slot,
            NextTarget::New(target) => &target.slot,
        });
        let fleet = &self.fleet;
        let policy = policy(&fleet.config, fleet.selection.clone());
        fleet
            .state
            .replace_targets(slots.cloned().collect(), policy);
    }

    fn run_targets(&mut self, next: Vec<NextTarget>, added: usize) {
        let stagger = stagger(added, self.interval());
        let mut delay = Duration::ZERO;
        let mut before: Vec<Option<RunningTarget>> = std::mem::take(&mut self.running)
            .into_iter()
            .map(Some)
            .collect();
        for next in next {
            match next {
                NextTarget::Stays(place, source) => {
                    let stays = before.get_mut(place).and_then(Option::take);
                    self.running
                        .extend(stays.map(|running| running.reading(source)));
                }
                NextTarget::New(target) => {
                    self.running.push(self.start_target(target, delay));
                    delay += stagger;
                }
            }
        }
        // Those that are left in `before` end here.
    }

    /// Tells the targets that stay what has changed, and waits until it shows.
    async fn reconfigure_targets(&self, changes: Vec<TargetChange>) {
        for change in changes {
            let settings = TargetSettings {
                source: change.source,
                selection: self.fleet.selection.clone(),
            };
            let age_limits = self.fleet.age_limits;
            change.refresher.reconfigure(settings, age_limits).await;
        }
    }
}

impl FleetChange {
    /// Whether anything has changed.
    pub(super) fn is_any(&self) -> bool {
        self.added + self.changed + self.removed > 0
    }
}

impl NextTarget {
    fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

impl RunningTarget {
    fn reading(mut self, source: Arc<SsmSource>) -> Self {
        self.target.source = source;
        self
    }
}

/// The time between the first starts of two of so many targets.
fn stagger(targets: usize, interval: Duration) -> Duration {
    let count = u32::try_from(targets).unwrap_or(u32::MAX);
    // The last target must start within half an interval, however many there are.
    START_STAGGER.min(interval / 2 / count.max(1))
}
