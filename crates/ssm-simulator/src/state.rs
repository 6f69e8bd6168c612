//! What the requests of one simulator share: worlds, faults, rates, records. Locks are held for one
//! answer at most, and a panic elsewhere does not poison them: the data behind them is replaced in
//! whole steps.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::fault::{Fault, FaultKind};
use super::options::{Options, Throttle};
use super::random;
use super::request_log::RequestLog;
use super::simulated_target::SimulatedTarget;
use super::throttle::Bucket;
use super::time;

type Target = (String, String);

/// The inside of a [`Simulator`](super::Simulator).
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    faults: Mutex<Vec<Fault>>,
    worlds: BTreeMap<Target, Mutex<SimulatedTarget>>,
    request_log: Mutex<RequestLog>,
    /// Requests per second that are let through.
    rate: Mutex<Option<f64>>,
    buckets: Mutex<HashMap<(String, String, &'static str), Bucket>>,
    /// Chains so far, by question.
    chains: Mutex<HashMap<u64, u16>>,
    /// Access keys of the sessions that roles gave out.
    sessions: Mutex<Sessions>,
    /// Requests so far.
    number: AtomicU64,
    /// Chances taken so far.
    chances: AtomicU64,
    began: Instant,
    /// Whole seconds of drift done.
    drifted: BTreeMap<Target, AtomicU64>,
}

/// Access keys of sessions; those of one account begin alike.
#[derive(Debug, Default)]
struct Sessions {
    good: HashSet<String>,
    ended: HashSet<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        let start = time::epoch(options.started_at.unwrap_or_else(SystemTime::now));
        let targets: Vec<Target> = options
            .accounts
            .iter()
            .flat_map(|account| {
                options
                    .regions
                    .iter()
                    .map(move |region| (account.clone(), region.clone()))
            })
            .collect();
        let world = |(account, region): &Target| {
            Mutex::new(SimulatedTarget::new(&options, account, region, start))
        };
        Self {
            faults: Mutex::new(options.faults.clone()),
            worlds: targets
                .iter()
                .map(|target| (target.clone(), world(target)))
                .collect(),
            request_log: Mutex::new(RequestLog::new(options.keep_requests)),
            rate: Mutex::new(options.requests_per_second),
            buckets: Mutex::default(),
            chains: Mutex::default(),
            sessions: Mutex::default(),
            number: AtomicU64::new(0),
            chances: AtomicU64::new(0),
            began: Instant::now(),
            drifted: targets
                .into_iter()
                .map(|target| (target, AtomicU64::new(0)))
                .collect(),
            options,
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.worlds.keys().cloned().collect()
    }

    pub(super) fn target(&self, account: &str, region: &str) -> Option<&Mutex<SimulatedTarget>> {
        self.worlds.get(&(account.to_owned(), region.to_owned()))
    }

    /// The world of a target, as of now.
    pub(super) fn world(
        &self,
        account: &str,
        region: &str,
    ) -> Option<MutexGuard<'_, SimulatedTarget>> {
        let mut world = lock(self.target(account, region)?);
        if self.options.drift > 0.0 {
            self.catch_up(&mut world);
        }
        Some(world)
    }

    /// Drift goes on in steps of a second; those that nobody looked at are done as one.
    fn catch_up(&self, world: &mut SimulatedTarget) {
        let elapsed = self.began.elapsed().as_secs();
        let target = (world.names.account.clone(), world.names.region.clone());
        let Some(drifted) = self.drifted.get(&target) else {
            return;
        };
        let steps = u32::try_from(elapsed.saturating_sub(drifted.swap(elapsed, Ordering::Relaxed)))
            .unwrap_or(u32::MAX);
        if steps > 0 {
            world.clock = world.start + self.began.elapsed().as_secs_f64().floor();
            world.drift_on(self.options.drift / 60.0 * f64::from(steps));
        }
    }

    pub(super) fn request_log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.request_log)
    }

    pub(super) fn set_faults(&self, faults: Vec<Fault>) {
        *lock(&self.faults) = faults;
    }

    /// The faults that hit this request. Chances follow from the seed and from the order of
    /// requests.
    pub(super) fn faults_of(
        &self,
        service: &str,
        operation: &str,
        account: &str,
        region: &str,
    ) -> Vec<FaultKind> {
        let faults = lock(&self.faults);
        let covering = faults
            .iter()
            .filter(|fault| fault.covers(service, operation, account, region));
        covering
            .filter(|fault| self.chance(fault.rate))
            .map(|fault| fault.kind)
            .collect()
    }

    fn chance(&self, rate: f64) -> bool {
        if rate >= 1.0 {
            return true;
        }
        let number = self.chances.fetch_add(1, Ordering::Relaxed);
        random::share(random::join(
            random::join(self.options.seed, 0xfa_17),
            number,
        )) < rate
    }

    pub(super) fn next_number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// A role gave out a session with this access key.
    pub(super) fn begin_session(&self, key: String) {
        let mut sessions = lock(&self.sessions);
        sessions.ended.remove(&key);
        sessions.good.insert(key);
    }

    /// Ends the sessions whose access keys begin like this.
    pub(super) fn end_sessions(&self, start: &str) {
        let mut sessions = lock(&self.sessions);
        let ended: Vec<String> = sessions
            .good
            .extract_if(|key| key.starts_with(start))
            .collect();
        sessions.ended.extend(ended);
    }

    pub(super) fn has_ended(&self, key: &str) -> bool {
        lock(&self.sessions).ended.contains(key)
    }

    /// Numbers the chains of pages that answer one question.
    pub(super) fn next_chain(&self, question: u64) -> u16 {
        let mut chains = lock(&self.chains);
        let chain = chains.entry(question).or_default();
        *chain = chain.wrapping_add(1);
        *chain
    }

    /// Replaces the rate limit.
    pub(super) fn set_rate(&self, rate: Option<f64>) {
        *lock(&self.rate) = rate;
        lock(&self.buckets).clear();
    }

    /// Whether the rate limit lets a request through; counts it as an arrival either way.
    pub(super) fn admit(
        &self,
        account: &str,
        region: &str,
        operation: &'static str,
        now: Instant,
    ) -> bool {
        self.request_log().arrive(account, region, now);
        let Some(rate) = *lock(&self.rate) else {
            return true;
        };
        let bucket = match self.options.throttle {
            Throttle::Shared => "",
            Throttle::PerOperation => operation,
        };
        let key = (account.to_owned(), region.to_owned(), bucket);
        lock(&self.buckets)
            .entry(key)
            .or_insert_with(|| Bucket::new(rate, now))
            .admit(now)
    }
}
