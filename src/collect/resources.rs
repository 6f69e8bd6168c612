//! The resources that a refresh meets, in whatever order its chains bring them, and the details
//! that it owes for them.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::model::{
    Coverage, DetailKind, Instance, Signature, Status, Summary, SummaryRow, Target,
};

/// Every resource met so far.
#[derive(Debug)]
pub(super) struct Resources {
    met: HashMap<Arc<str>, ResourceProgress>,
    /// Whether everything counts as listed, because there is no listing.
    are_all_listed: bool,
    due: DueSenders,
}

/// Where the ids of instances go whose details are due, in the order of [`DetailKind::ALL`].
#[derive(Debug)]
struct DueSenders([UnboundedSender<Arc<str>>; DetailKind::COUNT]);

/// Where they come out again.
#[derive(Debug)]
pub(super) struct DueReceivers {
    pub(super) patch_states: UnboundedReceiver<Arc<str>>,
    pub(super) association_items: UnboundedReceiver<Arc<str>>,
}

/// What this refresh knows of a resource so far.
#[derive(Clone, Copy, Debug, Default)]
struct ResourceProgress {
    is_listed: bool,
    details: [DetailNeed; DetailKind::COUNT],
}

/// What this refresh knows of one kind of detail of a resource.
#[derive(Clone, Copy, Debug, Default)]
struct DetailNeed {
    /// The summary that the detail explains, once it was met.
    signature: Option<Signature>,
    is_noncompliant: bool,
    is_sent: bool,
}

// === impl Resources ===

impl Resources {
    /// Nothing was met yet. The ids of instances whose details are due come out of the receivers,
    /// each once, until the resources are dropped.
    pub(super) fn new() -> (Self, DueReceivers) {
        let (patch_states, patch_states_due) = unbounded_channel();
        let (association_items, association_items_due) = unbounded_channel();
        let resources = Self {
            met: HashMap::new(),
            are_all_listed: false,
            due: DueSenders([patch_states, association_items]),
        };
        let receivers = DueReceivers {
            patch_states: patch_states_due,
            association_items: association_items_due,
        };
        (resources, receivers)
    }

    /// The one copy of an id, made safe to be a label value.
    pub(super) fn intern(&mut self, id: &str, target: &Target) -> Arc<str> {
        if let Some((known, _)) = self.met.get_key_value(id) {
            return Arc::clone(known);
        }
        let id = target.resource_id(id);
        if let Some((known, _)) = self.met.get_key_value(&id) {
            return Arc::clone(known);
        }
        self.met
            .insert(Arc::clone(&id), ResourceProgress::default());
        id
    }

    /// The listing has this instance.
    pub(super) fn listed(&mut self, id: &Arc<str>, target: &Target) {
        self.note(id, target, |met| met.is_listed = true);
    }

    /// The summaries have this row.
    pub(super) fn summarised(&mut self, id: &Arc<str>, row: &SummaryRow, target: &Target) {
        let are_all_listed = self.are_all_listed;
        let kind = DetailKind::of_type(&row.compliance_type);
        self.note(id, target, |met| {
            met.is_listed |= are_all_listed;
            if let Some(kind) = kind {
                let need = &mut met.details[kind as usize];
                need.signature = Some(Signature::of(row));
                need.is_noncompliant |= Status::parse(&row.status) == Status::NonCompliant;
            }
        });
    }

    /// The summaries of this refresh failed; the last complete ones had these of `instance`.
    pub(super) fn summarised_as_known(&mut self, instance: &Instance, target: &Target) {
        let are_all_listed = self.are_all_listed;
        self.note(&instance.id, target, |met| {
            met.is_listed |= are_all_listed;
            for kind in DetailKind::ALL {
                let summary = instance.summary(&kind.explains());
                met.details[kind as usize].is_noncompliant |=
                    summary.is_some_and(Summary::is_noncompliant);
            }
        });
    }

    /// The listing failed and there is none from before: every resource counts as listed.
    pub(super) fn count_all_as_listed(&mut self, target: &Target) {
        self.are_all_listed = true;
        let ids: Vec<Arc<str>> = self.met.keys().cloned().collect();
        for id in &ids {
            self.listed(id, target);
        }
    }

    /// The summaries are complete: a resource that was not in them has none.
    pub(super) fn summaries_complete(&mut self, target: &Target) {
        for (id, met) in &mut self.met {
            for need in &mut met.details {
                need.signature.get_or_insert(Signature::NONE);
            }
            self.due.send_due(id, met, target);
        }
    }

    /// The summaries are not complete. Nothing says that details are still what they were, so all
    /// of them are due.
    pub(super) fn summaries_incomplete(&mut self) {
        for (id, met) in &mut self.met {
            for kind in DetailKind::ALL {
                if met.is_covered(kind) {
                    self.due.send(kind, id, met);
                }
            }
        }
    }

    /// How many instances have details of this kind that are not due.
    pub(super) fn unchanged(&self, kind: DetailKind) -> usize {
        self.met
            .values()
            .filter(|met| met.is_covered(kind) && !met.details[kind as usize].is_sent)
            .count()
    }

    fn note(&mut self, id: &Arc<str>, target: &Target, change: impl FnOnce(&mut ResourceProgress)) {
        let met = self.met.entry(Arc::clone(id)).or_default();
        change(met);
        self.due.send_due(id, met, target);
    }
}

// === impl ResourceProgress ===

impl ResourceProgress {
    /// Whether the resource is one that details of this kind are read of. Only listed ones are:
    /// there may be more resources that have gone than there are instances.
    fn is_covered(&self, kind: DetailKind) -> bool {
        self.is_listed
            && match kind.coverage() {
                Coverage::EveryInstance => true,
                Coverage::OnlyNoncompliant => self.details[kind as usize].is_noncompliant,
            }
    }
}

// === impl DueSenders ===

impl DueSenders {
    /// Sends the instance to each kind of detail that it is due for.
    fn send_due(&self, id: &Arc<str>, met: &mut ResourceProgress, target: &Target) {
        for kind in DetailKind::ALL {
            let need = met.details[kind as usize];
            if !need.is_sent
                && met.is_covered(kind)
                && target.needs_detail(kind, id, need.signature)
            {
                self.send(kind, id, met);
            }
        }
    }

    fn send(&self, kind: DetailKind, id: &Arc<str>, met: &mut ResourceProgress) {
        if !mem::replace(&mut met.details[kind as usize].is_sent, true) {
            // A receiver that has gone belongs to a collector that is off.
            let _ = self.0[kind as usize].send(Arc::clone(id));
        }
    }
}
