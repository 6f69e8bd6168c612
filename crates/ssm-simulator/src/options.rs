//! What the simulated account looks like and how it behaves: plain settings, filled by the command
//! line or by tests.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::fault::Fault;

/// How calls share the rate limit of one target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Throttle {
    /// All operations draw on one bucket.
    #[default]
    Shared,
    /// Each operation has a bucket of its own.
    PerOperation,
}

/// Settings of a [`Simulator`](super::Simulator).
#[derive(Clone, Debug)]
pub struct Options {
    /// Listed instances of each target.
    pub instances: usize,
    /// Account ids of 12 digits. The first one owns every access key that no role gave out.
    pub accounts: Vec<String>,
    /// Regions that are enabled, in each account.
    pub regions: Vec<String>,
    /// Equal seeds give equal fleets.
    pub seed: u64,
    /// Waited before each answer.
    pub latency: Duration,
    /// Calls above it are throttled; the burst is one second's worth, at least one call.
    pub requests_per_second: Option<f64>,
    /// What shares that rate.
    pub throttle: Throttle,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Share of the instances whose compliance changes per minute.
    pub drift: f64,
    /// Resources with compliance data that are not listed, as a share of `instances`.
    pub ghosts: f64,
    /// Share of the instances that are non-compliant.
    pub noncompliant: f64,
    /// External id that `AssumeRole` asks for, by account id.
    pub external_ids: BTreeMap<String, String>,
    /// Requests kept for [`Simulator::requests`](super::Simulator::requests), the newest ones;
    /// counts are kept of all.
    pub keep_requests: usize,
    /// The moment the fleet is dated from; now, if not given.
    pub started_at: Option<SystemTime>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            instances: 137,
            accounts: vec!["111122223333".to_owned(), "444455556666".to_owned()],
            regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
            seed: 1,
            latency: Duration::ZERO,
            requests_per_second: None,
            throttle: Throttle::Shared,
            faults: Vec::new(),
            drift: 0.0,
            ghosts: 0.2,
            noncompliant: 0.1,
            external_ids: BTreeMap::new(),
            keep_requests: 10_000,
            started_at: None,
        }
    }
}
