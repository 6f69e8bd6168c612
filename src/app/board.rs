//! What a target's refreshes are shown on: its place on the page, its counters, its row on the landing page.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::render::RenderThread;
use crate::aws::Meter;
use crate::collect::{Board, Operation};
use crate::metrics::{Identity, Own, Policy, Publisher, TargetMeter, TargetPage, View};
use crate::model::{Reason, Target, Timestamp};

/// What all targets share.
#[derive(Debug)]
pub struct Shared {
    pub own: Own,
    pub publisher: Publisher,
    pub policy: Policy,
    pub started: Instant,
    pub places: Vec<Arc<Place>>,
    render_thread: RenderThread,
    /// Which place an account and region has, once known.
    claims: Mutex<HashMap<(String, String), usize>>,
}

/// One configured target: an account, as far as it is known, in a region.
#[derive(Debug)]
pub struct Place {
    /// Its number, in the order of the configuration.
    pub number: usize,
    /// The configured name of the account.
    pub account_name: Option<String>,
    /// The region.
    pub region: String,
    account_id: OnceLock<String>,
    meter: OnceLock<TargetMeter>,
    limits: Mutex<Vec<(Operation, f64)>>,
    /// Whether its first attempt has ended.
    pub attempted: AtomicBool,
    /// Whether another target is the same account and region.
    pub left_out: AtomicBool,
    /// For the landing page.
    pub status: Mutex<TargetStatus>,
}

/// How a target is doing, for people.
#[derive(Clone, Debug, Default)]
pub struct TargetStatus {
    /// As `aws_ssm_up`.
    pub up: Option<bool>,
    /// When it was last up.
    pub confirmed: Option<Instant>,
    /// Its failed collectors, with reasons.
    pub failures: Vec<(&'static str, Reason)>,
}

/// Connects one target with what is shared.
#[derive(Clone, Debug)]
pub struct TargetBoard {
    pub shared: Arc<Shared>,
    pub place: Arc<Place>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Shared ===

impl Shared {
    pub fn new(own: Own, policy: Policy, places: Vec<Arc<Place>>) -> Self {
        Self {
            own,
            publisher: Publisher::default(),
            policy,
            started: Instant::now(),
            places,
            render_thread: RenderThread::default(),
            claims: Mutex::default(),
        }
    }

    /// Of two targets that turn out to be one account and region, the one that is configured first stays.
    fn claim(&self, place: &Place, account_id: &str) -> bool {
        let key = (account_id.to_owned(), place.region.clone());
        let mut claims = locked(&self.claims);
        let holder =
            *claims.entry(key).and_modify(|holder| *holder = place.number.min(*holder)).or_insert(place.number);
        for double in
            self.places.iter().filter(|p| p.number > holder && p.account_id.get().is_some_and(|id| id == account_id))
        {
            if double.region == place.region && !double.left_out.swap(true, Ordering::Relaxed) {
                self.publisher.withdraw(double.number);
            }
        }
        holder == place.number
    }

    fn render(&self, place: &Place, target: &Target) {
        let view = View { target, identity: &place.identity(), policy: self.policy };
        let before = self.publisher.target(place.number);
        let page = TargetPage::render(&view, before.as_ref());
        if !place.left_out.load(Ordering::Relaxed) {
            self.publisher.publish(place.number, page);
        }
    }
}

// === impl Place ===

impl Place {
    pub fn new(number: usize, account_name: Option<String>, account_id: Option<String>, region: String) -> Self {
        let known = OnceLock::new();
        if let Some(id) = account_id {
            let _ = known.set(id);
        }
        Self {
            number,
            account_name,
            region,
            account_id: known,
            meter: OnceLock::new(),
            limits: Mutex::default(),
            attempted: AtomicBool::new(false),
            left_out: AtomicBool::new(false),
            status: Mutex::default(),
        }
    }

    /// Who the target is; the account id is empty until it is known.
    pub fn identity(&self) -> Identity {
        let account_id = self.account_id.get().cloned().unwrap_or_default();
        let account_name = self.account_name.clone().unwrap_or_else(|| account_id.clone());
        Identity { account_id, region: self.region.clone(), account_name }
    }

    /// Whether the account is known.
    pub fn is_identified(&self) -> bool {
        self.account_id.get().is_some()
    }

    /// Whether this is the target of that account and region.
    pub fn is(&self, account_id: &str, region: &str) -> bool {
        self.account_id.get().map_or("", String::as_str) == account_id && self.region == region
    }

    /// For the log and for people: the account by name or id, and the region.
    pub fn name(&self) -> String {
        let identity = self.identity();
        match (identity.account_name.as_str(), identity.region) {
            ("", region) => region,
            (account, region) => format!("{account}/{region}"),
        }
    }

    /// Starts the target's counters, as its labels are known now.
    fn start_meter(&self, own: &Own) {
        let Some(account_id) = self.account_id.get() else { return };
        let meter = self.meter.get_or_init(|| {
            let meter = own.target(account_id, &self.region);
            for operation in Operation::ALL {
                meter.start_at_zero(operation.as_str());
            }
            meter
        });
        for (operation, limit) in locked(&self.limits).drain(..) {
            meter.limit(operation.as_str(), limit);
        }
    }
}

impl Meter for Place {
    fn attempted(&self, operation: Operation, took: Duration) {
        self.meter.get().inspect(|meter| meter.attempted(operation.as_str(), took));
    }

    fn failed(&self, operation: Operation, reason: Reason) {
        self.meter.get().inspect(|meter| meter.failed(operation.as_str(), reason));
    }

    fn waited(&self, took: Duration) {
        self.meter.get().inspect(|meter| meter.waited(took));
    }

    fn limit(&self, operation: Operation, per_second: f64) {
        match self.meter.get() {
            Some(meter) => meter.limit(operation.as_str(), per_second),
            // Said before the account is known.
            None => locked(&self.limits).push((operation, per_second)),
        }
    }
}

// === impl TargetBoard ===

impl Board for TargetBoard {
    fn identified(&self, account_id: &str) -> bool {
        let _ = self.place.account_id.set(account_id.to_owned());
        if !self.shared.claim(&self.place, account_id) {
            self.place.attempted.store(true, Ordering::Relaxed);
            return false;
        }
        self.place.start_meter(&self.shared.own);
        true
    }

    fn refresh_started(&self, at: Option<Timestamp>) {
        self.place.start_meter(&self.shared.own);
        self.place.meter.get().inspect(|meter| meter.refresh_started(at));
    }

    fn refresh_ended(&self, took: Duration) {
        self.place.meter.get().inspect(|meter| meter.refresh_ended(took));
        self.place.attempted.store(true, Ordering::Relaxed);
    }

    async fn show(&self, target: &Arc<Mutex<Target>>) {
        let (board, target) = (self.clone(), Arc::clone(target));
        let rendered = self.shared.render_thread.run(move || {
            let target = locked(&target);
            board.place.note_status(&target);
            board.shared.render(&board.place, &target);
        });
        if let Err(error) = rendered.await {
            tracing::error!(target_name = self.place.name(), %error, "the target could not be rendered");
        }
    }
}

impl Place {
    fn note_status(&self, target: &Target) {
        let failure = |collector: crate::model::Collector| {
            let reason = target.collector(collector).attempt?.result.err()?;
            Some((collector.as_str(), reason))
        };
        let failures = crate::model::Collector::ALL.into_iter().filter_map(failure).collect();
        let up = target.is_up();
        let mut status = locked(&self.status);
        let confirmed = if up == Some(true) { Some(Instant::now()) } else { status.confirmed };
        *status = TargetStatus { up, confirmed, failures };
    }
}
