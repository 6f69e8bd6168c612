//! The resources that a refresh comes across, in whatever order its chains deliver them, and the
//! details that it has to read for them.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::model::{
    Coverage, DetailKind, Instance, Signature, Status, Summary, SummaryRow, Target,
};

/// Every resource that has come up so far.
// The listing and the summaries are read side by side, and an instance may come up in either of
// them first. Each time one of them adds to what is known of it, the details that are now due are
// sent on, so that reading them need not wait for the end of both.
#[derive(Debug)]
pub(super) struct Resources {
    by_id: HashMap<Arc<str>, ResourceProgress>,
    /// Whether every resource counts as listed, because there is no listing.
    are_all_listed: bool,
    due: DueSenders,
}

/// Sends the ids of instances whose details are due, in the order of [`DetailKind::ALL`].
// The channels are unbounded, because an id is small and is known anyway. A full channel would hold
// up the chains, which are the slowest part of a refresh.
#[derive(Debug)]
struct DueSenders(Vec<UnboundedSender<Arc<str>>>);

/// Receives the ids of instances whose details are due, in the order of [`DetailKind::ALL`].
pub(super) type DueReceivers = Vec<UnboundedReceiver<Arc<str>>>;

/// What this refresh knows about a resource so far.
#[derive(Clone, Copy, Debug, Default)]
struct ResourceProgress {
    is_listed: bool,
    details: [DetailNeed; DetailKind::COUNT],
}

/// What this refresh knows about the need for one kind of detail.
#[derive(Clone, Copy, Debug, Default)]
struct DetailNeed {
    /// The signature of the summary that the detail explains, once that has come up.
    signature: Option<Signature>,
    is_noncompliant: bool,
    is_sent: bool,
}

// === impl Resources ===

impl Resources {
    /// Creates an empty set of resources. The receivers get each instance whose details are due
    /// once. They end when the resources are dropped.
    pub(super) fn new() -> (Self, DueReceivers) {
        let (due, receivers) = DueSenders::new();
        let resources = Self {
            by_id: HashMap::new(),
            are_all_listed: false,
            due,
        };
        (resources, receivers)
    }

    /// Returns the one copy of an id, made safe to be a label value.
    pub(super) fn intern(&mut self, id: &str, target: &Target) -> Arc<str> {
        // Most ids need no cleaning and have come up before, so the id is looked up as it is first.
        if let Some(known) = self.known(id) {
            return known;
        }
        let id = target.resource_id(id);
        if let Some(known) = self.known(&id) {
            return known;
        }
        self.by_id
            .insert(Arc::clone(&id), ResourceProgress::default());
        id
    }

    fn known(&self, id: &str) -> Option<Arc<str>> {
        let (known, _) = self.by_id.get_key_value(id)?;
        Some(Arc::clone(known))
    }

    /// Notes that the listing has this instance.
    pub(super) fn listed(&mut self, id: &Arc<str>, target: &Target) {
        self.note(id, target, |progress| progress.is_listed = true);
    }

    /// Notes a row of the summaries.
    pub(super) fn summarised(&mut self, id: &Arc<str>, row: &SummaryRow, target: &Target) {
        let are_all_listed = self.are_all_listed;
        self.note(id, target, |progress| {
            progress.is_listed |= are_all_listed;
            progress.note_summary(row);
        });
    }

    /// Notes the summaries that an instance had when they were last complete, because those of this
    /// refresh have failed.
    pub(super) fn summarised_as_known(&mut self, instance: &Instance, target: &Target) {
        let are_all_listed = self.are_all_listed;
        self.note(&instance.id, target, |progress| {
            progress.is_listed |= are_all_listed;
            progress.note_known_summaries(instance);
        });
    }

    /// Notes that the listing has failed and that there is none from before, so that every resource
    /// counts as listed.
    pub(super) fn count_all_as_listed(&mut self, target: &Target) {
        self.are_all_listed = true;
        let ids: Vec<Arc<str>> = self.by_id.keys().cloned().collect();
        for id in &ids {
            self.listed(id, target);
        }
    }

    /// Notes that the summaries are complete.
    pub(super) fn summaries_complete(&mut self, target: &Target) {
        for (id, progress) in &mut self.by_id {
            for need in &mut progress.details {
                // A resource that has not come up in them has no summary. Before, it was not known
                // whether one of the next pages would have it.
                need.signature.get_or_insert(Signature::NONE);
            }
            self.due.send_due(id, progress, target);
        }
    }

    /// Notes that the summaries are not complete.
    pub(super) fn summaries_incomplete(&mut self) {
        // Nothing says which details have changed, so all of them are due. Otherwise they would
        // grow old and expire while only the summaries cannot be read.
        for (id, progress) in &mut self.by_id {
            for kind in DetailKind::ALL {
                if progress.is_covered(kind) {
                    self.due.send(kind, id, progress);
                }
            }
        }
    }

    /// Returns the number of instances whose details of this kind are not due.
    pub(super) fn unchanged(&self, kind: DetailKind) -> usize {
        self.by_id
            .values()
            .filter(|progress| {
                progress.is_covered(kind) && !progress.details[kind as usize].is_sent
            })
            .count()
    }

    fn note(&mut self, id: &Arc<str>, target: &Target, change: impl FnOnce(&mut ResourceProgress)) {
        let progress = self.by_id.entry(Arc::clone(id)).or_default();
        change(progress);
        self.due.send_due(id, progress, target);
    }
}

// === impl ResourceProgress ===

impl ResourceProgress {
    fn note_summary(&mut self, row: &SummaryRow) {
        // A type without details has nothing to be due.
        for kind in DetailKind::of_type(&row.compliance_type) {
            let need = &mut self.details[kind as usize];
            need.signature = Some(Signature::of(row));
            need.is_noncompliant |= Status::parse(&row.status) == Status::NonCompliant;
        }
    }

    fn note_known_summaries(&mut self, instance: &Instance) {
        for kind in DetailKind::ALL {
            let summary = instance.summary(&kind.explains());
            let is_noncompliant = summary.is_some_and(Summary::is_noncompliant);
            self.details[kind as usize].is_noncompliant |= is_noncompliant;
        }
    }

    /// Says whether details of this kind are read for the resource.
    fn is_covered(&self, kind: DetailKind) -> bool {
        // Details are read for listed instances only. In an account that starts and terminates many
        // instances there may be more terminated resources than instances.
        self.is_listed
            && match kind.coverage() {
                Coverage::EveryInstance => true,
                Coverage::OnlyNoncompliant => self.details[kind as usize].is_noncompliant,
            }
    }

    fn is_due(&self, kind: DetailKind, id: &str, target: &Target) -> bool {
        let need = self.details[kind as usize];
        !need.is_sent && self.is_covered(kind) && target.needs_detail(kind, id, need.signature)
    }
}

// === impl DueSenders ===

impl DueSenders {
    fn new() -> (Self, DueReceivers) {
        let channels = DetailKind::ALL.map(|_| unbounded_channel());
        let (senders, receivers) = channels.into_iter().unzip();
        (Self(senders), receivers)
    }

    /// Sends the instance to each kind of detail that it is due for.
    fn send_due(&self, id: &Arc<str>, progress: &mut ResourceProgress, target: &Target) {
        for kind in DetailKind::ALL {
            if progress.is_due(kind, id, target) {
                self.send(kind, id, progress);
            }
        }
    }

    fn send(&self, kind: DetailKind, id: &Arc<str>, progress: &mut ResourceProgress) {
        if !mem::replace(&mut progress.details[kind as usize].is_sent, true) {
            // If the receiver is gone, the collector is off, and then nobody needs the id.
            let _ = self.0[kind as usize].send(Arc::clone(id));
        }
    }
}
