//! What all targets share: the page, the exporter's own metrics, and who may show which account and
//! region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tracing::{debug, error, info, warn};

use super::render::{RenderError, RenderThread};
use super::slot::TargetSlot;
use crate::collect::{Identification, RefreshObserver};
use crate::locks::locked;
use crate::metrics::{ExporterMetrics, Policy, Publisher, TargetPage, TargetView, Task};
use crate::model::{Collector, FailureReason, Now, Outcome, Target, Timestamp};

/// What all targets share.
#[derive(Debug)]
pub(super) struct FleetState {
    pub(super) own: ExporterMetrics,
    pub(super) publisher: Publisher,
    policy: Policy,
    pub(super) started: Instant,
    /// In the order of the configuration.
    pub(super) slots: Vec<Arc<TargetSlot>>,
    render_thread: RenderThread,
    /// Held while a page is published and while it is decided which targets are duplicates: a page
    /// must never show one account and region twice.
    publishing: Mutex<()>,
}

/// Publishes what the refreshes of one target have read.
#[derive(Clone, Debug)]
pub struct TargetPublisher {
    pub(super) state: Arc<FleetState>,
    pub(super) slot: Arc<TargetSlot>,
}

// === impl FleetState ===

impl FleetState {
    /// # Errors
    /// If the thread that renders cannot be started.
    pub(super) fn new(
        own: ExporterMetrics,
        policy: Policy,
        slots: Vec<Arc<TargetSlot>>,
    ) -> Result<Self, RenderError> {
        let state = Self {
            own,
            publisher: Publisher::default(),
            policy,
            started: Instant::now(),
            slots,
            render_thread: RenderThread::start()?,
            publishing: Mutex::default(),
        };
        state.leave_duplicates_out();
        Ok(state)
    }

    /// Notes whose credentials a target has.
    fn identify(&self, slot: &TargetSlot, account_id: &str) -> Identification {
        let _publishing = locked(&self.publishing);
        let before = slot.identify(account_id, &self.own);
        let is_new = before.as_deref() != Some(account_id);
        let is_changed = is_new && before.is_some();
        if is_changed {
            // What it shows is the other account's.
            self.publisher.withdraw(slot.number);
        }
        if is_new {
            self.leave_duplicates_out();
        }
        if slot.is_duplicate() {
            Identification::Duplicate
        } else if is_changed {
            Identification::Changed
        } else {
            Identification::Same
        }
    }

    /// Of several targets that are one account and region, the one that is configured first is
    /// shown, whether it is well or not.
    fn leave_duplicates_out(&self) {
        let mut first = HashMap::new();
        for slot in self.slots.iter().filter(|slot| slot.is_identified()) {
            let identity = slot.identity();
            let shown = first
                .entry((identity.account_id, identity.region))
                .or_insert_with(|| Arc::clone(slot));
            if shown.number == slot.number {
                Self::stop_leaving_out(slot);
            } else {
                self.leave_out(slot, shown);
            }
        }
    }

    fn leave_out(&self, slot: &TargetSlot, shown: &TargetSlot) {
        let other = shown.name();
        let entry = format!("{other}, entry {}", shown.number + 1);
        if slot.set_duplicate_of(Some(other)) {
            self.publisher.withdraw(slot.number);
            warn!(
                target_name = slot.name(),
                other = entry,
                "left out: another target of the configuration is the same account and region"
            );
        }
    }

    fn stop_leaving_out(slot: &TargetSlot) {
        if slot.set_duplicate_of(None) {
            info!(
                target_name = slot.name(),
                "no longer left out: no other target is the same account and region"
            );
        }
    }

    fn render(&self, slot: &TargetSlot, target: &Target) {
        slot.note_status(target);
        let before = self.publisher.target(slot.number);
        let view = TargetView {
            target,
            identity: &slot.identity(),
            policy: &self.policy,
        };
        let page = TargetPage::render(&view, before.as_ref());
        debug!(target_name = slot.name(), "page rendered");
        let _publishing = locked(&self.publishing);
        if !slot.is_duplicate() {
            self.publisher.publish(slot.number, page);
        }
    }
}

// === impl TargetPublisher ===

impl RefreshObserver for TargetPublisher {
    fn identified(&self, account_id: &str) -> Identification {
        let identification = self.state.identify(&self.slot, account_id);
        if identification == Identification::Duplicate {
            self.slot.note_attempted();
        }
        identification
    }

    fn refresh_started(&self, at: Option<Timestamp>) {
        // The counters of a duplicate would be those of the target that is shown.
        if !self.slot.is_duplicate() {
            self.slot.refresh_started(at, &self.state.own);
        }
    }

    fn refresh_ended(&self, took: Duration) {
        self.slot.refresh_ended(took);
    }

    fn panicked(&self) {
        self.state.own.panicked(Task::Target);
        self.slot.note_attempted();
    }

    async fn show(&self, snapshot: Target) {
        let failed = failed_target(&snapshot);
        if self.render(snapshot).await.is_ok() {
            return;
        }
        // The last page may look well although nobody knows any more whether it is. So a page is
        // shown that says so, and that is sure to be rendered.
        self.state.own.panicked(Task::Render);
        error!(
            target_name = self.slot.name(),
            "the target's page could not be rendered: it shows no data until it can be"
        );
        if self.render(failed).await.is_err() {
            let _publishing = locked(&self.state.publishing);
            self.state.publisher.withdraw(self.slot.number);
        }
    }
}

impl TargetPublisher {
    async fn render(&self, target: Target) -> Result<(), RenderError> {
        let Self { state, slot } = self.clone();
        let render = move || state.render(&slot, &target);
        self.state.render_thread.run(render).await
    }
}

/// A target without data, whose collectors have failed where those of `target` have been tried.
fn failed_target(target: &Target) -> Target {
    let mut failed = Target::new(target.age_limits());
    let start = Now {
        since_start: Duration::ZERO,
        wall: None,
    };
    for collector in Collector::ALL {
        if target.collector(collector).attempt.is_some() {
            let outcome = Outcome::failed(collector, FailureReason::Internal, Duration::ZERO);
            failed.apply(outcome, start);
        }
    }
    failed
}
