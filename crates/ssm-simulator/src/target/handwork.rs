//! What operators do on an instance itself.

use super::simulated_target::SimulatedTarget;
use super::truth::TruthDepth;
use crate::effects::{Handwork, ScriptEffect, report_custom_items};

impl SimulatedTarget {
    /// Mends the cause of all failures of an instance. AWS learns of it from the next run, and of an
    /// agent that was silent from its next ping, which comes at once. Says whether the instance
    /// exists.
    pub(crate) fn mend(&mut self, id: &str) -> bool {
        self.bring_online(id);
        self.work_on(id, |handwork| handwork.mended = true)
    }

    fn bring_online(&mut self, id: &str) {
        let Some(slot) = self.find(id).filter(|slot| !self.is_online(*slot)) else {
            return;
        };
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        let Some(instance) = &mut resource.instance else {
            return;
        };
        "Online".clone_into(&mut instance.ping_status);
        instance.last_ping_date_time = self.next_change();
        self.keep_rows(slot, resource);
    }

    /// Takes a hybrid node off the list. Its compliance data stays. Says whether it was there.
    pub(crate) fn deregister(&mut self, id: &str) -> bool {
        let Some(slot) = self.find(id).filter(|slot| self.is_listed(*slot)) else {
            return false;
        };
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        resource.instance = None;
        resource.instance_associations.clear();
        self.keep_rows(slot, resource);
        true
    }

    /// Reboots an instance.
    pub(crate) fn reboot(&mut self, id: &str) -> bool {
        self.work_on(id, |handwork| handwork.rebooted = true)
    }

    /// Does what a script does.
    pub(super) fn run_script(&mut self, slot: u32, id: &str, script: &ScriptEffect) {
        let removed: Vec<String> = self
            .patches(slot, false)
            .into_iter()
            .map(|patch| patch.kb_id)
            .filter(|patch| script.removes(patch))
            .collect();
        self.work_on(id, |handwork| {
            handwork.rebooted |= script.reboots;
            handwork.removed.extend(removed);
        });
    }

    /// Lets the tools of the account report on an instance whose troubles are mended. Says whether
    /// there is one.
    pub(crate) fn report_again(&mut self, id: &str) -> bool {
        let is_mended = self.handwork_on(id).mended;
        let Some(slot) = self.find(id).filter(|_| is_mended) else {
            return false;
        };
        let time = self.next_change();
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        report_custom_items(&mut resource, time);
        self.keep_rows(slot, resource);
        true
    }

    pub(super) fn handwork_on(&self, id: &str) -> Handwork {
        self.handwork.get(id).cloned().unwrap_or_default()
    }

    pub(super) fn work_on(&mut self, id: &str, work: impl FnOnce(&mut Handwork)) -> bool {
        let is_known = self.find(id).is_some_and(|slot| self.is_listed(slot));
        if is_known {
            work(self.handwork.entry(id.to_owned()).or_default());
        }
        is_known
    }
}
