//! Which patches of instances get series of their own, where there are more than the configuration
//! allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::target_view::TargetView;
use crate::model::{Instance, NoncompliantPatch, SeverityOrder};

/// Lets through as many patches as may have series: the worst severities first, and of the last
/// severity that does not fit as a whole, the first patches that ask.
pub(super) struct PatchQuota<'a> {
    /// That severity, and how many of its patches may still pass. `None` if all patches fit.
    last: Option<(SeverityOrder<'a>, usize)>,
}

/// The patches of the instances that get series of their own, in the order of instances, and of one
/// instance the worst ones first.
pub(super) fn shown_patches<'a>(
    view: &'a TargetView<'_>,
) -> impl Iterator<Item = (&'a Instance, &'a [Arc<NoncompliantPatch>])> {
    let is_shown = view.has_patch_details() && view.is_identified();
    view.target
        .instances()
        .map(|instance| (instance, instance.noncompliant_patches()))
        // Few instances have any, and whether an instance is shown takes longer to find out.
        .filter(move |(instance, patches)| is_shown && !patches.is_empty() && view.shows(instance))
}

/// How many of the patches have no series, because there are too many.
pub(super) fn left_out(view: &TargetView<'_>) -> u64 {
    let patches: usize = shown_patches(view).map(|(_, patches)| patches.len()).sum();
    patches.saturating_sub(view.policy.max_patch_info_series) as u64
}

// === impl PatchQuota ===

impl<'a> PatchQuota<'a> {
    /// The quota of a target.
    pub(super) fn new(view: &'a TargetView<'_>) -> Self {
        let mut left = view.policy.max_patch_info_series;
        for (severity, patches) in by_severity(view) {
            match left.checked_sub(patches) {
                Some(rest) => left = rest,
                None => {
                    return Self {
                        last: Some((severity, left)),
                    };
                }
            }
        }
        Self { last: None }
    }

    /// Whether the next patch, in the order of [`shown_patches`], gets a series.
    pub(super) fn admits(&mut self, patch: &NoncompliantPatch) -> bool {
        let Some((last, left)) = &mut self.last else {
            return true;
        };
        let severity = patch.severity_order();
        if severity == *last && *left > 0 {
            *left -= 1;
            return true;
        }
        severity < *last
    }
}

fn by_severity<'a>(view: &'a TargetView<'_>) -> BTreeMap<SeverityOrder<'a>, usize> {
    let mut counts = BTreeMap::new();
    for patch in shown_patches(view).flat_map(|(_, patches)| patches) {
        *counts.entry(patch.severity_order()).or_default() += 1;
    }
    counts
}
