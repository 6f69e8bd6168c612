//! The state behind a [`Simulator`](crate::Simulator).
//!
//! Locks are held for one answer at most. A panic elsewhere does not poison them, because the data
//! behind them is replaced in whole steps.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::rate_limiter::RateLimiter;
use super::request_log::RequestLog;
use super::sessions::Sessions;
use super::target_state::{TargetState, TargetTime};
use crate::fault::{ActiveFaults, Fault};
use crate::fleet::FleetShape;
use crate::options::Options;
use crate::organization::Organization;
use crate::policy::Policy;
use crate::random;
use crate::service::Service;
use crate::target::SimulatedTarget;
use crate::time;

/// Separates the chances of faults from all other chances of the same seed.
const FAULT_SALT: u64 = 0xfa_17;

/// The account and the region of a target.
type TargetKey = (String, String);

/// Everything that the requests of one simulator share.
#[derive(Debug)]
pub(crate) struct SharedState {
    options: Options,
    time: TargetTime,
    /// When the fleet started, in seconds since 1970.
    start: f64,
    organization: Mutex<Organization>,
    /// The targets so far. Those of accounts and regions that come later are made when somebody
    /// asks for them.
    targets: Mutex<BTreeMap<TargetKey, Arc<TargetState>>>,
    faults: Mutex<Vec<Fault>>,
    request_log: Mutex<RequestLog>,
    rate_limiter: Mutex<RateLimiter>,
    sessions: Mutex<Sessions>,
    policy: Mutex<Option<Policy>>,
    /// The number of chains of pages so far, by question.
    chains: Mutex<HashMap<u64, u16>>,
    request_count: AtomicU64,
    /// The number of times that chance decided on a fault.
    chance_count: AtomicU64,
}

impl SharedState {
    pub(crate) fn new(options: Options) -> Self {
        let start = time::epoch(options.started_at.unwrap_or_else(SystemTime::now));
        let state = Self {
            time: TargetTime::starting_now(options.drift),
            start,
            organization: Mutex::new(Organization::new(&options, start)),
            targets: Mutex::default(),
            faults: Mutex::new(options.faults.clone()),
            request_log: Mutex::new(RequestLog::new(options.keep_requests)),
            rate_limiter: Mutex::new(RateLimiter::new(
                options.requests_per_second,
                options.rate_limit_scope,
            )),
            sessions: Mutex::default(),
            policy: Mutex::new(options.policy.clone()),
            chains: Mutex::default(),
            request_count: AtomicU64::new(0),
            chance_count: AtomicU64::new(0),
            options,
        };
        // A large fleet takes seconds to make, which must not delay the first answer.
        for (account, region) in state.target_keys() {
            state.target(&account, &region);
        }
        state
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn target_keys(&self) -> Vec<(String, String)> {
        self.organization().targets()
    }

    /// Whether the account exists and has enabled the region.
    pub(crate) fn has_target(&self, account: &str, region: &str) -> bool {
        self.organization().has_target(account, region)
    }

    /// The target of an account and a region that can be used.
    pub(crate) fn target(&self, account: &str, region: &str) -> Option<Arc<TargetState>> {
        if !self.has_target(account, region) {
            return None;
        }
        let mut targets = lock(&self.targets);
        let target = targets
            .entry((account.to_owned(), region.to_owned()))
            .or_insert_with(|| Arc::new(self.new_target(account, region)));
        Some(Arc::clone(target))
    }

    fn new_target(&self, account: &str, region: &str) -> TargetState {
        let options = &self.options;
        let shape = fleet_shape(options);
        let target = SimulatedTarget::new(shape, options.seed, account, region, self.start);
        TargetState::new(target, self.time)
    }

    /// The accounts and where they are.
    pub(crate) fn organization(&self) -> MutexGuard<'_, Organization> {
        lock(&self.organization)
    }

    /// Creates an account, which joins the organization now. Says whether this was possible.
    pub(crate) fn create_account(&self, id: &str, name: &str, parent_id: &str) -> bool {
        let now = time::epoch(SystemTime::now());
        self.organization().create(id, name, parent_id, now)
    }

    pub(crate) fn request_log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.request_log)
    }

    /// The number of the next request.
    pub(crate) fn next_request(&self) -> u64 {
        self.request_count.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next chain of pages that answer the same question.
    pub(crate) fn next_chain(&self, question: u64) -> u16 {
        let mut chains = lock(&self.chains);
        let chain = chains.entry(question).or_default();
        *chain = chain.wrapping_add(1);
        *chain
    }

    pub(crate) fn set_faults(&self, faults: Vec<Fault>) {
        *lock(&self.faults) = faults;
    }

    /// The faults that hit a call. Chances follow from the seed and the order of the calls.
    pub(crate) fn active_faults(
        &self,
        service: Service,
        operation: &str,
        account: &str,
        region: &str,
    ) -> ActiveFaults {
        lock(&self.faults)
            .iter()
            .filter(|fault| fault.covers(service, operation, account, region))
            .filter(|fault| self.happens(fault.rate))
            .map(|fault| fault.kind)
            .collect()
    }

    fn happens(&self, rate: f64) -> bool {
        // A fault of every call uses up no chance. Adding one does not change when the others
        // happen.
        if rate >= 1.0 {
            return true;
        }
        let number = self.chance_count.fetch_add(1, Ordering::Relaxed);
        let seed = random::join(self.options.seed, FAULT_SALT);
        random::share(random::join(seed, number)) < rate
    }

    pub(crate) fn policy(&self) -> MutexGuard<'_, Option<Policy>> {
        lock(&self.policy)
    }

    pub(crate) fn begin_session(&self, access_key: String) {
        lock(&self.sessions).begin(access_key);
    }

    /// Ends every session whose access key starts with `prefix`.
    pub(crate) fn end_sessions(&self, prefix: &str) {
        lock(&self.sessions).end(prefix);
    }

    pub(crate) fn has_session_ended(&self, access_key: &str) -> bool {
        lock(&self.sessions).has_ended(access_key)
    }

    pub(crate) fn set_rate(&self, requests_per_second: Option<f64>) {
        lock(&self.rate_limiter).set_rate(requests_per_second);
    }

    /// Whether the rate limit lets a call through. The call counts as an arrival in any case.
    pub(crate) fn admit(
        &self,
        account: &str,
        region: &str,
        operation: &'static str,
        now: Instant,
    ) -> bool {
        self.request_log().note_arrival(account, region, now);
        lock(&self.rate_limiter).admit(account, region, operation, now)
    }
}

fn fleet_shape(options: &Options) -> FleetShape {
    FleetShape {
        instances: options.instances,
        ghosts: options.ghosts,
        noncompliant: options.noncompliant,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
