//! What a configuration means in targets, once the environment is known.

use super::render::RenderError;
use crate::aws::EnvironmentError;
use crate::config::forms::{partition_of_arn, partition_of_region};
use crate::config::{Account, Config};

/// An account of the configuration in one of its regions.
#[derive(Clone, Debug)]
pub(super) struct ConfiguredTarget<'a> {
    pub(super) account: &'a Account,
    pub(super) region: String,
}

/// Why a configuration has no targets. These are configuration errors that are found only where the
/// environment is known.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// No region is known anywhere.
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
    /// One entry has no regions, and another one for the same account lists the environment's.
    #[error(
        "{region}, the region of the environment or profile, is given twice for one account\n  hint: one account and \
         region is one target; list the regions of each entry under accounts in the configuration file"
    )]
    RegionTwice {
        /// As the environment has it.
        region: String,
    },
    /// The configuration uses a part of the format that this version does not act on.
    #[error("{0} is not supported by this version\n  hint: remove it from the configuration file")]
    NotSupported(&'static str),
    /// The system does not give what the program needs.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Each account with each of its regions. An account without regions has the default one, which is
/// that of the environment or profile.
///
/// # Errors
/// If the default region is needed and cannot be used.
pub(super) fn configured_targets<'a>(
    config: &'a Config,
    default_region: Option<&str>,
) -> Result<Vec<ConfiguredTarget<'a>>, FleetError> {
    let mut targets = Vec::new();
    for account in &config.accounts {
        let mut regions = account.regions.clone();
        if regions.is_empty() {
            let region = default_region.ok_or(FleetError::NoRegion)?;
            check_default_region(config, account, region)?;
            regions.push(region.to_owned());
        }
        let of_account = regions
            .into_iter()
            .map(|region| ConfiguredTarget { account, region });
        targets.extend(of_account);
    }
    Ok(targets)
}

/// # Errors
/// If the configuration asks for what this version cannot do.
pub(super) fn check_supported(config: &Config) -> Result<(), FleetError> {
    let unsupported = [
        (config.organization.is_some(), "organization"),
        (!config.instance_tags.is_empty(), "instance_tags"),
        (
            config.exposition.max_patch_info_series > 0,
            "exposition.max_patch_info_series",
        ),
    ];
    match unsupported
        .into_iter()
        .find(|(is_asked_for, _)| *is_asked_for)
    {
        Some((_, key)) => Err(FleetError::NotSupported(key)),
        None => Ok(()),
    }
}

/// Checks what the configuration could not, as it does not know the region of the environment.
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
    if is_listed(config, account, region) {
        return Err(FleetError::RegionTwice {
            region: region.to_owned(),
        });
    }
    Ok(())
}

/// Whether any entry for the same account lists this region.
fn is_listed(config: &Config, account: &Account, region: &str) -> bool {
    config
        .accounts
        .iter()
        .filter(|other| other.account_id == account.account_id)
        .flat_map(|other| &other.regions)
        .any(|listed| listed == region)
}
