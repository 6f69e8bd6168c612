//! What is known of one configured target beside its data: its account and region, its counters, and
//! its status for people.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::aws::Meter;
use crate::collect::SharedTarget;
use crate::http::InstanceCounts;
use crate::locks::locked;
use crate::metrics::{ExporterMetrics, Identity, TargetMeter};
use crate::model::{Collector, FailureReason, Operation, Target, Timestamp};

/// One configured target: a region, and an account that may not be known yet.
#[derive(Debug)]
pub(super) struct TargetSlot {
    /// The target's number, which no other target of this process has or has had.
    pub number: usize,
    region: String,
    // No other lock of ours is taken while this one is held. It is held for a moment only, because
    // every call of AWS needs it to be counted.
    account: Mutex<Account>,
    /// Whether the first attempt has ended.
    attempted: AtomicBool,
    status: Mutex<TargetStatus>,
    /// The state from which the target's page of metrics was rendered, if it has one.
    // It is the state that refreshes change and no snapshot of it: one that is kept would make every
    // refresh copy the whole fleet.
    shown: Mutex<Option<Arc<SharedTarget>>>,
}

/// The account whose credentials a target has, and what depends on the account.
#[derive(Debug, Default)]
struct Account {
    /// The configured name.
    name: Option<String>,
    /// The account id, once STS has told it. A configured one is known from the start.
    id: Option<String>,
    /// The counters, which exist only once the account is known, because it is one of their labels.
    meter: Option<TargetMeter>,
    /// The limits of the limiter that were set before the account was known.
    // Counters lose little by a late start. A limit may never change again, so it has to be kept.
    early_limits: Vec<(Operation, f64)>,
    /// The name of the other target that already shows this account and region, if there is one.
    duplicate_of: Option<String>,
    /// Whether the target is no longer configured.
    // A refresh that was cancelled may go on for a moment, and must leave no trace.
    is_retired: bool,
}

/// The status of a target, for people.
#[derive(Clone, Debug, Default)]
pub struct TargetStatus {
    /// Whether the target is up, as `aws_ssm_up` says it; `None` before that is known.
    pub up: Option<bool>,
    /// When the target was last found to be up.
    pub confirmed: Option<Instant>,
    /// The collectors whose last attempt failed, with the reasons.
    pub failures: Vec<(&'static str, FailureReason)>,
    /// Its instances, if they and their compliance are known.
    pub counts: Option<InstanceCounts>,
    /// The time from the start of a refresh to the start of the next; `None` before it is known.
    pub interval: Option<Duration>,
    /// The refresh that started last.
    pub refresh: Option<LastRefresh>,
    /// How long the refresh took that ended last.
    pub took: Duration,
    /// When what makes a target up was last read.
    read: [Option<Timestamp>; 2],
}

/// The refresh of a target that started last.
#[derive(Clone, Copy, Debug)]
pub struct LastRefresh {
    /// When it started.
    pub started: Instant,
    /// Whether it still runs.
    pub is_running: bool,
}

impl TargetSlot {
    pub(super) fn new(
        number: usize,
        account_name: Option<String>,
        account_id: Option<String>,
        region: String,
    ) -> Self {
        Self {
            number,
            region,
            account: Mutex::new(Account {
                name: account_name,
                id: account_id,
                ..Account::default()
            }),
            attempted: AtomicBool::new(false),
            status: Mutex::default(),
            shown: Mutex::default(),
        }
    }

    /// The target's account and region. The account id is empty until it is known.
    pub(super) fn identity(&self) -> Identity {
        let account = self.account();
        let account_id = account.id.clone().unwrap_or_default();
        Identity {
            account_name: account.name.as_ref().unwrap_or(&account_id).clone(),
            account_id,
            region: self.region.clone(),
        }
    }

    /// Whether the other target has the labels of this one.
    pub(super) fn identity_is_of(&self, other: &Self) -> bool {
        let (this, other) = (self.identity(), other.identity());
        this.account_id == other.account_id && this.region == other.region
    }

    /// Gives the account the name that the configuration has for it now. Answers whether it is
    /// another one.
    pub(super) fn rename(&self, account_name: Option<&str>) -> bool {
        let mut account = self.account();
        let is_other = account.name.as_deref() != account_name;
        account.name = account_name.map(str::to_owned);
        is_other
    }

    /// The target's name for the log and for people: its account by name or id, and its region.
    pub(super) fn name(&self) -> String {
        let identity = self.identity();
        match (identity.account_name.as_str(), identity.region) {
            ("", region) => region,
            (account, region) => format!("{account}/{region}"),
        }
    }

    pub(super) fn is_identified(&self) -> bool {
        self.account().id.is_some()
    }

    /// Notes the account whose credentials the target has. Answers the account that it had before.
    pub(super) fn identify(&self, account_id: &str, own: &ExporterMetrics) -> Option<String> {
        let mut account = self.account();
        let before = account.id.replace(account_id.to_owned());
        // The credentials may come to belong to another account while the program runs, for example
        // when the profile is edited. From then on the counters must have that account's label.
        let is_changed = before.as_deref().is_some_and(|before| before != account_id);
        if is_changed && let Some(meter) = account.meter.take() {
            meter.forget(Operation::ALL.map(Operation::as_str));
        }
        account.start_meter(&self.region, own);
        before
    }

    /// Notes which other target shows this account and region. Answers whether it is news that one
    /// does, or that none does any more.
    pub(super) fn set_duplicate_of(&self, other: Option<String>) -> bool {
        let mut account = self.account();
        let is_news = account.duplicate_of.is_some() != other.is_some();
        account.duplicate_of = other;
        is_news
    }

    /// The name of the other target that shows this account and region instead of this one.
    pub(super) fn duplicate_of(&self) -> Option<String> {
        self.account().duplicate_of.clone()
    }

    pub(super) fn is_duplicate(&self) -> bool {
        self.account().duplicate_of.is_some()
    }

    /// Whether the target may be on the page.
    pub(super) fn is_shown(&self) -> bool {
        let account = self.account();
        !account.is_retired && account.duplicate_of.is_none()
    }

    pub(super) fn is_retired(&self) -> bool {
        self.account().is_retired
    }

    /// Ends the target's part in the metrics, because it is no longer configured. Its own series go
    /// unless a target that is still there has the same ones.
    pub(super) fn retire(&self, keeps_series: bool) {
        let mut account = self.account();
        account.is_retired = true;
        let meter = account.meter.take();
        if let Some(meter) = meter.filter(|_| !keeps_series) {
            meter.remove(Operation::ALL.map(Operation::as_str));
        }
    }

    /// Whether the first attempt has ended, well or badly.
    pub(super) fn is_attempted(&self) -> bool {
        // `Relaxed` is enough: no other memory is read because of the answer.
        self.attempted.load(Ordering::Relaxed)
    }

    pub(super) fn note_attempted(&self) {
        self.attempted.store(true, Ordering::Relaxed);
    }

    /// What is shown of the target, as it is now.
    pub(super) fn shown(&self) -> Option<Target> {
        // The lock is not held while the snapshot is taken, which may have to wait for a refresh.
        let shown = locked(&self.shown).clone();
        shown.map(|target| target.snapshot())
    }

    pub(super) fn note_shown(&self, target: Option<Arc<SharedTarget>>) {
        if target.is_none() {
            locked(&self.status).counts = None;
        }
        *locked(&self.shown) = target;
    }

    /// Notes how compliant the instances are of what is shown.
    pub(super) fn note_counts(&self, counts: Option<InstanceCounts>) {
        locked(&self.status).counts = counts;
    }

    /// The status of the target.
    pub(super) fn status(&self) -> TargetStatus {
        locked(&self.status).clone()
    }

    pub(super) fn note_status(&self, target: &Target) {
        let mut status = locked(&self.status);
        status.up = target.is_up();
        status.failures = failures(target);
        status.interval = Some(target.age_limits().interval);
        // The time stays when the target goes down: it says how old the data is that is shown.
        if status.up == Some(true) && status.is_news(target) {
            status.confirmed = Some(Instant::now());
        }
    }

    pub(super) fn refresh_started(&self, at: Option<Timestamp>, own: &ExporterMetrics) {
        locked(&self.status).begin_refresh();
        let mut account = self.account();
        account.start_meter(&self.region, own);
        if let Some(meter) = &account.meter {
            meter.refresh_started(at);
        }
    }

    pub(super) fn refresh_ended(&self, took: Duration) {
        self.with_meter(|meter| meter.refresh_ended(took));
        locked(&self.status).end_refresh(took);
        self.note_attempted();
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        locked(&self.account)
    }

    /// Counts with the target's meter. Nothing is counted before the account is known.
    fn with_meter(&self, count: impl FnOnce(&TargetMeter)) {
        if let Some(meter) = &self.account().meter {
            count(meter);
        }
    }
}

// === impl TargetStatus ===

impl TargetStatus {
    /// Whether the instances and their compliance were read since the last time. A target is also
    /// shown when its data expires, which confirms nothing.
    fn is_news(&mut self, target: &Target) -> bool {
        let collectors = [Collector::Instances, Collector::Compliance];
        let read = collectors.map(|collector| target.collector(collector).last_success);
        let before = std::mem::replace(&mut self.read, read);
        // Without a clock that is set there is nothing to compare.
        read != before || read.contains(&None)
    }

    fn begin_refresh(&mut self) {
        self.refresh = Some(LastRefresh {
            started: Instant::now(),
            is_running: true,
        });
    }

    fn end_refresh(&mut self, took: Duration) {
        self.took = took;
        if let Some(refresh) = &mut self.refresh {
            refresh.is_running = false;
        }
    }
}

/// The collectors whose last attempt failed, with the reasons.
fn failures(target: &Target) -> Vec<(&'static str, FailureReason)> {
    let mut failures = Vec::new();
    for collector in Collector::ALL {
        if let Some(reason) = failure(target, collector) {
            failures.push((collector.as_str(), reason));
        }
    }
    failures
}

fn failure(target: &Target, collector: Collector) -> Option<FailureReason> {
    let attempt = target.collector(collector).attempt?;
    attempt.result.err()
}

// === impl Account ===

impl Account {
    /// Starts the target's counters if the account is known and they do not exist yet.
    fn start_meter(&mut self, region: &str, own: &ExporterMetrics) {
        let Some(account_id) = &self.id else { return };
        if self.meter.is_some() || self.is_retired {
            return;
        }
        let meter = new_meter(account_id, region, own);
        for (operation, limit) in self.early_limits.drain(..) {
            meter.limit(operation.as_str(), limit);
        }
        self.meter = Some(meter);
    }
}

fn new_meter(account_id: &str, region: &str, own: &ExporterMetrics) -> TargetMeter {
    let meter = own.target(account_id, region);
    for operation in Operation::OF_REFRESH {
        meter.start_at_zero(operation.as_str());
    }
    meter
}

impl Meter for TargetSlot {
    fn attempted(&self, operation: Operation, took: Duration) {
        self.with_meter(|meter| meter.attempted(operation.as_str(), took));
    }

    fn failed(&self, operation: Operation, reason: FailureReason) {
        self.with_meter(|meter| meter.failed(operation.as_str(), reason));
    }

    fn waited(&self, took: Duration) {
        self.with_meter(|meter| meter.waited(took));
    }

    fn expected(&self, operation: Operation) {
        self.with_meter(|meter| meter.start_at_zero(operation.as_str()));
    }

    fn limit(&self, operation: Operation, per_second: f64) {
        let mut account = self.account();
        match &account.meter {
            Some(meter) => meter.limit(operation.as_str(), per_second),
            None if account.is_retired => {}
            None => account.early_limits.push((operation, per_second)),
        }
    }
}
