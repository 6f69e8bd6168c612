//! The targets of a configuration, ready to be read.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::BUILD;
use super::configured::{ConfiguredTarget, FleetError, check_supported, configured_targets};
use super::fleet_state::{FleetState, TargetPublisher};
use super::slot::{TargetSlot, TargetStatus};
use crate::aws::{AwsBase, BaseOptions, Meter, SsmSource, TargetOptions};
use crate::collect::{Clock, Refresher, TargetTask};
use crate::config::{Config, InstanceSeries};
use crate::metrics::{ExporterMetrics, Page, Policy, ShownInstances};
use crate::model::{AgeLimits, Selection, Target, Timestamp};

/// Every target of a configuration: what it reads from, and where it shows itself.
#[derive(Debug)]
pub struct Fleet {
    /// What the targets share.
    pub(super) state: Arc<FleetState>,
    /// In the order of the configuration.
    pub(super) targets: Vec<FleetTarget>,
    pub(super) selection: Selection,
    pub(super) age_limits: AgeLimits,
}

/// One target of a fleet.
#[derive(Debug)]
pub(super) struct FleetTarget {
    pub(super) slot: Arc<TargetSlot>,
    pub(super) source: Arc<SsmSource>,
}

/// What refreshes one target of a fleet.
pub type FleetRefresher = Refresher<SsmSource, TargetPublisher>;

impl Fleet {
    /// The fleet of a configuration. Calls nobody. `static_credentials` (access key and secret)
    /// replace the default chain: they are for the demo.
    ///
    /// # Errors
    /// If no region is known, if the environment says what cannot be right, or if the configuration
    /// asks for what this version cannot do.
    pub async fn new(
        config: &Config,
        static_credentials: Option<(String, String)>,
    ) -> Result<Self, FleetError> {
        check_supported(config)?;
        let options = BaseOptions {
            endpoint_url: config.api.endpoint_url.clone(),
            static_credentials,
            fallback_region: first_region(config),
        };
        let base = AwsBase::load(options).await?;
        let targets: Vec<FleetTarget> =
            configured_targets(config, base.default_region().as_deref())?
                .into_iter()
                .enumerate()
                .map(|(number, target)| FleetTarget::new(number, &target, config, &base))
                .collect();
        let own = ExporterMetrics::new(BUILD, config.refresh.interval);
        let selection = selection(config);
        let policy = policy(config, selection.clone());
        let slots = targets.iter().map(|target| Arc::clone(&target.slot));
        Ok(Self {
            state: Arc::new(FleetState::new(own, policy, slots.collect())?),
            targets,
            selection,
            age_limits: age_limits(config),
        })
    }

    /// The page of all targets, as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.state.publisher.page()
    }

    /// How each target is doing, in the order of the configuration.
    pub fn statuses(&self) -> Vec<TargetStatus> {
        self.targets
            .iter()
            .map(|target| target.slot.status())
            .collect()
    }

    /// The time between the starts of two refreshes.
    pub(super) fn interval(&self) -> Duration {
        self.age_limits.interval
    }

    /// What refreshes each target, in the order of the configuration. Each call starts with targets
    /// of which nothing is known.
    pub fn refreshers(&self) -> Vec<Arc<FleetRefresher>> {
        let clock = Clock::new(wall_clock);
        self.targets
            .iter()
            .map(|target| Arc::new(self.refresher(target, clock.clone())))
            .collect()
    }

    fn refresher(&self, target: &FleetTarget, clock: Clock) -> FleetRefresher {
        let publisher = TargetPublisher {
            state: Arc::clone(&self.state),
            slot: Arc::clone(&target.slot),
        };
        let task = TargetTask {
            name: target.slot.name(),
            selection: self.selection.clone(),
            clock,
            target: Target::new(self.age_limits),
        };
        Refresher::new(Arc::clone(&target.source), publisher, task)
    }
}

// === impl FleetTarget ===

impl FleetTarget {
    fn new(number: usize, target: &ConfiguredTarget<'_>, config: &Config, base: &AwsBase) -> Self {
        let slot = Arc::new(TargetSlot::new(
            number,
            target.account.name.clone(),
            target.account.account_id.clone(),
            target.region.clone(),
        ));
        let meter: Arc<dyn Meter> = Arc::clone(&slot) as _;
        let source = SsmSource::new(base, target_options(target, config), meter);
        Self {
            slot,
            source: Arc::new(source),
        }
    }
}

/// A region that the SDK may be given where neither the environment nor the profile has one.
fn first_region(config: &Config) -> Option<String> {
    config
        .accounts
        .iter()
        .find_map(|account| account.regions.first().cloned())
}

fn target_options(target: &ConfiguredTarget<'_>, config: &Config) -> TargetOptions {
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
        attempt_timeout: config.api.attempt_timeout,
    }
}

fn selection(config: &Config) -> Selection {
    let types = config.compliance_types.clone();
    let has_other_types = types.any_other();
    Selection::of_types(move |name| types.matches(name), has_other_types)
}

fn policy(config: &Config, selection: Selection) -> Policy {
    Policy {
        instances: match config.exposition.instances {
            InstanceSeries::All => ShownInstances::All,
            InstanceSeries::Noncompliant => ShownInstances::Noncompliant,
            InstanceSeries::None => ShownInstances::None,
        },
        include_unlisted: config.exposition.include_unlisted,
        selection,
        tag_labels: Vec::new(),
    }
}

fn age_limits(config: &Config) -> AgeLimits {
    AgeLimits {
        stale_after: config.refresh.stale_after,
        interval: config.refresh.interval,
        full_every: config.refresh.full_every,
    }
}

fn wall_clock() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?)
}
