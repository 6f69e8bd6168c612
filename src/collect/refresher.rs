//! Refreshes one target once, and holds everything that its refreshes need.
//!
//! The [`supervisor`](super::supervisor) decides when a target is refreshed, and what happens when
//! one of its tasks fails.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::warn;

use super::clock::Clock;
use super::progress::Progress;
use super::refresh::{RefreshContext, fail_all, refresh};
use super::refresh_log::{RefreshLog, RefreshStart};
use super::shared_target::SharedTarget;
use super::source::Source;
use super::target_settings::TargetSettings;
use crate::locks::{locked, unlocked};
use crate::model::{FailureReason, Now, Outcome, Selection, Target, Timestamp};

/// How much longer than its source is patient a refresh may show no progress.
// Before the first call, credentials may take a minute to resolve. A refresh that is silent for
// longer than that should have given itself up by then. If it has not, its thread is blocked.
pub(super) const STALL_GRACE: Duration = Duration::from_mins(2);

/// Publishes what the refreshes of a target have read, and counts the refreshes.
pub trait RefreshObserver: Send + Sync + 'static {
    /// Takes the id of the account that the credentials belong to in this refresh, and says what it
    /// means for the target.
    fn identified(&self, account_id: &str) -> Identification;

    /// Notes that a refresh starts.
    fn refresh_started(&self, at: Option<Timestamp>);

    /// Notes that a refresh has ended.
    fn refresh_ended(&self, took: Duration);

    /// Notes that a task of the target has panicked.
    fn panicked(&self);

    /// Publishes the state of the target, which has changed.
    // Whoever shows it takes a snapshot when it is shown, so that a later state is never replaced by
    // an earlier one. Rendering a large fleet does not hold the lock that the next refresh needs.
    fn show(&self, target: &Arc<SharedTarget>) -> impl Future<Output = ()> + Send;
}

/// What an account id means for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identification {
    /// The target is the account that it was, or is identified for the first time.
    Same,
    /// The target was another account until now. What is known belongs to that one.
    Changed,
    /// Another target already reads this account and region.
    // Two targets with the same labels would expose every series twice, and Prometheus accepts no
    // duplicates.
    Duplicate,
}

/// What the refreshes of one target need, besides a source and an observer.
#[derive(Debug)]
pub struct TargetTask {
    /// The name for the log: the account as configured, and the region.
    pub name: String,
    /// The compliance types and collectors to read.
    pub selection: Selection,
    /// The clock to measure ages with.
    pub clock: Clock,
    /// The state, of which nothing is known yet.
    pub target: Target,
}

/// Refreshes one target.
#[derive(Debug)]
pub struct Refresher<S, O> {
    pub(super) settings: Mutex<Arc<TargetSettings<S>>>,
    /// Tells the schedule and the expiry of data that settings have changed.
    pub(super) reconfigured: watch::Sender<()>,
    pub(super) observer: O,
    pub(super) clock: Clock,
    pub(super) target: Arc<SharedTarget>,
    pub(super) name: String,
    pub(super) progress: Progress,
    pub(super) log: RefreshLog,
    /// How much longer than its source is patient a refresh may show no progress.
    pub(super) stall_grace: Duration,
}

/// Says whether the result of a refresh is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Shown,
    /// Another target already shows this account and region.
    LeftOut,
}

/// The outcome of a collector, with the time at which it ended.
type EndedCollector = (Outcome, Now);

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// Creates a refresher that reads from `source` and shows the result to `observer`.
    pub fn new(source: Arc<S>, observer: O, task: TargetTask) -> Self {
        let settings = TargetSettings {
            source,
            selection: task.selection,
        };
        Self {
            settings: Mutex::new(Arc::new(settings)),
            reconfigured: watch::Sender::new(()),
            observer,
            clock: task.clock,
            target: Arc::new(SharedTarget::new(task.target)),
            name: task.name,
            progress: Progress::default(),
            log: RefreshLog::default(),
            stall_grace: STALL_GRACE,
        }
    }

    /// Refreshes the target once. A `first` refresh is shown collector by collector, any other at
    /// its end.
    // Before the first refresh there is nothing to show, so every part of it is welcome. Later,
    // half a refresh beside half of the one before would show a fleet that never existed.
    pub async fn refresh(&self, first: bool) {
        // What is changed meanwhile holds from the next refresh on.
        let settings = self.settings();
        let start = Instant::now();
        self.progress.note();
        self.observer.refresh_started(self.clock.now().wall);
        let reading = self.read(&settings, first).await;
        self.end_refresh(&settings);
        if reading == Reading::Shown {
            self.show().await;
            self.observer.refresh_ended(start.elapsed());
        }
    }

    /// Shows the state as it is now.
    pub(super) async fn show(&self) {
        self.observer.show(&self.target).await;
    }

    async fn read(&self, settings: &TargetSettings<S>, first: bool) -> Reading {
        let start = self.log_start();
        match settings.source.begin().await {
            Ok(account_id) => {
                self.progress.note();
                let reading = self.read_as(&account_id, settings, first).await;
                self.end_reading(reading, &start)
            }
            Err(error) => {
                self.log_not_begun(&error);
                self.fail_collectors(error.reason, start.elapsed());
                Reading::Shown
            }
        }
    }

    fn end_reading(&self, reading: Reading, start: &RefreshStart) -> Reading {
        if reading == Reading::Shown {
            self.log_end(start);
        }
        reading
    }

    /// Reads the target with the credentials of this account.
    async fn read_as(
        &self,
        account_id: &str,
        settings: &TargetSettings<S>,
        first: bool,
    ) -> Reading {
        match self.observer.identified(account_id) {
            Identification::Same if first => self.read_and_show_each(settings).await,
            Identification::Same => self.read_whole(settings).await,
            Identification::Changed => {
                self.log_changed(account_id);
                self.start_anew();
                self.read_and_show_each(settings).await;
            }
            Identification::Duplicate => {
                self.start_anew();
                return Reading::LeftOut;
            }
        }
        Reading::Shown
    }

    /// Forgets everything, because what is known belongs to another account.
    fn start_anew(&self) {
        // `Target::forget` would not do: it remembers what AWS has had, and that was another
        // account's too.
        let mut target = self.target.lock();
        *target = Target::new(target.age_limits());
    }

    /// Fails every collector for one reason.
    pub(super) fn fail_collectors(&self, reason: FailureReason, took: Duration) {
        let now = self.clock.now();
        let settings = self.settings();
        fail_all(&settings.selection, reason, took, |outcome| {
            self.target.lock().apply(outcome, now);
        });
    }

    /// Reads the target, and takes the outcomes in when all collectors have ended.
    async fn read_whole(&self, settings: &TargetSettings<S>) {
        let outcomes: Mutex<Vec<EndedCollector>> = Mutex::default();
        self.read_collectors(settings, |ended| locked(&outcomes).push(ended))
            .await;
        let mut outcomes = unlocked(outcomes);
        // The order is listing, summaries, details: what each of them means depends on the one
        // before. Which of them ended first is chance.
        outcomes.sort_by_key(|(outcome, _)| outcome.collector);
        for ended in outcomes {
            self.take_in(ended);
        }
    }

    /// Reads the target, and shows what each collector has read as soon as it has ended.
    async fn read_and_show_each(&self, settings: &TargetSettings<S>) {
        let (sender, outcomes) = unbounded_channel();
        tokio::join!(self.read_into(settings, sender), self.show_each(outcomes));
    }

    // This function owns the sender, so that the channel closes when the reading ends.
    async fn read_into(
        &self,
        settings: &TargetSettings<S>,
        sender: UnboundedSender<EndedCollector>,
    ) {
        self.read_collectors(settings, |ended| {
            // The receiver runs beside this function until the channel closes, so it is there.
            let _ = sender.send(ended);
        })
        .await;
    }

    async fn show_each(&self, mut outcomes: UnboundedReceiver<EndedCollector>) {
        while let Some(ended) = outcomes.recv().await {
            self.take_in(ended);
            self.show().await;
        }
    }

    fn take_in(&self, (outcome, ended): EndedCollector) {
        self.target.lock().apply(outcome, ended);
    }

    /// Reads with all collectors, and passes each of them to `take` as it ends.
    async fn read_collectors(
        &self,
        settings: &TargetSettings<S>,
        take: impl Fn(EndedCollector) + Sync,
    ) {
        let context = RefreshContext {
            source: &*settings.source,
            selection: &settings.selection,
            target: &self.target,
            progress: &self.progress,
        };
        refresh(context, self.clock.now(), &|outcome, error| {
            self.log_outcome(&outcome, error);
            // Data is as old as the end of its collector. The refresh as a whole may go on for
            // hours after that.
            take((outcome, self.clock.now()));
        })
        .await;
    }

    fn log_changed(&self, account_id: &str) {
        warn!(
            target_name = self.name,
            account_id, "the credentials are another account's: starting anew"
        );
    }
}
