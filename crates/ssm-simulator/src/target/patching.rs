//! Patch operations on one instance.

use super::orders::PatchOrder;
use super::simulated_target::SimulatedTarget;
use super::truth::TruthDepth;
use crate::effects::{Handwork, PatchOperation};
use crate::fleet::{self, Node};
use crate::random;
use crate::rows::{Instance, PatchState, ResourceTruth};
use crate::run_command::{Outcome, PatchRun, patch_outcome};

impl SimulatedTarget {
    /// Runs `AWS-RunPatchBaseline` on an instance.
    pub(super) fn patch_instance(
        &mut self,
        slot: u32,
        id: &str,
        order: PatchOrder,
        command_id: &str,
    ) -> Outcome {
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        let Some(os) = resource.instance.as_ref().and_then(operating_system) else {
            return unsupported_system();
        };
        if resource.patch_state.is_none() {
            self.add_first_scan(slot, &mut resource);
        }
        let Some(baseline_id) = self.baseline_for(&resource, os) else {
            return unsupported_system();
        };
        let ended_at = self.next_change();
        let handwork = self.handwork_on(id);
        let outcome = self.apply(
            &mut resource,
            &baseline_id,
            order,
            (command_id, ended_at, &handwork),
        );
        self.keep_rows(slot, resource);
        self.work_on(id, Handwork::seen_by_patch_operation);
        outcome
    }

    fn apply(
        &self,
        resource: &mut ResourceTruth,
        baseline_id: &str,
        order: PatchOrder,
        (command_id, ended_at, handwork): (&str, f64, &Handwork),
    ) -> Outcome {
        let Some(baseline) = self.patch_baseline(baseline_id) else {
            return unsupported_system();
        };
        let operation = PatchOperation {
            action: order.action,
            reboot: order.reboot,
            baseline,
            handwork,
            command_id,
            snapshot_id: random::uuid(random::text(&format!("snapshot{command_id}"))),
            ended_at,
        };
        operation.apply(resource);
        let failed = resource
            .patches
            .iter()
            .filter(|patch| patch.state == "Failed");
        let platform_type = resource
            .instance
            .as_ref()
            .map(|instance| instance.platform_type.as_str());
        patch_outcome(&PatchRun {
            operation: order.action.name(),
            baseline_id,
            snapshot_id: &operation.snapshot_id,
            platform_type: platform_type.unwrap_or_default(),
            failed: failed.map(|patch| patch.kb_id.as_str()).collect(),
        })
    }

    /// The id of the baseline that applies to an instance now.
    fn baseline_for(&self, resource: &ResourceTruth, os: &str) -> Option<String> {
        let group = match &resource.patch_state {
            Some(state) => state.patch_group.as_str(),
            None => "",
        };
        self.baseline_of_group(group, os).map(str::to_owned)
    }

    /// The patches of an instance that was never scanned, which are those of a compliant node.
    fn add_first_scan(&self, slot: u32, resource: &mut ResourceTruth) {
        let node = Node::new(self.names.seed, slot);
        let id = resource
            .instance
            .as_ref()
            .map(|instance| instance.instance_id.clone())
            .unwrap_or_default();
        // A resource that a test has added is no node, and so has no patches either.
        if node.id() == id {
            let snapshot = self.snapshot(&node);
            resource.patch_state = snapshot.patch_state();
            resource.patches = snapshot.patches().collect();
        } else {
            resource.patch_state = Some(PatchState {
                instance_id: id,
                ..PatchState::default()
            });
        }
    }
}

/// The name that patch baselines give the operating system, if there are any for it.
fn operating_system(instance: &Instance) -> Option<&'static str> {
    fleet::operating_system(&instance.platform_name, &instance.platform_version)
        .filter(|os| !os.is_empty())
}

fn unsupported_system() -> Outcome {
    Outcome::Failed {
        exit_code: 1,
        output: "Unsupported operating system\nfailed to run commands: exit status 1".to_owned(),
    }
}
