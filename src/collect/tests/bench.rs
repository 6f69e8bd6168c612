//! One target over a scripted AWS, and an observer that records what it is shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::script::Script;
use super::scripted_target::{self, Known, ScriptedTarget};
use super::*;
use crate::model::{AgeLimits, Attempt, Collector, Selection, Target, Timestamp};

pub(super) const STALE_AFTER: Duration = Duration::from_hours(1);
pub(super) const FULL_EVERY: Duration = Duration::from_hours(6);
pub(super) const INTERVAL: Duration = Duration::from_mins(5);

/// One target with its scripted AWS and its observer.
pub(super) struct Bench {
    pub(super) script: Script,
    pub(super) observer: RecordingObserver,
    pub(super) refresher: Arc<Refresher<Script, RecordingObserver>>,
}

/// An observer that records what happens. Clones share one record.
#[derive(Clone)]
pub(super) struct RecordingObserver(Arc<Mutex<Observed>>);

pub(super) struct Observed {
    start: Instant,
    /// Whether another target is said to read this account and region already.
    pub(super) is_double: bool,
    account_id: Option<String>,
    /// The number of panics of the target so far.
    pub(super) panics: usize,
    is_real_time: bool,
    /// How many times showing the target is to panic from now on.
    pub(super) panics_when_shown: usize,
    /// When refreshes started, as time since the beginning of the test.
    pub(super) starts: Vec<Duration>,
    /// When refreshes ended.
    pub(super) ends: Vec<Duration>,
    /// What was shown, and when.
    pub(super) shown: Vec<Shown>,
}

/// What was shown at one time.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) at: Duration,
    pub(super) known: BTreeMap<String, Known>,
    pub(super) results: BTreeMap<&'static str, Result<(), &'static str>>,
}

impl Bench {
    pub(super) fn new(scripted: ScriptedTarget) -> Self {
        Self::with_selection(scripted, Selection::everything())
    }

    pub(super) fn with_selection(scripted: ScriptedTarget, selection: Selection) -> Self {
        Self::with_clock(
            scripted,
            selection,
            Clock::new(|| Timestamp::from_millis(1_763_200_000_000)),
        )
    }

    pub(super) fn with_clock(
        mut scripted: ScriptedTarget,
        selection: Selection,
        clock: Clock,
    ) -> Self {
        scripted.settle();
        let (script, observer) = (Script::new(scripted), RecordingObserver::new());
        let target = Target::new(AgeLimits {
            stale_after: STALE_AFTER,
            interval: INTERVAL,
            full_every: FULL_EVERY,
        });
        let task = TargetTask {
            name: "test".to_owned(),
            selection,
            clock,
            target,
        };
        let refresher = Refresher::new(Arc::new(script.clone()), observer.clone(), task);
        Self {
            script,
            observer,
            refresher: Arc::new(refresher),
        }
    }

    /// Makes the target give up a refresh much sooner.
    pub(super) fn giving_up_after(mut self, patience: Duration, stall_grace: Duration) -> Self {
        self.script.pace(Duration::from_millis(1), patience);
        self.observer.observed().is_real_time = true;
        Arc::get_mut(&mut self.refresher)
            .expect("nobody refreshes it yet")
            .stall_grace = stall_grace;
        self
    }

    /// Makes a refresh that is not the first.
    pub(super) async fn refresh(&self) {
        self.refresh_as(false).await;
    }

    /// Makes a refresh in the way in which the supervisor makes it.
    pub(super) async fn refresh_as(&self, first: bool) {
        let _ = Arc::clone(&self.refresher)
            .refresh_on(&Handle::current(), first, None)
            .await;
    }

    /// Runs the schedule for this time.
    pub(super) async fn run_for(&self, time: Duration) {
        let run = Arc::clone(&self.refresher).run(Handle::current(), Duration::ZERO);
        // The time is a little longer, so that whatever happens at its very end has happened.
        let _ = tokio::time::timeout(time + Duration::from_millis(1), run).await;
    }

    /// Makes the interval another one.
    pub(super) fn refresh_every(&self, interval: Duration) {
        let mut target = self.refresher.target.lock();
        let age_limits = target.age_limits();
        target.set_age_limits(AgeLimits {
            interval,
            ..age_limits
        });
    }

    /// Reads the target as it is now.
    pub(super) fn target<T>(&self, read: impl FnOnce(&Target) -> T) -> T {
        read(&self.refresher.target.lock())
    }

    pub(super) fn known(&self) -> BTreeMap<String, Known> {
        self.target(scripted_target::known)
    }

    pub(super) fn attempt(&self, collector: Collector) -> Attempt {
        self.target(|target| {
            target
                .collector(collector)
                .attempt
                .expect("the collector has ended")
        })
    }

    pub(super) fn results(&self) -> BTreeMap<&'static str, Result<(), &'static str>> {
        self.target(scripted_target::results)
    }

    /// Returns the failed collectors with their reasons.
    pub(super) fn failures(&self) -> Vec<(&'static str, &'static str)> {
        self.results()
            .into_iter()
            .filter_map(|(collector, result)| Some((collector, result.err()?)))
            .collect()
    }
}

impl RecordingObserver {
    fn new() -> Self {
        let (starts, ends, shown) = (Vec::new(), Vec::new(), Vec::new());
        let start = Instant::now();
        Self(Arc::new(Mutex::new(Observed {
            start,
            is_double: false,
            account_id: None,
            panics: 0,
            is_real_time: false,
            panics_when_shown: 0,
            starts,
            ends,
            shown,
        })))
    }

    pub(super) fn observed(&self) -> MutexGuard<'_, Observed> {
        self.0.lock().expect("no test panics inside")
    }

    pub(super) fn shown(&self) -> Vec<Shown> {
        self.observed().shown.clone()
    }
}

impl RefreshObserver for RecordingObserver {
    fn identified(&self, account_id: &str) -> Identification {
        let mut observed = self.observed();
        let before = observed.account_id.replace(account_id.to_owned());
        match before {
            _ if observed.is_double => Identification::Duplicate,
            Some(before) if before != account_id => Identification::Changed,
            _ => Identification::Same,
        }
    }

    fn panicked(&self) {
        self.observed().panics += 1;
    }

    fn refresh_started(&self, _: Option<Timestamp>) {
        let mut observed = self.observed();
        let at = observed.start.elapsed();
        observed.starts.push(at);
    }

    fn refresh_ended(&self, took: Duration) {
        let mut observed = self.observed();
        let at = observed.start.elapsed();
        // The clock is read twice, and unlike paused time, real time passes in between.
        let exact = !observed.is_real_time;
        assert!(
            !exact || observed.starts.last().map(|start| *start + took) == Some(at),
            "it says how long the refresh took"
        );
        observed.ends.push(at);
    }

    async fn show(&self, target: &Arc<SharedTarget>) {
        let snapshot = target.snapshot();
        let known = scripted_target::known(&snapshot);
        let results = scripted_target::results(&snapshot);
        let mut observed = self.observed();
        if observed.panics_when_shown > 0 {
            observed.panics_when_shown -= 1;
            drop(observed);
            panic!("on purpose");
        }
        let at = observed.start.elapsed();
        observed.shown.push(Shown { at, known, results });
    }
}
