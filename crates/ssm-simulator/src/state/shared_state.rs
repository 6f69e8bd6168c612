//! The state behind a [`Simulator`](crate::Simulator).
//!
//! Locks are held for one answer at most. A panic elsewhere does not poison them, because the data
//! behind them is replaced in whole steps.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::rate_limiter::RateLimiter;
use super::request_log::RequestLog;
use super::sessions::Sessions;
use crate::fault::{ActiveFaults, Fault};
use crate::fleet::FleetShape;
use crate::options::Options;
use crate::random;
use crate::target::SimulatedTarget;
use crate::time;

const SECONDS_PER_MINUTE: f64 = 60.0;

/// Separates the chances of faults from all other chances of the same seed.
const FAULT_SALT: u64 = 0xfa_17;

/// The account and the region of a target.
type TargetKey = (String, String);

/// Everything that the requests of one simulator share.
#[derive(Debug)]
pub(crate) struct SharedState {
    options: Options,
    started_at: Instant,
    targets: BTreeMap<TargetKey, TargetState>,
    faults: Mutex<Vec<Fault>>,
    request_log: Mutex<RequestLog>,
    rate_limiter: Mutex<RateLimiter>,
    sessions: Mutex<Sessions>,
    /// The number of chains of pages so far, by question.
    chains: Mutex<HashMap<u64, u16>>,
    request_count: AtomicU64,
    /// The number of times that chance decided on a fault.
    chance_count: AtomicU64,
}

#[derive(Debug)]
struct TargetState {
    target: Mutex<SimulatedTarget>,
    /// How many seconds of drift were made.
    drifted_seconds: AtomicU64,
}

impl SharedState {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            started_at: Instant::now(),
            targets: targets(&options),
            faults: Mutex::new(options.faults.clone()),
            request_log: Mutex::new(RequestLog::new(options.keep_requests)),
            rate_limiter: Mutex::new(RateLimiter::new(
                options.requests_per_second,
                options.rate_limit_scope,
            )),
            sessions: Mutex::default(),
            chains: Mutex::default(),
            request_count: AtomicU64::new(0),
            chance_count: AtomicU64::new(0),
            options,
        }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn target_keys(&self) -> Vec<(String, String)> {
        self.targets.keys().cloned().collect()
    }

    /// Whether the account exists and has enabled the region.
    pub(crate) fn has_target(&self, account: &str, region: &str) -> bool {
        self.targets.contains_key(&target_key(account, region))
    }

    /// A target as of now.
    pub(crate) fn target(
        &self,
        account: &str,
        region: &str,
    ) -> Option<MutexGuard<'_, SimulatedTarget>> {
        let state = self.targets.get(&target_key(account, region))?;
        let mut target = lock(&state.target);
        // Without drift the clock stands still, and tests see the same rows at every look.
        if self.options.drift > 0.0 {
            self.catch_up(&mut target, &state.drifted_seconds);
        }
        Some(target)
    }

    /// Makes the drift since the last look. It goes on in steps of a second, but those that nobody
    /// has looked at are made as one.
    fn catch_up(&self, target: &mut SimulatedTarget, drifted_seconds: &AtomicU64) {
        let elapsed = self.started_at.elapsed();
        // The swap under the lock of the target makes each second drift once only.
        let before = drifted_seconds.swap(elapsed.as_secs(), Ordering::Relaxed);
        let seconds = elapsed.as_secs().saturating_sub(before);
        if seconds == 0 {
            return;
        }
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        target.clock = target.start + elapsed.as_secs_f64().floor();
        target.accumulate_drift(self.options.drift / SECONDS_PER_MINUTE * f64::from(seconds));
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
        service: &str,
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

fn targets(options: &Options) -> BTreeMap<TargetKey, TargetState> {
    let start = time::epoch(options.started_at.unwrap_or_else(SystemTime::now));
    let mut targets = BTreeMap::new();
    for account in &options.accounts {
        for region in &options.regions {
            let target =
                SimulatedTarget::new(fleet_shape(options), options.seed, account, region, start);
            let state = TargetState {
                target: Mutex::new(target),
                drifted_seconds: AtomicU64::new(0),
            };
            targets.insert(target_key(account, region), state);
        }
    }
    targets
}

fn fleet_shape(options: &Options) -> FleetShape {
    FleetShape {
        instances: options.instances,
        ghosts: options.ghosts,
        noncompliant: options.noncompliant,
    }
}

fn target_key(account: &str, region: &str) -> TargetKey {
    (account.to_owned(), region.to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
