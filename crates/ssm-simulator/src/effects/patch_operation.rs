//! `AWS-RunPatchBaseline` on one resource.

use std::collections::BTreeMap;

use super::handwork::Handwork;
use super::tallies::{tally_items, tally_patches};
use crate::fleet::compliance_severity;
use crate::rows::{ExecutionSummary, Item, Patch, PatchBaseline, ResourceTruth};
use crate::time;

/// How long each patch operation takes.
const OPERATION_SECONDS: f64 = 13.0;
const PATCH_TYPE: &str = "Patch";

/// Whether patches are only looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchAction {
    Scan,
    Install,
}

/// Whether an installation may reboot the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RebootOption {
    RebootIfNeeded,
    NoReboot,
}

/// One patch operation.
#[derive(Clone, Debug)]
pub(crate) struct PatchOperation<'a> {
    pub(crate) action: PatchAction,
    pub(crate) reboot: RebootOption,
    /// The baseline that applies to the instance now.
    pub(crate) baseline: &'a PatchBaseline,
    pub(crate) handwork: &'a Handwork,
    pub(crate) command_id: &'a str,
    pub(crate) snapshot_id: String,
    /// When the operation ended, in seconds since 1970.
    pub(crate) ended_at: f64,
}

impl PatchAction {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scan => "Scan",
            Self::Install => "Install",
        }
    }
}

impl RebootOption {
    const fn name(self) -> &'static str {
        match self {
            Self::RebootIfNeeded => "RebootIfNeeded",
            Self::NoReboot => "NoReboot",
        }
    }
}

impl PatchOperation<'_> {
    /// Brings patches, patch state, items and summary to what the operation reports. The resource
    /// must have a patch state.
    pub(crate) fn apply(&self, resource: &mut ResourceTruth) {
        resource.patches.retain(|patch| !self.was_removed(patch));
        for patch in &mut resource.patches {
            self.advance(patch);
        }
        self.write_state(resource);
        self.write_items(resource);
        tally_items(resource, PATCH_TYPE);
    }

    fn was_removed(&self, patch: &Patch) -> bool {
        patch.state == "InstalledRejected" && self.handwork.removed.contains(&patch.kb_id)
    }

    fn advance(&self, patch: &mut Patch) {
        let Some(state) = self.state_after(patch) else {
            return;
        };
        state.clone_into(&mut patch.state);
        // Only patches that are still to be installed name the vulnerabilities that they close.
        if state != "Missing" {
            patch.cve_ids = None;
        }
        if patch.installed_time == 0.0 && state.starts_with("Installed") {
            patch.installed_time = self.ended_at;
        }
    }

    /// The state that the operation brings a patch to, or nothing if it stays as it is.
    fn state_after(&self, patch: &Patch) -> Option<&'static str> {
        let installs = self.action == PatchAction::Install;
        match patch.state.as_str() {
            "Missing" if installs => Some(self.installed_state()),
            // An installation that has failed fails again until its cause is mended.
            "Failed" if installs && self.handwork.mended => Some(self.installed_state()),
            "AvailableSecurityUpdate" if self.approves(patch) && installs => {
                Some(self.installed_state())
            }
            "AvailableSecurityUpdate" if self.approves(patch) => Some("Missing"),
            "InstalledPendingReboot" if self.reboots() => Some("Installed"),
            "InstalledRejected" if !self.rejects(patch) => Some("Installed"),
            "Installed" | "InstalledOther" if self.rejects(patch) => Some("InstalledRejected"),
            _ => None,
        }
    }

    fn installed_state(&self) -> &'static str {
        match self.reboot {
            RebootOption::RebootIfNeeded => "Installed",
            RebootOption::NoReboot => "InstalledPendingReboot",
        }
    }

    /// Whether the instance has rebooted by the end of the operation.
    fn reboots(&self) -> bool {
        let reboots_itself =
            self.action == PatchAction::Install && self.reboot == RebootOption::RebootIfNeeded;
        reboots_itself || self.handwork.rebooted
    }

    fn approves(&self, patch: &Patch) -> bool {
        names_patch(&self.baseline.approved_patches, patch)
    }

    fn rejects(&self, patch: &Patch) -> bool {
        // Rejected patches that are allowed as dependencies count as installed.
        self.baseline.rejected_patches_action == "BLOCK"
            && names_patch(&self.baseline.rejected_patches, patch)
    }

    fn write_state(&self, resource: &mut ResourceTruth) {
        let Some(state) = &mut resource.patch_state else {
            return;
        };
        self.action.name().clone_into(&mut state.operation);
        state.baseline_id.clone_from(&self.baseline.baseline_id);
        state.snapshot_id.clone_from(&self.snapshot_id);
        state.operation_start_time = self.ended_at - OPERATION_SECONDS;
        state.operation_end_time = self.ended_at;
        state.reboot_option = Some(self.reboot.name().to_owned());
        if self.action == PatchAction::Install && self.reboot == RebootOption::NoReboot {
            state.last_no_reboot_install_operation_time = Some(self.ended_at);
        }
        tally_patches(state, &resource.patches);
    }

    /// Replaces all items of type Patch, also those that somebody has put by hand.
    fn write_items(&self, resource: &mut ResourceTruth) {
        let group = resource
            .patch_state
            .as_ref()
            .map(|state| state.patch_group.clone())
            .unwrap_or_default();
        resource
            .items
            .retain(|item| item.compliance_type != PATCH_TYPE);
        let items = resource
            .patches
            .iter()
            .map(|patch| self.item(patch, &group));
        resource.items.extend(items);
    }

    fn item(&self, patch: &Patch, group: &str) -> Item {
        Item {
            compliance_type: PATCH_TYPE.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: patch.instance_id.clone(),
            id: patch.kb_id.clone(),
            title: patch.title.clone(),
            status: self.status(patch).to_owned(),
            severity: self.severity(patch).to_owned(),
            execution_summary: ExecutionSummary {
                execution_time: self.ended_at,
                execution_id: Some(self.command_id.to_owned()),
                execution_type: Some("Command".to_owned()),
            },
            details: self.details(patch, group),
        }
    }

    fn status(&self, patch: &Patch) -> &str {
        match patch.state.as_str() {
            "NotApplicable" => "",
            "Installed" | "InstalledOther" => "COMPLIANT",
            "AvailableSecurityUpdate" => self
                .baseline
                .available_security_updates_compliance_status
                .as_deref()
                .unwrap_or("COMPLIANT"),
            _ => "NON_COMPLIANT",
        }
    }

    fn severity(&self, patch: &Patch) -> &'static str {
        let is_known = !patch.classification.is_empty();
        let is_of_aws = self.baseline.baseline_id.starts_with("arn:");
        compliance_severity(is_known.then_some(patch.severity.as_str()), !is_of_aws)
    }

    fn details(&self, patch: &Patch, group: &str) -> BTreeMap<String, String> {
        let installed_time = time::iso(patch.installed_time);
        let mut details: BTreeMap<String, String> = [
            ("PatchState", patch.state.as_str()),
            ("Classification", &patch.classification),
            ("PatchSeverity", &patch.severity),
            ("PatchBaselineId", &self.baseline.baseline_id),
            ("PatchGroup", group),
            ("InstalledTime", &installed_time),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
        if let Some(cves) = &patch.cve_ids {
            details.insert("CVEIds".to_owned(), cves.clone());
        }
        details
    }
}

/// Whether a list of a baseline names a patch: by its id, by its package without the architecture,
/// or by the beginning of either.
fn names_patch(list: &[String], patch: &Patch) -> bool {
    let id = patch.kb_id.as_str();
    let package = id.strip_suffix(".x86_64").unwrap_or(id);
    list.iter().any(|name| match name.strip_suffix('*') {
        Some(beginning) => id.starts_with(beginning),
        None => name == id || name == package,
    })
}
