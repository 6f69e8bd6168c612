//! What the simulated accounts look like and how they behave, as plain settings that the command
//! line or a test fills in.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::fault::Fault;
use crate::policy::Policy;

/// Which calls of one target share a rate limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimitScope {
    /// All operations share one limit.
    #[default]
    Target,
    /// Each operation has a limit of its own.
    Operation,
}

/// Who manages the organization of the simulated accounts.
#[derive(Clone, Debug, Default)]
pub struct OrganizationOptions {
    /// The account that manages the organization and may list its accounts. Without one it is the
    /// first account.
    pub management_account: Option<String>,
    /// Other accounts that may list the accounts.
    pub delegated_administrators: Vec<String>,
}

/// Settings of a [`Simulator`](crate::Simulator).
///
/// ```
/// use ssm_simulator::{Options, Simulator};
///
/// let options = Options {
///     instances: 20,
///     accounts: vec!["111122223333".to_owned()],
///     regions: vec!["eu-west-1".to_owned()],
///     ..Options::default()
/// };
/// let truth = Simulator::new(options).truth("111122223333", "eu-west-1");
/// assert_eq!(truth.instances.len(), 20);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of listed instances in each target.
    pub instances: usize,
    /// Account ids of 12 digits. The first account owns every access key that no role gave out.
    pub accounts: Vec<String>,
    /// The organization that the accounts make up, or `None` if they belong to none.
    pub organization: Option<OrganizationOptions>,
    /// The regions that each account has enabled.
    pub regions: Vec<String>,
    /// Equal seeds give equal fleets.
    pub seed: u64,
    /// How long each answer waits.
    pub latency: Duration,
    /// The calls per second above which AWS throttles. The burst is one second's worth, and at
    /// least one call.
    pub requests_per_second: Option<f64>,
    /// Which calls share that rate.
    pub rate_limit_scope: RateLimitScope,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// The share of the listed instances whose compliance changes per minute.
    pub drift: f64,
    /// Resources that have compliance data but are not listed, as a share of `instances`.
    pub ghosts: f64,
    /// The share of the listed instances that are non-compliant.
    pub noncompliant: f64,
    /// The external id that `AssumeRole` requires, by account id.
    pub external_ids: BTreeMap<String, String>,
    /// What IAM allows every user and role to do, or everything with `None`.
    pub policy: Option<Policy>,
    /// How many of the newest requests are kept for
    /// [`Simulator::requests`](crate::Simulator::requests). All of them are counted.
    pub keep_requests: usize,
    /// The moment that the fleet is dated from. Without one it is the present.
    pub started_at: Option<SystemTime>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // 137 is more than two pages of 50, and leaves a last page that is not full.
            instances: 137,
            accounts: vec!["111122223333".to_owned(), "444455556666".to_owned()],
            organization: Some(OrganizationOptions::default()),
            regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
            seed: 1,
            latency: Duration::ZERO,
            requests_per_second: None,
            rate_limit_scope: RateLimitScope::Target,
            faults: Vec::new(),
            drift: 0.0,
            ghosts: 0.2,
            noncompliant: 0.1,
            external_ids: BTreeMap::new(),
            policy: None,
            // Tests look at the last few requests, and these take a few megabytes at most.
            keep_requests: 10_000,
            started_at: None,
        }
    }
}
