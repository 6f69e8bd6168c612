//! What is known of one configured target beside its data: who it is, its counters, its row on the
//! landing page.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::aws::Meter;
use crate::locks::locked;
use crate::metrics::{ExporterMetrics, Identity, TargetMeter};
use crate::model::{Collector, FailureReason, Operation, Target, Timestamp};

/// One configured target: an account, as far as it is known, in a region.
#[derive(Debug)]
pub(super) struct TargetSlot {
    /// Its number, in the order of the configuration.
    pub number: usize,
    account_name: Option<String>,
    region: String,
    account: Mutex<Account>,
    /// Whether its first attempt has ended.
    attempted: AtomicBool,
    status: Mutex<TargetStatus>,
}

/// Whose credentials a target has, and what hangs on that.
#[derive(Debug, Default)]
struct Account {
    id: Option<String>,
    meter: Option<TargetMeter>,
    /// Limits that were told before the account was known.
    early_limits: Vec<(Operation, f64)>,
    /// The name of the target that shows this account and region already.
    duplicate_of: Option<String>,
}

/// How a target is doing, for people.
#[derive(Clone, Debug, Default)]
pub struct TargetStatus {
    /// As `aws_ssm_up`.
    pub up: Option<bool>,
    /// When it was last up.
    pub confirmed: Option<Instant>,
    /// Its failed collectors, with reasons.
    pub failures: Vec<(&'static str, FailureReason)>,
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
            account_name,
            region,
            account: Mutex::new(Account {
                id: account_id,
                ..Account::default()
            }),
            attempted: AtomicBool::new(false),
            status: Mutex::default(),
        }
    }

    /// Who the target is; the account id is empty until it is known.
    pub(super) fn identity(&self) -> Identity {
        let account_id = self.account().id.clone().unwrap_or_default();
        let account_name = self
            .account_name
            .clone()
            .unwrap_or_else(|| account_id.clone());
        Identity {
            account_id,
            region: self.region.clone(),
            account_name,
        }
    }

    /// For the log and for people: the account by name or id, and the region.
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

    /// Notes whose credentials the target has. Answers whose it had before.
    pub(super) fn identify(&self, account_id: &str, own: &ExporterMetrics) -> Option<String> {
        let mut account = self.account();
        let before = account.id.replace(account_id.to_owned());
        let is_changed = before.as_deref().is_some_and(|before| before != account_id);
        if is_changed && let Some(meter) = account.meter.take() {
            meter.forget(Operation::ALL.map(Operation::as_str));
        }
        account.start_meter(&self.region, own);
        before
    }

    /// Notes whether another target shows this account and region. Answers whether that is news.
    pub(super) fn set_duplicate_of(&self, other: Option<String>) -> bool {
        let mut account = self.account();
        let is_news = account.duplicate_of.is_some() != other.is_some();
        account.duplicate_of = other;
        is_news
    }

    /// The name of the target that shows this account and region instead of this one.
    pub(super) fn duplicate_of(&self) -> Option<String> {
        self.account().duplicate_of.clone()
    }

    pub(super) fn is_duplicate(&self) -> bool {
        self.account().duplicate_of.is_some()
    }

    /// Whether its first attempt has ended, well or badly.
    pub(super) fn is_attempted(&self) -> bool {
        self.attempted.load(Ordering::Relaxed)
    }

    pub(super) fn note_attempted(&self) {
        self.attempted.store(true, Ordering::Relaxed);
    }

    /// How it is doing.
    pub(super) fn status(&self) -> TargetStatus {
        locked(&self.status).clone()
    }

    pub(super) fn note_status(&self, target: &Target) {
        let mut status = locked(&self.status);
        status.up = target.is_up();
        status.failures = failures(target);
        if status.up == Some(true) {
            status.confirmed = Some(Instant::now());
        }
    }

    pub(super) fn refresh_started(&self, at: Option<Timestamp>, own: &ExporterMetrics) {
        let mut account = self.account();
        account.start_meter(&self.region, own);
        if let Some(meter) = &account.meter {
            meter.refresh_started(at);
        }
    }

    pub(super) fn refresh_ended(&self, took: Duration) {
        self.with_meter(|meter| meter.refresh_ended(took));
        self.note_attempted();
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        locked(&self.account)
    }

    /// Before the account is known there are no counters: their labels would be wrong.
    fn with_meter(&self, count: impl FnOnce(&TargetMeter)) {
        if let Some(meter) = &self.account().meter {
            count(meter);
        }
    }
}

/// The collectors whose last attempt failed, with reasons.
fn failures(target: &Target) -> Vec<(&'static str, FailureReason)> {
    let mut failures = Vec::new();
    for collector in Collector::ALL {
        let attempt = target.collector(collector).attempt;
        if let Some(Err(reason)) = attempt.map(|attempt| attempt.result) {
            failures.push((collector.as_str(), reason));
        }
    }
    failures
}

// === impl Account ===

impl Account {
    /// Starts the target's counters, once its labels are known.
    fn start_meter(&mut self, region: &str, own: &ExporterMetrics) {
        let Some(account_id) = &self.id else { return };
        if self.meter.is_some() {
            return;
        }
        let meter = own.target(account_id, region);
        for operation in Operation::ALL {
            meter.start_at_zero(operation.as_str());
        }
        for (operation, limit) in self.early_limits.drain(..) {
            meter.limit(operation.as_str(), limit);
        }
        self.meter = Some(meter);
    }
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

    fn limit(&self, operation: Operation, per_second: f64) {
        let mut account = self.account();
        match &account.meter {
            Some(meter) => meter.limit(operation.as_str(), per_second),
            None => account.early_limits.push((operation, per_second)),
        }
    }
}
