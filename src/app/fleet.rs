//! Targets from a configuration.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::BUILD;
use super::board::{Place, Shared, TargetBoard};
use crate::aws::{Base, BaseOptions, Meter, SsmSource, TargetOptions};
use crate::collect::{Clock, Plan, Refresher};
use crate::config::{Account, Config, InstanceSeries};
use crate::metrics::{Own, Policy, Show};
use crate::model::{Ages, Target, Timestamp};

/// Every target of a configuration, ready to start.
#[derive(Debug)]
pub struct Fleet {
    /// What they share.
    pub shared: Arc<Shared>,
    /// In the order of the configuration.
    pub refreshers: Vec<Refresher<SsmSource, TargetBoard>>,
    /// The configured interval.
    pub interval: Duration,
}

/// Why a configuration has no targets. Configuration errors, found only where the environment is known.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// No region anywhere.
    #[error("no region is known\n  hint: list regions under accounts in the configuration file, or set AWS_REGION")]
    NoRegion,
    /// A part of the format that this version does not act on.
    #[error("{0} is not supported by this version\n  hint: remove it from the configuration file")]
    NotSupported(&'static str),
}

impl Fleet {
    /// Calls nobody. `static_credentials` (access key and secret) replace the default chain: for the demo.
    ///
    /// # Errors
    /// If no region is known, or the configuration asks for what this version cannot do.
    pub async fn new(config: &Config, static_credentials: Option<(String, String)>) -> Result<Self, FleetError> {
        check_supported(config)?;
        let endpoint_url = config.api.endpoint_url.clone();
        let fallback_region = config.accounts.iter().find_map(|account| account.regions.first().cloned());
        let base = Base::load(BaseOptions { endpoint_url, static_credentials, fallback_region }).await;
        let targets = targets(config, base.default_region().as_ref())?;
        let places: Vec<Arc<Place>> =
            targets.iter().enumerate().map(|(n, (account, region))| place(n, account, region)).collect();
        let own = Own::new(BUILD, config.refresh.interval);
        let shared = Arc::new(Shared::new(own, policy(config), places));
        let (plan, clock) = (plan(config), Clock::new(wall_clock));
        let refreshers = targets.iter().zip(&shared.places).map(|((account, region), place)| {
            let source =
                SsmSource::new(&base, target_options(config, account, region), Arc::clone(place) as Arc<dyn Meter>);
            let board = TargetBoard { shared: Arc::clone(&shared), place: Arc::clone(place) };
            Refresher::new(source, board, plan.clone(), clock.clone(), Target::new(ages(config)), place.name())
        });
        Ok(Self { refreshers: refreshers.collect(), shared: Arc::clone(&shared), interval: config.refresh.interval })
    }
}

fn check_supported(config: &Config) -> Result<(), FleetError> {
    let unsupported = [
        (config.organization.is_some(), "organization"),
        (!config.instance_tags.is_empty(), "instance_tags"),
        (config.exposition.max_patch_info_series > 0, "exposition.max_patch_info_series"),
    ];
    match unsupported.into_iter().find(|(asked, _)| *asked) {
        Some((_, key)) => Err(FleetError::NotSupported(key)),
        None => Ok(()),
    }
}

/// Each account with each of its regions.
fn targets<'a>(config: &'a Config, default_region: Option<&String>) -> Result<Vec<(&'a Account, String)>, FleetError> {
    let mut targets = Vec::new();
    for account in &config.accounts {
        if account.regions.is_empty() {
            targets.push((account, default_region.cloned().ok_or(FleetError::NoRegion)?));
        }
        targets.extend(account.regions.iter().map(|region| (account, region.clone())));
    }
    Ok(targets)
}

fn place(number: usize, account: &Account, region: &str) -> Arc<Place> {
    Arc::new(Place::new(number, account.name.clone(), account.account_id.clone(), region.to_owned()))
}

fn target_options(config: &Config, account: &Account, region: &str) -> TargetOptions {
    TargetOptions {
        region: region.to_owned(),
        role_arn: account.role_arn.clone(),
        external_id: account.external_id.as_ref().map(|id| id.expose().to_owned()),
        account_id: account.account_id.clone(),
        requests_per_second: config.api.requests_per_second,
        refresh_interval: config.refresh.interval,
        attempt_timeout: config.api.attempt_timeout,
    }
}

fn plan(config: &Config) -> Plan {
    let types = config.compliance_types.clone();
    Plan { other_types: types.any_other(), wants: Arc::new(move |kind| types.matches(kind)) }
}

fn policy(config: &Config) -> Policy {
    Policy {
        instances: match config.exposition.instances {
            InstanceSeries::All => Show::All,
            InstanceSeries::Noncompliant => Show::Noncompliant,
            InstanceSeries::None => Show::None,
        },
        include_unlisted: config.exposition.include_unlisted,
        patch: config.compliance_types.patch(),
        association: config.compliance_types.association(),
    }
}

fn ages(config: &Config) -> Ages {
    let refresh = &config.refresh;
    Ages { stale_after: refresh.stale_after, interval: refresh.interval, full_every: refresh.full_every }
}

fn wall_clock() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?)
}
