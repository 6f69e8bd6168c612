//! Compliance items of type Patch.

use std::collections::BTreeMap;

use super::draft::PatchDraft;
use super::states::ListedState;
use crate::fleet::quirk::Quirk;
use crate::fleet::snapshot::NodeSnapshot;
use crate::rows::{ExecutionSummary, Item, Patch};
use crate::time;

impl<'a> NodeSnapshot<'a> {
    pub(crate) fn patch_items(self) -> impl Iterator<Item = Item> + use<'a> {
        // A node has a hundred items, and these two are the same for all of them.
        let execution = self.patch_execution();
        let baseline = self.baseline_id();
        self.patch_drafts()
            .map(move |draft| self.patch_item(&draft, &execution, &baseline))
    }

    /// The execution that last reported patches.
    pub(crate) fn patch_execution(&self) -> ExecutionSummary {
        // Patching by a patch policy does not use patch groups.
        let by_policy = self.node.patch_group().is_empty()
            && (self.node.quirk == Quirk::TwoScanners || self.node.roll("policy", 6) == 0);
        let execution_type = if by_policy { "PatchPolicy" } else { "Command" };
        ExecutionSummary {
            execution_time: self.summarized(),
            execution_id: Some(self.run_id("command")),
            execution_type: Some(execution_type.to_owned()),
        }
    }

    fn patch_item(&self, draft: &PatchDraft, execution: &ExecutionSummary, baseline: &str) -> Item {
        let patch = self.patch(draft);
        let details = match draft.state {
            // Whoever puts an item by hand need not give details.
            ListedState::Manual => BTreeMap::new(),
            _ => self.patch_details(&patch, baseline),
        };
        Item {
            compliance_type: "Patch".to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: patch.instance_id,
            id: patch.kb_id,
            title: patch.title,
            status: draft.status.status.to_owned(),
            severity: draft.status.severity.to_owned(),
            execution_summary: execution.clone(),
            details,
        }
    }

    fn patch_details(&self, patch: &Patch, baseline: &str) -> BTreeMap<String, String> {
        let mut details = BTreeMap::from([
            ("PatchState".to_owned(), patch.state.clone()),
            ("Classification".to_owned(), patch.classification.clone()),
            ("PatchSeverity".to_owned(), patch.severity.clone()),
            ("PatchBaselineId".to_owned(), baseline.to_owned()),
            ("PatchGroup".to_owned(), self.node.patch_group().to_owned()),
            ("InstalledTime".to_owned(), time::iso(patch.installed_time)),
        ]);
        if let Some(cves) = &patch.cve_ids {
            details.insert("CVEIds".to_owned(), cves.clone());
        }
        details
    }
}
