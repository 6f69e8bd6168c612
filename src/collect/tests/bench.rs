//! One target over a scripted AWS, and a board that remembers what it was shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::script::Script;
use super::world::{self, Known, ScriptedTarget};
use super::*;
use crate::model::{AgeLimits, Attempt, Collector, Selection, Target, Timestamp};

pub(super) const STALE_AFTER: Duration = Duration::from_hours(1);
pub(super) const FULL_EVERY: Duration = Duration::from_hours(6);
pub(super) const INTERVAL: Duration = Duration::from_mins(5);

/// One target, its AWS and its board.
pub(super) struct Bench {
    pub(super) script: Script,
    pub(super) board: Notes,
    pub(super) refresher: Arc<Refresher<Script, Notes>>,
}

/// A board that remembers; clones are the same one.
#[derive(Clone)]
pub(super) struct Notes(Arc<Mutex<Noted>>);

pub(super) struct Noted {
    start: Instant,
    /// Whether another target was here before.
    pub(super) is_double: bool,
    account_id: Option<String>,
    /// How many panics of the target there were.
    pub(super) panics: usize,
    is_real_time: bool,
    /// How often showing it is to panic from now on.
    pub(super) panics_when_shown: usize,
    /// Starts and ends of refreshes, since the beginning.
    pub(super) starts: Vec<Duration>,
    pub(super) ends: Vec<Duration>,
    /// When it was shown, and what.
    pub(super) shown: Vec<Shown>,
}

/// What was shown once.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) at: Duration,
    pub(super) known: BTreeMap<String, Known>,
    pub(super) results: BTreeMap<&'static str, Result<(), &'static str>>,
}

impl Bench {
    pub(super) fn new(world: ScriptedTarget) -> Self {
        Self::with_selection(world, Selection::everything())
    }

    pub(super) fn with_selection(world: ScriptedTarget, selection: Selection) -> Self {
        Self::with_clock(
            world,
            selection,
            Clock::new(|| Timestamp::from_millis(1_763_200_000_000)),
        )
    }

    pub(super) fn with_clock(
        mut world: ScriptedTarget,
        selection: Selection,
        clock: Clock,
    ) -> Self {
        world.settle();
        let (script, board) = (Script::new(world), Notes::new());
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
        let refresher = Refresher::new(Arc::new(script.clone()), board.clone(), task);
        Self {
            script,
            board,
            refresher: Arc::new(refresher),
        }
    }

    /// The same target, but a refresh of it is given up much sooner.
    pub(super) fn giving_up_after(mut self, patience: Duration, stall_grace: Duration) -> Self {
        self.script.pace(Duration::from_millis(1), patience);
        self.board.noted().is_real_time = true;
        Arc::get_mut(&mut self.refresher)
            .expect("nobody refreshes it yet")
            .stall_grace = stall_grace;
        self
    }

    /// A refresh that is not the first.
    pub(super) async fn refresh(&self) {
        self.refresh_as(false).await;
    }

    /// A refresh as the supervisor makes it.
    pub(super) async fn refresh_as(&self, first: bool) {
        let _ = Arc::clone(&self.refresher)
            .refresh_on(&Handle::current(), first, None)
            .await;
    }

    /// Runs the schedule for so long.
    pub(super) async fn run_for(&self, time: Duration) {
        let run = Arc::clone(&self.refresher).run(Handle::current(), INTERVAL, Duration::ZERO);
        // A little more, so that what happens just then has happened.
        let _ = tokio::time::timeout(time + Duration::from_millis(1), run).await;
    }

    /// Reads the target as it is now.
    pub(super) fn target<T>(&self, read: impl FnOnce(&Target) -> T) -> T {
        read(&self.refresher.target.lock().expect("no test panics inside"))
    }

    pub(super) fn known(&self) -> BTreeMap<String, Known> {
        self.target(world::known)
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
        self.target(world::results)
    }

    /// The failed collectors, with reasons.
    pub(super) fn failures(&self) -> Vec<(&'static str, &'static str)> {
        self.results()
            .into_iter()
            .filter_map(|(collector, result)| Some((collector, result.err()?)))
            .collect()
    }
}

impl Notes {
    fn new() -> Self {
        let (starts, ends, shown) = (Vec::new(), Vec::new(), Vec::new());
        let start = Instant::now();
        Self(Arc::new(Mutex::new(Noted {
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

    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().expect("no test panics inside")
    }

    pub(super) fn shown(&self) -> Vec<Shown> {
        self.noted().shown.clone()
    }
}

impl RefreshObserver for Notes {
    fn identified(&self, account_id: &str) -> Identification {
        let mut noted = self.noted();
        let before = noted.account_id.replace(account_id.to_owned());
        match before {
            _ if noted.is_double => Identification::Duplicate,
            Some(before) if before != account_id => Identification::Changed,
            _ => Identification::Same,
        }
    }

    fn panicked(&self) {
        self.noted().panics += 1;
    }

    fn refresh_started(&self, _: Option<Timestamp>) {
        let mut noted = self.noted();
        let at = noted.start.elapsed();
        noted.starts.push(at);
    }

    fn refresh_ended(&self, took: Duration) {
        let mut noted = self.noted();
        let at = noted.start.elapsed();
        // Real time passes between two looks at the clock.
        let exact = !noted.is_real_time;
        assert!(
            !exact || noted.starts.last().map(|start| *start + took) == Some(at),
            "it says how long the refresh took"
        );
        noted.ends.push(at);
    }

    async fn show(&self, snapshot: Target) {
        let known = world::known(&snapshot);
        let results = world::results(&snapshot);
        let mut noted = self.noted();
        if noted.panics_when_shown > 0 {
            noted.panics_when_shown -= 1;
            drop(noted);
            panic!("on purpose");
        }
        let at = noted.start.elapsed();
        noted.shown.push(Shown { at, known, results });
    }
}
