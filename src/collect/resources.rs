//! The resources that a refresh meets, in whatever order its chains bring them, and the details
//! that it owes for them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use crate::model::{ASSOCIATION, PATCH, Signature, SummaryRow, Target, free_text};

/// Every resource met so far.
#[derive(Debug)]
pub(super) struct Resources {
    met: HashMap<Arc<str>, ResourceProgress>,
    /// Whether everything counts as listed, as there is no listing.
    pub(super) all_listed: bool,
    patches: UnboundedSender<Arc<str>>,
    items: UnboundedSender<Arc<str>>,
}

/// What this refresh knows of a resource so far.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that come in any order"
)]
struct ResourceProgress {
    listed: bool,
    patch: Option<Signature>,
    association: Option<Signature>,
    noncompliant_for_association: bool,
    patches_sent: bool,
    items_sent: bool,
}

impl Resources {
    /// Nothing met yet. Instances whose details are due are sent to `patches` and `items`, each
    /// once.
    pub(super) fn new(
        patches: UnboundedSender<Arc<str>>,
        items: UnboundedSender<Arc<str>>,
    ) -> Self {
        Self {
            met: HashMap::new(),
            all_listed: false,
            patches,
            items,
        }
    }

    /// The one copy of an id, made safe to be a label.
    pub(super) fn intern(&mut self, id: &str, target: &Target) -> Arc<str> {
        let id = free_text(id);
        if let Some((known, _)) = self.met.get_key_value(&*id) {
            return Arc::clone(known);
        }
        let id = target
            .known_id(&id)
            .map_or_else(|| Arc::from(&*id), Arc::clone);
        self.met
            .insert(Arc::clone(&id), ResourceProgress::default());
        id
    }

    /// Every id met so far.
    pub(super) fn ids(&self) -> Vec<Arc<str>> {
        self.met.keys().cloned().collect()
    }

    /// The listing has this instance.
    pub(super) fn listed(&mut self, id: &Arc<str>, target: &Target) {
        self.note(id, target, |met| met.listed = true);
    }

    /// The summaries have this row.
    pub(super) fn summarised(&mut self, id: &Arc<str>, row: &SummaryRow, target: &Target) {
        let (signature, all_listed) = (Signature::of(row), self.all_listed);
        self.note(id, target, |met| {
            met.listed |= all_listed;
            match row.compliance_type.as_str() {
                PATCH => met.patch = Some(signature),
                ASSOCIATION => {
                    met.association = Some(signature);
                    met.noncompliant_for_association |= row.status == "NON_COMPLIANT";
                }
                _ => {}
            }
        });
    }

    /// The last complete summaries had this resource.
    pub(super) fn summarised_as_known(
        &mut self,
        id: &Arc<str>,
        noncompliant_for_association: bool,
        target: &Target,
    ) {
        let all_listed = self.all_listed;
        self.note(id, target, |met| {
            met.listed |= all_listed;
            met.noncompliant_for_association |= noncompliant_for_association;
        });
    }

    /// The summaries are complete: whoever was not in them has none.
    pub(super) fn summaries_complete(&mut self, target: &Target) {
        for (id, met) in &mut self.met {
            met.patch.get_or_insert(Signature::NONE);
            send_due(&self.patches, &self.items, id, met, target);
        }
    }

    /// The summaries are not complete: nothing says that details are still what they were, so all
    /// of them are due.
    pub(super) fn summaries_incomplete(&mut self) {
        for (id, met) in self.met.iter_mut().filter(|(_, met)| met.listed) {
            send(&self.patches, id, &mut met.patches_sent);
            if met.noncompliant_for_association {
                send(&self.items, id, &mut met.items_sent);
            }
        }
    }

    /// How many instances have patch states, and how many have items, that are not due.
    pub(super) fn unchanged(&self) -> (usize, usize) {
        let listed = || self.met.values().filter(|met| met.listed);
        let patches = listed().filter(|met| !met.patches_sent).count();
        (
            patches,
            listed()
                .filter(|met| met.noncompliant_for_association && !met.items_sent)
                .count(),
        )
    }

    fn note(&mut self, id: &Arc<str>, target: &Target, change: impl FnOnce(&mut ResourceProgress)) {
        let met = self.met.entry(Arc::clone(id)).or_default();
        change(met);
        send_due(&self.patches, &self.items, id, met, target);
    }
}

/// No detail call names a resource that is not listed: there may be more that have gone than there
/// are instances.
fn send_due(
    patches: &UnboundedSender<Arc<str>>,
    items: &UnboundedSender<Arc<str>>,
    id: &Arc<str>,
    met: &mut ResourceProgress,
    target: &Target,
) {
    if !met.listed {
        return;
    }
    if !met.patches_sent && target.needs_patches(id, met.patch) {
        send(patches, id, &mut met.patches_sent);
    }
    if !met.items_sent
        && met.noncompliant_for_association
        && target.needs_items(id, met.association)
    {
        send(items, id, &mut met.items_sent);
    }
}

fn send(due: &UnboundedSender<Arc<str>>, id: &Arc<str>, sent: &mut bool) {
    if !std::mem::replace(sent, true) {
        // A receiver that has gone belongs to a collector that is switched off.
        let _ = due.send(Arc::clone(id));
    }
}
