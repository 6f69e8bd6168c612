//! What all targets share: the page, the exporter's own metrics, and the decision which of several
//! targets may show an account and region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tracing::{debug, error, info, warn};

use super::render::{RenderError, RenderThread};
use super::slot::TargetSlot;
use crate::collect::{Identification, RefreshObserver, SharedTarget};
use crate::locks::locked;
use crate::metrics::{ExporterMetrics, Policy, Publisher, TargetPage, TargetView, Task};
use crate::model::{Collector, FailureReason, Now, Outcome, Target, Timestamp};

/// The state that all targets share.
#[derive(Debug)]
pub(super) struct FleetState {
    pub(super) own: ExporterMetrics,
    pub(super) publisher: Publisher,
    pub(super) policy: Policy,
    pub(super) started: Instant,
    /// The slots of the targets, in the order of the configuration.
    pub(super) slots: Vec<Arc<TargetSlot>>,
    render_thread: RenderThread,
    /// This lock is held while a page is published and while it is decided which targets are
    /// duplicates.
    // A page must never have an account and region twice. Prometheus keeps the first of two samples
    // of one series and drops the other, so the targets would disturb each other unseen. The lock is
    // taken before any other.
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
        let identification = match before {
            Some(before) if before == account_id => Identification::Same,
            Some(_) => {
                // The page that it has is about the account that it was until now.
                self.withdraw(slot);
                self.leave_duplicates_out();
                Identification::Changed
            }
            None => {
                self.leave_duplicates_out();
                Identification::Same
            }
        };
        if slot.is_duplicate() {
            return Identification::Duplicate;
        }
        identification
    }

    /// Of several targets that are one account and region, the one that is configured first is
    /// shown, and the others are left out.
    // It is the first even if it is down. With any rule that looks at how targets are doing, the
    // series would jump from one to the other, and a fault of the first would be hidden.
    fn leave_duplicates_out(&self) {
        let mut first = HashMap::new();
        for slot in self.slots.iter().filter(|slot| slot.is_identified()) {
            let identity = slot.identity();
            let key = (identity.account_id, identity.region);
            let shown = first.entry(key).or_insert(slot);
            if shown.number == slot.number {
                Self::stop_leaving_out(slot);
            } else {
                self.leave_out(slot, shown);
            }
        }
    }

    fn leave_out(&self, slot: &TargetSlot, shown: &TargetSlot) {
        if slot.set_duplicate_of(Some(shown.name())) {
            self.withdraw(slot);
            log_left_out(slot, shown);
        }
    }

    /// Shows nothing of a target any more. The lock for publishing is held.
    fn withdraw(&self, slot: &TargetSlot) {
        self.publisher.withdraw(slot.number);
        slot.note_shown(None);
    }

    fn stop_leaving_out(slot: &TargetSlot) {
        if slot.set_duplicate_of(None) {
            info!(
                target_name = slot.name(),
                "no longer left out: no other target is the same account and region"
            );
        }
    }

    fn render(&self, slot: &TargetSlot, shared: &Arc<SharedTarget>) {
        let target = &shared.snapshot();
        slot.note_status(target);
        // Only the publishing is done under the lock: a page may take a second to render.
        let before = self.publisher.target(slot.number);
        let view = TargetView {
            target,
            identity: &slot.identity(),
            policy: &self.policy,
        };
        let page = TargetPage::render(&view, before.as_ref());
        debug!(target_name = slot.name(), "page rendered");
        let _publishing = locked(&self.publishing);
        // It may have become a duplicate while it was rendered.
        if !slot.is_duplicate() {
            self.publisher.publish(slot.number, page);
            slot.note_shown(Some(Arc::clone(shared)));
        }
    }
}

// === impl TargetPublisher ===

impl RefreshObserver for TargetPublisher {
    fn identified(&self, account_id: &str) -> Identification {
        let identification = self.state.identify(&self.slot, account_id);
        // A duplicate is not refreshed, so this is all there is to its first attempt. Without it the
        // program would not be ready before its time limit.
        if identification == Identification::Duplicate {
            self.slot.note_attempted();
        }
        identification
    }

    fn refresh_started(&self, at: Option<Timestamp>) {
        // A duplicate would count into the series of the target that is shown.
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

    async fn show(&self, target: &Arc<SharedTarget>) {
        if self.render(Arc::clone(target)).await.is_err() {
            self.show_failure(&target.snapshot()).await;
        }
    }
}

impl TargetPublisher {
    async fn show_failure(&self, target: &Target) {
        // The target's last page would stay, and look fine although it is no longer updated. A page
        // without data replaces it, which says that the target is down. Nothing that AWS has
        // answered is on it, so whatever made the renderer panic is not either.
        self.state.own.panicked(Task::Render);
        error!(
            target_name = self.slot.name(),
            "the target's page could not be rendered: it shows no data until it can be"
        );
        let failed = Arc::new(SharedTarget::new(failed_target(target)));
        if self.render(failed).await.is_err() {
            let _publishing = locked(&self.state.publishing);
            self.state.withdraw(&self.slot);
        }
    }

    async fn render(&self, target: Arc<SharedTarget>) -> Result<(), RenderError> {
        let Self { state, slot } = self.clone();
        // The snapshot is taken when it is the target's turn. One that was taken before it had to
        // wait could replace the page of a later state, and so bring back data that has expired.
        let render = move || state.render(&slot, &target);
        self.state.render_thread.run(render).await
    }
}

fn log_left_out(slot: &TargetSlot, shown: &TargetSlot) {
    // Both may have the same name, so the place in the configuration tells them apart.
    let entry = shown.number + 1;
    warn!(
        target_name = slot.name(),
        other = format!("{}, entry {entry}", shown.name()),
        "left out: another target of the configuration is the same account and region"
    );
}

/// A target without data, in which every collector has failed that was tried in `target`.
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::metrics::{Body, Build, Encoding, Format, ShownInstances};
    use crate::model::{AgeLimits, Selection};

    fn publisher() -> TargetPublisher {
        let build = Build {
            version: "",
            revision: "",
            rustc: "",
        };
        let policy = Policy {
            instances: ShownInstances::All,
            include_unlisted: false,
            selection: Selection::everything(),
            max_patch_info_series: 0,
            tag_labels: Vec::new(),
        };
        let account_id = Some("111122223333".to_owned());
        let slot = TargetSlot::new(0, None, account_id, "eu-west-1".to_owned());
        let slot = Arc::new(slot);
        let own = ExporterMetrics::new(build, Duration::ZERO);
        let state = FleetState::new(own, policy, vec![Arc::clone(&slot)]).expect("a thread");
        TargetPublisher {
            state: Arc::new(state),
            slot,
        }
    }

    fn shared_target() -> Arc<SharedTarget> {
        let hour = Duration::from_hours(1);
        Arc::new(SharedTarget::new(Target::new(AgeLimits {
            stale_after: hour,
            interval: hour,
            full_every: hour,
        })))
    }

    fn fail_instances(target: &SharedTarget) {
        let start = Now {
            since_start: Duration::ZERO,
            wall: None,
        };
        let reason = FailureReason::Throttled;
        let outcome = Outcome::failed(Collector::Instances, reason, Duration::ZERO);
        target.lock().apply(outcome, start);
    }

    #[tokio::test]
    async fn a_page_shows_what_is_known_when_it_is_rendered_and_not_when_that_was_asked_for() {
        let publisher = publisher();
        let target = shared_target();
        let (release, released) = channel::<()>();
        let wait = move || {
            // Nothing is sent: it ends when the sender is dropped.
            let _ = released.recv();
        };
        let busy = publisher.state.render_thread.run(wait);
        let show = publisher.show(&target);
        let change = async {
            fail_instances(&target);
            drop(release);
        };
        let (busy, (), ()) = tokio::join!(busy, show, change);
        busy.expect("it is only busy");
        let page = publisher.state.publisher.page();
        let body = Body::new(&page, Format::Text, Encoding::Identity, "");
        let text = String::from_utf8(body.into_bytes()).expect("UTF-8");
        assert!(text.contains("reason=\"throttled\"} 1"), "{text}");
    }
}
