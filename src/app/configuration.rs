//! Reads the configuration together with what it needs of the environment.
//!
//! What is wrong with the file, with the environment and with both together is reported in one run:
//! whoever mends one thing at a time starts a program that does not start again and again.

use std::path::Path;

use super::configured::{FleetError, region_errors};
use crate::aws::{AwsBase, BaseOptions, DefaultRegion, EnvironmentError};
use crate::config::{Config, ConfigError, Regions};

/// The configuration of a file, or the one that applies without a file.
///
/// # Errors
/// If the file cannot be read or holds problems. The error then also has what is wrong with the
/// environment; of a good file [`Fleet::new`](super::Fleet::new) reports that.
pub async fn read_configuration(file: Option<&Path>) -> Result<Config, FleetError> {
    let Some(path) = file else {
        return Ok(Config::default());
    };
    match Config::load(path, |name| std::env::var(name).ok()) {
        Ok(config) => Ok(config),
        Err(error) => Err(with_environment(error).await),
    }
}

/// The error of a file, with what else is wrong.
async fn with_environment(error: ConfigError) -> FleetError {
    let draft = match error.draft() {
        Some(draft) => draft.clone(),
        None => without_accounts(),
    };
    let others = accepted_base(&draft, None).await.err();
    let file = FleetError::File(error);
    match others {
        Some(others) => FleetError::Several(vec![file, others]),
        None => file,
    }
}

/// What stands for a file that is not understood at all. Whether its accounts need a region is not
/// known, so nothing is to be said of one.
fn without_accounts() -> Config {
    Config {
        accounts: Vec::new(),
        ..Config::default()
    }
}

/// What all targets of a configuration share, if the configuration can be used in this environment.
/// Calls nobody.
///
/// # Errors
/// If it cannot, with all that is wrong.
pub(super) async fn accepted_base(
    config: &Config,
    static_credentials: Option<(String, String)>,
) -> Result<AwsBase, FleetError> {
    match AwsBase::load(base_options(config, static_credentials)).await {
        Ok(base) => check_with(config, &base).map(|()| base),
        Err(error) => Err(with_configuration(error, config)),
    }
}

/// Checks whether a configuration can be used with what targets share already.
///
/// # Errors
/// If it cannot, with all that is wrong.
pub(super) fn check_with(config: &Config, base: &AwsBase) -> Result<(), FleetError> {
    FleetError::all(region_errors(config, base.default_region().as_deref()))
}

/// The error of an environment, with what is wrong with the configuration.
fn with_configuration(error: EnvironmentError, config: &Config) -> FleetError {
    let of_region = match error.default_region() {
        // That it cannot be read has been said, and mending it may well give a region.
        DefaultRegion::Unreadable => Vec::new(),
        region => region_errors(config, region.name()),
    };
    let mut errors = vec![error.into()];
    errors.extend(of_region);
    FleetError::Several(errors)
}

fn base_options(config: &Config, static_credentials: Option<(String, String)>) -> BaseOptions {
    BaseOptions {
        endpoint_url: config.api.endpoint_url.clone(),
        static_credentials,
        fallback_region: first_region(config),
    }
}

/// Any region of the configuration, for where neither the environment nor the profile has one.
// Without one the SDK would ask the instance metadata service, which outside of EC2 does not answer
// and so delays the start.
pub(super) fn first_region(config: &Config) -> Option<String> {
    let organization = config.organization.iter().map(|it| &it.regions);
    let mut regions = config.accounts.iter().map(|account| &account.regions);
    let listed = regions.by_ref().chain(organization);
    listed.flat_map(Regions::listed).next().cloned()
}
