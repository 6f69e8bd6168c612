//! Targets from a configuration.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::BUILD;
use super::fleet_state::{FleetState, TargetPublisher};
use super::render::RenderError;
use super::slot::{TargetSlot, TargetStatus};
use crate::aws::{AwsBase, BaseOptions, EnvironmentError, Meter, SsmSource, TargetOptions};
use crate::collect::{Clock, Plan, Refresher};
use crate::config::forms::{partition_of_arn, partition_of_region};
use crate::config::{Account, Config, InstanceSeries};
use crate::metrics::{ExporterMetrics, Page, Policy, ShownInstances};
use crate::model::{AgeLimits, Target, Timestamp};

/// Every target of a configuration, ready to start.
#[derive(Debug)]
pub struct Fleet {
    /// What they share.
    pub(super) state: Arc<FleetState>,
    /// In the order of the configuration.
    pub refreshers: Vec<Arc<Refresher<SsmSource, TargetPublisher>>>,
    /// The configured interval.
    pub interval: Duration,
}

/// Why a configuration has no targets. Configuration errors, found only where the environment is
/// known.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// No region anywhere.
    #[error(
        "no region is known\n  hint: list regions under accounts in the configuration file, or set AWS_REGION"
    )]
    NoRegion,
    /// The environment or the profile says what cannot be right.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The environment's region does not go with the role that is to read it.
    #[error(
        "the region of the environment or profile, {region}, is not in the partition of {role_arn}\n  hint: list regions \
         of that partition beside the role, under accounts in the configuration file"
    )]
    OtherPartition {
        /// As the environment has it.
        region: String,
        /// As the configuration has it.
        role_arn: String,
    },
    /// An entry without regions and one that lists the environment's region.
    #[error(
        "{region}, the region of the environment or profile, is given twice for one account\n  hint: one account and \
         region is one target; list the regions of each entry under accounts in the configuration file"
    )]
    RegionTwice {
        /// As the environment has it.
        region: String,
    },
    /// A part of the format that this version does not act on.
    #[error("{0} is not supported by this version\n  hint: remove it from the configuration file")]
    NotSupported(&'static str),
    /// The system does not give what the program needs.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl Fleet {
    /// The page of all targets, as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.state.publisher.page()
    }

    /// How each target is doing, in the order of the configuration.
    pub fn statuses(&self) -> Vec<TargetStatus> {
        self.state.slots.iter().map(|slot| slot.status()).collect()
    }

    /// Calls nobody. `static_credentials` (access key and secret) replace the default chain: for
    /// the demo.
    ///
    /// # Errors
    /// If no region is known, or the configuration asks for what this version cannot do.
    pub async fn new(
        config: &Config,
        static_credentials: Option<(String, String)>,
    ) -> Result<Self, FleetError> {
        check_supported(config)?;
        let endpoint_url = config.api.endpoint_url.clone();
        let fallback_region = config
            .accounts
            .iter()
            .find_map(|account| account.regions.first().cloned());
        let base = AwsBase::load(BaseOptions {
            endpoint_url,
            static_credentials,
            fallback_region,
        })
        .await?;
        let targets = targets(config, base.default_region().as_ref())?;
        let slots: Vec<Arc<TargetSlot>> = targets
            .iter()
            .enumerate()
            .map(|(n, (account, region))| slot(n, account, region))
            .collect();
        let own = ExporterMetrics::new(BUILD, config.refresh.interval);
        let state = Arc::new(FleetState::new(own, policy(config), slots)?);
        let (plan, clock) = (plan(config), Clock::new(wall_clock));
        let refreshers = targets
            .iter()
            .zip(&state.slots)
            .map(|((account, region), slot)| {
                let meter = Arc::clone(slot) as Arc<dyn Meter>;
                let source = SsmSource::new(&base, target_options(config, account, region), meter);
                let publisher = TargetPublisher {
                    state: Arc::clone(&state),
                    slot: Arc::clone(slot),
                };
                let target = Target::new(ages(config));
                Arc::new(Refresher::new(
                    source,
                    publisher,
                    plan.clone(),
                    clock.clone(),
                    target,
                    slot.name(),
                ))
            });
        Ok(Self {
            refreshers: refreshers.collect(),
            state: Arc::clone(&state),
            interval: config.refresh.interval,
        })
    }
}

fn check_supported(config: &Config) -> Result<(), FleetError> {
    let unsupported = [
        (config.organization.is_some(), "organization"),
        (!config.instance_tags.is_empty(), "instance_tags"),
        (
            config.exposition.max_patch_info_series > 0,
            "exposition.max_patch_info_series",
        ),
    ];
    match unsupported.into_iter().find(|(asked, _)| *asked) {
        Some((_, key)) => Err(FleetError::NotSupported(key)),
        None => Ok(()),
    }
}

/// Each account with each of its regions.
fn targets<'a>(
    config: &'a Config,
    default_region: Option<&String>,
) -> Result<Vec<(&'a Account, String)>, FleetError> {
    let mut targets = Vec::new();
    for account in &config.accounts {
        if account.regions.is_empty() {
            let region = default_region.ok_or(FleetError::NoRegion)?;
            check_default_region(config, account, region)?;
            targets.push((account, region.clone()));
        }
        targets.extend(
            account
                .regions
                .iter()
                .map(|region| (account, region.clone())),
        );
    }
    Ok(targets)
}

fn slot(number: usize, account: &Account, region: &str) -> Arc<TargetSlot> {
    Arc::new(TargetSlot::new(
        number,
        account.name.clone(),
        account.account_id.clone(),
        region.to_owned(),
    ))
}

/// What the configuration could not check, as it does not know the region of the environment.
fn check_default_region(
    config: &Config,
    account: &Account,
    region: &str,
) -> Result<(), FleetError> {
    if let Some(role_arn) = &account.role_arn
        && partition_of_arn(role_arn) != partition_of_region(region)
    {
        return Err(FleetError::OtherPartition {
            region: region.to_owned(),
            role_arn: role_arn.clone(),
        });
    }
    let is_same_account = |other: &&Account| other.account_id == account.account_id;
    let mut listed = config
        .accounts
        .iter()
        .filter(is_same_account)
        .flat_map(|other| &other.regions);
    if listed.any(|listed| listed == region) {
        return Err(FleetError::RegionTwice {
            region: region.to_owned(),
        });
    }
    Ok(())
}

fn target_options(config: &Config, account: &Account, region: &str) -> TargetOptions {
    TargetOptions {
        region: region.to_owned(),
        account_id: account.account_id.clone(),
        role_arn: account.role_arn.clone(),
        role_session_name: account.role_session_name.clone(),
        external_id: account
            .external_id
            .as_ref()
            .map(|id| id.expose().to_owned()),
        requests_per_second: config.api.requests_per_second,
        refresh_interval: config.refresh.interval,
        attempt_timeout: config.api.attempt_timeout,
    }
}

fn plan(config: &Config) -> Plan {
    let types = config.compliance_types.clone();
    Plan {
        other_types: types.any_other(),
        wants: Arc::new(move |kind| types.matches(kind)),
    }
}

fn policy(config: &Config) -> Policy {
    Policy {
        instances: match config.exposition.instances {
            InstanceSeries::All => ShownInstances::All,
            InstanceSeries::Noncompliant => ShownInstances::Noncompliant,
            InstanceSeries::None => ShownInstances::None,
        },
        include_unlisted: config.exposition.include_unlisted,
        patch: config.compliance_types.patch(),
        association: config.compliance_types.association(),
    }
}

fn ages(config: &Config) -> AgeLimits {
    let refresh = &config.refresh;
    AgeLimits {
        stale_after: refresh.stale_after,
        interval: refresh.interval,
        full_every: refresh.full_every,
    }
}

fn wall_clock() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?)
}
