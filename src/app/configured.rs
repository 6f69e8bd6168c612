//! The targets of a configuration, which are known only together with the environment.

use super::render::RenderError;
use crate::aws::EnvironmentError;
use crate::config::forms::{partition_of_arn, partition_of_region};
use crate::config::{Account, Config, ConfigError, Regions};

/// An account that is read, in one of its regions.
#[derive(Clone, Debug)]
pub(super) struct ConfiguredTarget<'a> {
    pub(super) account: &'a Account,
    pub(super) region: String,
}

/// What makes a target the same one in two configurations. All else may change while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TargetKey {
    account_id: Option<String>,
    role_arn: Option<String>,
    region: String,
}

impl TargetKey {
    pub(super) fn of(target: &ConfiguredTarget<'_>) -> Self {
        Self {
            account_id: target.account.account_id.clone(),
            role_arn: target.account.role_arn.clone(),
            region: target.region.clone(),
        }
    }
}

/// Why a configuration has no targets.
// Most are errors of the configuration, too, but `config` cannot find them: they depend on what
// stands in the environment and in the profile.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The file cannot be read, or holds problems.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// No region is known anywhere.
    #[error(
        "no region is known\n  hint: list regions under accounts in the configuration file, or set AWS_REGION"
    )]
    NoRegion,
    /// The environment or the profile has a value that cannot be right.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The role that is to read the environment's region belongs to another partition of AWS.
    #[error(
        "the region of the environment or profile, {region}, is not in the partition of {role_arn}\n  hint: list regions \
         of that partition beside the role, under accounts in the configuration file"
    )]
    OtherPartition {
        /// The region of the environment or profile.
        region: String,
        /// The role of the configuration.
        role_arn: String,
    },
    /// One entry has no regions, and so gets the environment's, which another entry for the same
    /// account lists.
    #[error(
        "{region}, the region of the environment or profile, is given twice for one account\n  hint: one account and \
         region is one target; list the regions of each entry under accounts in the configuration file"
    )]
    RegionTwice {
        /// The region of the environment or profile.
        region: String,
    },
    /// A command was asked to look at an account or a region that the configuration does not have.
    #[error(
        "the configuration has no such account and region\n  hint: check --account-id and --region, and accounts in the \
         configuration file"
    )]
    OutOfScope,
    /// The system refuses the thread that renders.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Several of these at once, never none.
    #[error("{}", in_lines(.0))]
    Several(Vec<Self>),
}

impl FleetError {
    /// An error that says all of these, or nothing if there is none.
    pub(super) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(Self::Several(errors)),
        }
    }
}

fn in_lines(errors: &[FleetError]) -> String {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    errors.join("\n")
}

/// Each account with each of its regions. An account that leaves its region to the environment has
/// `default_region`, which is that of the environment or profile.
pub(super) fn configured_targets<'a>(
    accounts: &'a [Account],
    default_region: Option<&str>,
) -> Vec<ConfiguredTarget<'a>> {
    let targets = accounts.iter().flat_map(|account| {
        let regions = regions(account, default_region).into_iter();
        regions.map(move |region| ConfiguredTarget { account, region })
    });
    targets.collect()
}

/// The regions of an account, or else the default one. Empty if only AWS can list them.
pub(super) fn regions(account: &Account, default_region: Option<&str>) -> Vec<String> {
    match &account.regions {
        Regions::OfEnvironment => default_region.map(str::to_owned).into_iter().collect(),
        Regions::Listed(regions) => regions.clone(),
        Regions::Enabled => Vec::new(),
    }
}

/// What is wrong with the default region for the accounts that need it.
pub(super) fn region_errors(config: &Config, default_region: Option<&str>) -> Vec<FleetError> {
    let accounts = config.accounts.iter();
    let mut without_region = accounts
        .filter(|account| account.regions == Regions::OfEnvironment)
        .peekable();
    match default_region {
        // One region mends all of them, so it is said once.
        None if without_region.peek().is_some() => vec![FleetError::NoRegion],
        None => Vec::new(),
        Some(region) => without_region
            .filter_map(|account| check_default_region(config, account, region).err())
            .collect(),
    }
}

/// Checks the region of the environment, as `config` has checked those of the configuration.
fn check_default_region(
    config: &Config,
    account: &Account,
    region: &str,
) -> Result<(), FleetError> {
    if let Some(role_arn) = &account.role_arn {
        check_partition(role_arn, region)?;
    }
    // Two targets that are the same would call AWS twice for the same answers, and only one of them
    // could be shown.
    if is_listed(config, account, region) {
        return Err(FleetError::RegionTwice {
            region: region.to_owned(),
        });
    }
    Ok(())
}

fn check_partition(role_arn: &str, region: &str) -> Result<(), FleetError> {
    // Partitions (`aws`, `aws-cn`, `aws-us-gov`) are apart: a role of one cannot be assumed in
    // another, and the answer of STS would not say that this is why.
    if partition_of_arn(role_arn) == partition_of_region(region) {
        return Ok(());
    }
    Err(FleetError::OtherPartition {
        region: region.to_owned(),
        role_arn: role_arn.to_owned(),
    })
}

/// Whether any entry for the same account lists this region.
fn is_listed(config: &Config, account: &Account, region: &str) -> bool {
    config
        .accounts
        .iter()
        .filter(|other| other.account_id == account.account_id)
        .flat_map(|other| other.regions.listed())
        .any(|listed| listed == region)
}
