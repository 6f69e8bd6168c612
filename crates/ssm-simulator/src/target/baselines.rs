//! Which patch baseline is meant by an id, and which one applies.

use super::simulated_target::SimulatedTarget;
use crate::ids::short_baseline_id;
use crate::rows::PatchBaseline;

impl SimulatedTarget {
    /// The baseline with this id or ARN.
    pub(crate) fn patch_baseline(&self, id: &str) -> Option<&PatchBaseline> {
        let index = self.baseline_index(id)?;
        self.patch_baselines.get(index)
    }

    /// The id of the baseline that AWS provides for an operating system, which is the default one.
    pub(crate) fn default_baseline(&self, os: &str) -> Option<&str> {
        let baseline = self
            .patch_baselines
            .iter()
            .find(|baseline| baseline.operating_system == os && is_of_aws(baseline))?;
        Some(&baseline.baseline_id)
    }

    /// The id of the baseline that is registered for a patch group, or of the default one.
    pub(crate) fn baseline_of_group(&self, group: &str, os: &str) -> Option<&str> {
        let registered = self.patch_baselines.iter().find(|baseline| {
            baseline.operating_system == os
                && baseline.patch_groups.iter().any(|name| name == group)
        });
        match registered {
            Some(baseline) => Some(&baseline.baseline_id),
            None => self.default_baseline(os),
        }
    }

    /// Replaces the baseline of the same id, in the list of baselines too.
    pub(crate) fn replace_baseline(&mut self, baseline: PatchBaseline) -> Option<&PatchBaseline> {
        let index = self.baseline_index(&baseline.baseline_id)?;
        let modified_date = self.next_change();
        if let Some(row) = self.baselines.get_mut(index) {
            row.baseline_name.clone_from(&baseline.name);
            row.baseline_description = baseline.description.clone().unwrap_or_default();
        }
        let known = self.patch_baselines.get_mut(index)?;
        *known = PatchBaseline {
            modified_date,
            ..baseline
        };
        Some(known)
    }

    fn baseline_index(&self, id: &str) -> Option<usize> {
        let short_id = short_baseline_id(id);
        self.patch_baselines
            .iter()
            .position(|baseline| short_baseline_id(&baseline.baseline_id) == short_id)
    }
}

/// Whether AWS provides the baseline, so that nobody else can change it.
pub(crate) fn is_of_aws(baseline: &PatchBaseline) -> bool {
    baseline.baseline_id.starts_with("arn:")
}
