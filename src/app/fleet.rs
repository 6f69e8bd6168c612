//! The targets of a configuration, ready to be refreshed.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::build_info::BUILD;
use super::clock::wall_clock;
use super::configuration::accepted_base;
use super::configured::{ConfiguredTarget, FleetError, TargetKey, configured_targets};
use super::discovery::{DiscoveryMeter, Extent, accounts_to_read, discover_once};
use super::fleet_state::{FleetState, TargetPublisher};
use super::render::RenderError;
use super::shard::Shard;
use super::slot::{TargetSlot, TargetStatus};
use crate::aws::{AwsBase, Meter, SsmSource, TargetOptions};
use crate::collect::{Clock, Refresher, TargetTask};
use crate::config::{self, Account, Config, InstanceSeries};
use crate::discovery::{Directory, DiscoveryFailure};
use crate::metrics::{ExporterMetrics, Page, Policy, ShownInstances, TagLabel};
use crate::model::{AgeLimits, Selection, TagKeys, Target};

/// Every target of a configuration, with what they share.
#[derive(Debug)]
pub struct Fleet {
    /// The page, the metrics and the policy that the targets share.
    pub(super) state: Arc<FleetState>,
    /// The targets that nobody refreshes yet, in the order of the configuration.
    pub(super) targets: Vec<FleetTarget>,
    pub(super) selection: Selection,
    pub(super) age_limits: AgeLimits,
    pub(super) config: Config,
    /// Decides which of its targets are read here.
    pub(super) shard: Shard,
    pub(super) base: AwsBase,
    static_credentials: Option<(String, String)>,
    // All targets have the same clock, so that their times can be compared.
    clock: Clock,
}

/// One target of a fleet.
#[derive(Debug)]
pub(super) struct FleetTarget {
    pub(super) key: TargetKey,
    pub(super) slot: Arc<TargetSlot>,
    pub(super) source: Arc<SsmSource>,
}

/// Refreshes one target of a fleet.
pub type FleetRefresher = Refresher<SsmSource, TargetPublisher>;

impl Fleet {
    /// The fleet of a configuration. It calls nobody yet. `static_credentials` (access key and
    /// secret) replace the default chain, which is for the demo and for tests.
    ///
    /// # Errors
    /// If no region is known, if the environment has a value that cannot be right, if the
    /// configuration asks for what this version cannot do, or if the system refuses a thread.
    pub async fn new(
        config: &Config,
        static_credentials: Option<(String, String)>,
    ) -> Result<Self, FleetError> {
        Self::of_shard(config, static_credentials, Shard::default()).await
    }

    /// The same, but only with those targets of the configuration that this shard reads. There may
    /// be none.
    ///
    /// # Errors
    /// As for all targets.
    pub async fn of_shard(
        config: &Config,
        static_credentials: Option<(String, String)>,
        shard: Shard,
    ) -> Result<Self, FleetError> {
        let base = accepted_base(config, static_credentials.clone()).await?;
        // What is discovered is added later.
        let accounts = accounts_to_read(config, &Directory::default());
        let targets = fleet_targets(config, &accounts, &base, shard);
        let selection = selection(config);
        let state = fleet_state(config, &targets, selection.clone())?;
        state.own.set_shard(shard.index(), shard.total());
        Ok(Self {
            state: Arc::new(state),
            targets,
            selection,
            age_limits: age_limits(config),
            config: config.clone(),
            shard,
            base,
            static_credentials,
            clock: Clock::new(wall_clock),
        })
    }

    /// What the SDK needs for another configuration, if that can be used in this environment.
    pub(super) fn load_base(
        &self,
        config: &Config,
    ) -> impl Future<Output = Result<AwsBase, FleetError>> + Send + 'static {
        let config = config.clone();
        let static_credentials = self.static_credentials.clone();
        async move { accepted_base(&config, static_credentials).await }
    }

    /// Discovers, once and before anything is refreshed, what the configuration does not list.
    /// Returns what could not be listed.
    pub(super) async fn discover(&mut self) -> Vec<DiscoveryFailure> {
        if self.config.discovery_interval().is_none() {
            return Vec::new();
        }
        let meter = Arc::new(DiscoveryMeter(Arc::clone(&self.state)));
        let (config, base) = (self.config.clone(), self.base.clone());
        let directory = discover_once(config, base, meter, Extent::Everything).await;
        let accounts = accounts_to_read(&self.config, &directory);
        self.targets = fleet_targets(&self.config, &accounts, &self.base, self.shard);
        let slots = self.targets.iter().map(|target| Arc::clone(&target.slot));
        let policy = policy(&self.config, self.selection.clone());
        self.state.replace_targets(slots.collect(), policy);
        directory.failures()
    }

    /// The page of all targets, as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.state.publisher.page()
    }

    /// The status of each target, in the order of the configuration.
    pub fn statuses(&self) -> Vec<TargetStatus> {
        self.state
            .slots()
            .iter()
            .map(|slot| slot.status())
            .collect()
    }

    /// The time from the start of a refresh to the start of the next.
    pub(super) fn interval(&self) -> Duration {
        self.age_limits.interval
    }

    /// Takes a refresher for each target, in the order of the configuration. Whoever takes them
    /// refreshes the targets, and there are none left for anybody else.
    pub fn take_refreshers(&mut self) -> Vec<Arc<FleetRefresher>> {
        // Two refreshers of one target would both read it from AWS, and show it in turn.
        let targets = mem::take(&mut self.targets);
        targets
            .iter()
            .map(|target| Arc::new(self.refresher(target)))
            .collect()
    }

    pub(super) fn refresher(&self, target: &FleetTarget) -> FleetRefresher {
        let publisher = TargetPublisher {
            state: Arc::clone(&self.state),
            slot: Arc::clone(&target.slot),
        };
        let task = TargetTask {
            name: target.slot.name(),
            selection: self.selection.clone(),
            clock: self.clock.clone(),
            target: Target::new(self.age_limits),
        };
        Refresher::new(Arc::clone(&target.source), publisher, task)
    }
}

// === impl FleetTarget ===

impl FleetTarget {
    pub(super) fn new(target: &ConfiguredTarget<'_>, config: &Config, base: &AwsBase) -> Self {
        let slot = Arc::new(TargetSlot::new(
            next_number(),
            target.account.name.clone(),
            target.account.account_id.clone(),
            target.region.clone(),
        ));
        let source = SsmSource::new(base, target_options(target, config), meter(&slot));
        Self {
            key: TargetKey::of(target),
            slot,
            source: Arc::new(source),
        }
    }

    /// What counts the calls of the target.
    pub(super) fn meter(&self) -> Arc<dyn Meter> {
        meter(&self.slot)
    }
}

fn meter(slot: &Arc<TargetSlot>) -> Arc<dyn Meter> {
    // The slot counts, because only it knows when the account is known that the labels need.
    Arc::clone(slot) as _
}

/// A number that no target has had yet. Those of targets that are made later are higher.
fn next_number() -> usize {
    static NEXT_NUMBER: AtomicUsize = AtomicUsize::new(0);
    NEXT_NUMBER.fetch_add(1, Ordering::Relaxed)
}

fn fleet_targets(
    config: &Config,
    accounts: &[Account],
    base: &AwsBase,
    shard: Shard,
) -> Vec<FleetTarget> {
    let default_region = base.default_region();
    let own = shard.own(configured_targets(accounts, default_region.as_deref()));
    let targets = own
        .iter()
        .map(|target| FleetTarget::new(target, config, base));
    targets.collect()
}

fn fleet_state(
    config: &Config,
    targets: &[FleetTarget],
    selection: Selection,
) -> Result<FleetState, RenderError> {
    let own = ExporterMetrics::new(BUILD, config.refresh.interval);
    own.config_loaded(wall_clock(), config.refresh.interval);
    let slots = targets.iter().map(|target| Arc::clone(&target.slot));
    FleetState::new(own, policy(config, selection), slots.collect())
}

pub(super) fn target_options(target: &ConfiguredTarget<'_>, config: &Config) -> TargetOptions {
    let account = target.account;
    let external_id = account.external_id.as_ref();
    TargetOptions {
        region: target.region.clone(),
        account_id: account.account_id.clone(),
        role_arn: account.role_arn.clone(),
        role_session_name: account.role_session_name.clone(),
        external_id: external_id.map(|id| id.expose().to_owned()),
        requests_per_second: config.api.requests_per_second,
        refresh_interval: config.refresh.interval,
        burst: Duration::ZERO,
        attempt_timeout: config.api.attempt_timeout,
    }
}

pub(super) fn selection(config: &Config) -> Selection {
    let types = config.compliance_types.clone();
    let has_other_types = types.any_other();
    Selection::of_types(move |name| types.matches(name), has_other_types)
        .with_patch_details(wants_patch_details(config))
        .with_tags(TagKeys::new(
            config.instance_tags.iter().map(String::as_str),
        ))
}

fn wants_patch_details(config: &Config) -> bool {
    // Nobody would see what was read for no series.
    config.exposition.max_patch_info_series > 0
}

/// Whether both configurations read the same of a target.
pub(super) fn have_same_selection(one: &Config, other: &Config) -> bool {
    one.compliance_types == other.compliance_types
        && wants_patch_details(one) == wants_patch_details(other)
        && one.instance_tags == other.instance_tags
}

pub(super) fn policy(config: &Config, selection: Selection) -> Policy {
    Policy {
        instances: shown_instances(config.exposition.instances),
        include_unlisted: config.exposition.include_unlisted,
        selection,
        max_patch_info_series: config.exposition.max_patch_info_series,
        tag_labels: config
            .instance_tags
            .iter()
            .map(|key| tag_label(key))
            .collect(),
        tag_compliance: config.tag_compliance.clone(),
    }
}

fn tag_label(key: &str) -> TagLabel {
    TagLabel {
        key: key.to_owned(),
        name: config::tag_label(key),
    }
}

// The configuration and the metrics do not know each other, so the words of the one are translated
// into those of the other here.
const fn shown_instances(instances: InstanceSeries) -> ShownInstances {
    match instances {
        InstanceSeries::All => ShownInstances::All,
        InstanceSeries::Noncompliant => ShownInstances::Noncompliant,
        InstanceSeries::None => ShownInstances::None,
    }
}

pub(super) fn age_limits(config: &Config) -> AgeLimits {
    AgeLimits {
        stale_after: config.refresh.stale_after,
        interval: config.refresh.interval,
        full_every: config.refresh.full_every,
    }
}
