//! The configuration as the rest of the program gets it: complete, typed and valid.

use std::time::Duration;

use super::compliance_types::ComplianceTypes;
use super::secret::Secret;

/// Default of `organization.refresh`: accounts and their regions seldom come and go.
pub(super) const DEFAULT_DISCOVERY_INTERVAL: Duration = Duration::from_hours(1);

/// A valid configuration. Its [`Default`] is what applies without a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// When targets are read.
    pub refresh: Refresh,
    /// How AWS is called.
    pub api: Api,
    /// Accounts to read; empty only if there is an `organization`.
    pub accounts: Vec<Account>,
    /// Compliance types to read.
    pub compliance_types: ComplianceTypes,
    /// Tag keys to copy to labels; no two of them become the same label.
    pub instance_tags: Vec<String>,
    /// The tag keys by whose values instances are counted, all of them from `instance_tags`.
    pub tag_compliance: Vec<String>,
    /// Accounts to find through AWS Organizations.
    pub organization: Option<Organization>,
    /// What is shown of what was read.
    pub exposition: Exposition,
}

/// When targets are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// Time from the start of a target's refresh to the start of its next one.
    pub interval: Duration,
    /// Time from the last confirmation of data to its removal; at least the interval.
    pub stale_after: Duration,
    /// Longest time between two complete readings; at least the interval.
    pub full_every: Duration,
}

/// How AWS is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// Ceiling per target over all SSM operations together, from 0.001 to 1000.
    pub requests_per_second: f64,
    /// Time limit of one attempt of one call.
    pub attempt_timeout: Duration,
    /// An `http` or `https` address to call instead of AWS, for every service and region.
    pub endpoint_url: Option<String>,
}

/// One entry of `accounts`. Each of its regions is a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Name to show; without one the account id is shown.
    pub name: Option<String>,
    /// Twelve digits, from the role or `account_id`; unknown if neither is given.
    pub account_id: Option<String>,
    /// Regions to read.
    pub regions: Regions,
    /// Role to assume; without one the credentials of the default chain are used.
    pub role_arn: Option<String>,
    /// Name of the role's sessions. Without one the exporter's own name is used; it is never given
    /// without a role.
    pub role_session_name: Option<String>,
    /// External id to send when the role is assumed; never given without a role.
    pub external_id: Option<Secret>,
}

/// Which regions of an account are read. Each is a target of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Regions {
    /// The region of the environment or profile.
    #[default]
    OfEnvironment,
    /// These, at least one.
    Listed(Vec<String>),
    /// Every region that is enabled for the account, which only AWS knows: `[all]`.
    Enabled,
}

/// Accounts to find through AWS Organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Role to assume in each member account, with its path if it has one.
    pub role_name: String,
    /// Role to assume for listing the organization; without one the credentials of the default
    /// chain are used.
    pub lister_role_arn: Option<String>,
    /// Organizational units to read, with their children; empty means all.
    pub include_ous: Vec<String>,
    /// Account ids to leave out.
    pub exclude_accounts: Vec<String>,
    /// Regions to read in each account; never the one of the environment.
    pub regions: Regions,
    /// Time from one listing of the accounts to the next.
    pub refresh: Duration,
}

/// What is shown of what was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposition {
    /// Which instances get series of their own.
    pub instances: InstanceSeries,
    /// Whether resources are shown that only the compliance APIs still know, such as terminated
    /// instances.
    pub include_unlisted: bool,
    /// Highest number of series of single patches per target; 0 turns them off.
    pub max_patch_info_series: usize,
}

/// Which instances get `aws_ssm_instance_*` series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InstanceSeries {
    /// Every instance.
    #[default]
    All,
    /// Instances with a non-compliant summary or an unreported type.
    Noncompliant,
    /// No instance: only counts per target.
    None,
}

impl Config {
    /// Time from one discovery of accounts and their enabled regions to the next; `None` if the
    /// configuration lists everything.
    pub fn discovery_interval(&self) -> Option<Duration> {
        let asks_for_regions = |account: &Account| account.regions == Regions::Enabled;
        match &self.organization {
            Some(organization) => Some(organization.refresh),
            None if self.accounts.iter().any(asks_for_regions) => Some(DEFAULT_DISCOVERY_INTERVAL),
            None => None,
        }
    }
}

impl Regions {
    /// The regions that the configuration names.
    pub fn listed(&self) -> &[String] {
        match self {
            Self::Listed(regions) => regions,
            Self::OfEnvironment | Self::Enabled => &[],
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            refresh: Refresh::default(),
            api: Api::default(),
            // The account and the region of the environment.
            accounts: vec![Account::default()],
            compliance_types: ComplianceTypes::default(),
            instance_tags: Vec::new(),
            tag_compliance: Vec::new(),
            organization: None,
            exposition: Exposition::default(),
        }
    }
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            // Compliance changes when an agent reports, mostly every half an hour or less often.
            interval: Duration::from_mins(5),
            // A target may fail for several refreshes before its data is dropped.
            stale_after: Duration::from_hours(1),
            full_every: Duration::from_hours(6),
        }
    }
}

impl Default for Api {
    fn default() -> Self {
        Self {
            // AWS publishes no rate for these operations, and other tools of the account share it.
            requests_per_second: 5.0,
            // AWS answers in tens to hundreds of milliseconds.
            attempt_timeout: Duration::from_secs(10),
            endpoint_url: None,
        }
    }
}
