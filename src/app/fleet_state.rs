//! What all targets share: the page, the exporter's own metrics, and the decision which of several
//! targets may show an account and region.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tracing::{debug, error};

use super::discovery::DiscoveryOutlook;
use super::page_change::PageChange;
use super::reload_requests::ReloadRequests;
use super::render::{RenderError, RenderThread};
use super::slot::TargetSlot;
use crate::collect::{Identification, RefreshObserver, SharedTarget};
use crate::http::InstanceCounts;
use crate::locks::locked;
use crate::metrics::{ExporterMetrics, Policy, Publisher, TargetPage, TargetView, Task};
use crate::model::{AgeLimits, Collector, FailureReason, Now, Outcome, Target, Timestamp};

/// The state that all targets share.
#[derive(Debug)]
pub(super) struct FleetState {
    pub(super) own: ExporterMetrics,
    pub(super) publisher: Publisher,
    pub(super) discovery: DiscoveryOutlook,
    policy: ArcSwap<Policy>,
    pub(super) started: Instant,
    /// The slots of the targets, in the order of the configuration.
    slots: ArcSwap<Vec<Arc<TargetSlot>>>,
    /// How clients ask for a reload, if they may.
    pub(super) reload_requests: OnceLock<ReloadRequests>,
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
            discovery: DiscoveryOutlook::default(),
            policy: ArcSwap::from_pointee(policy.clone()),
            started: Instant::now(),
            slots: ArcSwap::default(),
            reload_requests: OnceLock::new(),
            render_thread: RenderThread::start()?,
            publishing: Mutex::default(),
        };
        state.replace_targets(slots, policy);
        Ok(state)
    }

    /// The slots of the targets, in the order of the configuration.
    pub(super) fn slots(&self) -> Arc<Vec<Arc<TargetSlot>>> {
        self.slots.load_full()
    }

    /// What is shown of all targets, as of now.
    pub(super) fn policy(&self) -> Policy {
        Policy::clone(&self.policy.load())
    }

    /// Makes these the targets, in the order of the configuration. Those that are not among them are
    /// gone from all pages, and those that are new are on them with their names.
    pub(super) fn replace_targets(&self, slots: Vec<Arc<TargetSlot>>, policy: Policy) {
        let _publishing = locked(&self.publishing);
        self.policy.store(Arc::new(policy));
        let slots = Arc::new(slots);
        let before = self.slots.swap(Arc::clone(&slots));
        let gone = without(&before, &slots);
        for slot in &gone {
            slot.retire(slots.iter().any(|other| other.identity_is_of(slot)));
        }
        let mut change = self.leave_duplicates_out();
        change.withdrawn.extend(gone);
        change.blank.extend(without(&slots, &before));
        self.change_page(&change);
    }

    /// Notes whose credentials a target has.
    fn identify(&self, slot: &Arc<TargetSlot>, account_id: &str) -> Identification {
        let _publishing = locked(&self.publishing);
        // Nothing is read any more for a target that is no longer configured.
        if slot.is_retired() {
            return Identification::Duplicate;
        }
        let before = slot.identify(account_id, &self.own);
        let is_changed = before.as_ref().is_some_and(|before| before != account_id);
        if is_changed || before.is_none() {
            self.show_identified(slot, is_changed);
        }
        if slot.is_duplicate() {
            Identification::Duplicate
        } else if is_changed {
            Identification::Changed
        } else {
            Identification::Same
        }
    }

    /// Brings the page in line with a target whose account is known now, or is another one.
    fn show_identified(&self, slot: &Arc<TargetSlot>, is_changed: bool) {
        let mut change = self.leave_duplicates_out();
        // The page that it has is about the account that it was until now, or about none. If that
        // page says why there was none, it stays until something is read.
        if is_changed || !slot.is_attempted() {
            change.blank.push(Arc::clone(slot));
        }
        self.change_page(&change);
    }

    /// Changes the page in one step. The lock for publishing is held.
    fn change_page(&self, change: &PageChange) {
        let blank = change.blank.iter().filter(|slot| slot.is_shown());
        let published: Vec<_> = blank
            .map(|slot| (slot.number, self.blank_page(slot)))
            .collect();
        let withdrawn = change.withdrawn.iter().map(|slot| slot.number);
        let withdrawn: Vec<usize> = withdrawn.collect();
        if !withdrawn.is_empty() || !published.is_empty() {
            self.publisher.replace(&withdrawn, published);
        }
        // The pages about instances follow that of the metrics.
        for slot in change.withdrawn.iter().chain(&change.blank) {
            slot.note_shown(None);
        }
    }

    /// Shows nothing of a target any more. The lock for publishing is held.
    fn withdraw(&self, slot: &TargetSlot) {
        self.publisher.withdraw(slot.number);
        slot.note_shown(None);
    }

    /// The page of a target of which nothing is known yet.
    fn blank_page(&self, slot: &TargetSlot) -> TargetPage {
        // Nothing of it can grow old.
        let target = Target::new(AgeLimits {
            stale_after: Duration::ZERO,
            interval: Duration::ZERO,
            full_every: Duration::ZERO,
        });
        self.page_of(slot, &target)
    }

    fn page_of(&self, slot: &TargetSlot, target: &Target) -> TargetPage {
        let before = self.publisher.target(slot.number);
        let view = TargetView {
            target,
            identity: &slot.identity(),
            policy: &self.policy.load(),
        };
        TargetPage::render(&view, before.as_ref())
    }

    fn counts_of(&self, slot: &TargetSlot, target: &Target) -> Option<InstanceCounts> {
        InstanceCounts::of(&TargetView {
            target,
            identity: &slot.identity(),
            policy: &self.policy.load(),
        })
    }

    /// Of several targets that are one account and region, the one that is configured first is
    /// shown, and the others are left out.
    // It is the first even if it is down. With any rule that looks at how targets are doing, the
    // series would jump from one to the other, and a fault of the first would be hidden.
    fn leave_duplicates_out(&self) -> PageChange {
        let mut change = PageChange::default();
        let mut first = HashMap::new();
        let slots = self.slots();
        let places = slots.iter().enumerate();
        for (position, slot) in places.filter(|(_, slot)| slot.is_identified()) {
            let identity = slot.identity();
            let key = (identity.account_id, identity.region);
            let (shown_position, shown) = *first.entry(key).or_insert((position, slot));
            if shown.number == slot.number {
                change.stop_leaving_out(slot);
            } else {
                change.leave_out(slot, shown, shown_position);
            }
        }
        change
    }

    fn render(&self, slot: &TargetSlot, shared: &Arc<SharedTarget>) {
        let target = &shared.snapshot();
        slot.note_status(target);
        // Only the publishing is done under the lock: a page may take a second to render.
        let page = self.page_of(slot, target);
        let counts = self.counts_of(slot, target);
        debug!(target_name = slot.name(), "page rendered");
        let _publishing = locked(&self.publishing);
        // It may have become a duplicate while it was rendered, or have gone.
        if slot.is_shown() {
            self.publisher.publish(slot.number, page);
            slot.note_shown(Some(Arc::clone(shared)));
            slot.note_counts(counts);
        }
    }
}

/// The slots that are not among the `others`.
fn without(slots: &[Arc<TargetSlot>], others: &[Arc<TargetSlot>]) -> Vec<Arc<TargetSlot>> {
    let numbers: HashSet<usize> = others.iter().map(|other| other.number).collect();
    let slots = slots.iter().filter(|slot| !numbers.contains(&slot.number));
    slots.cloned().collect()
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
            tag_compliance: Vec::new(),
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
