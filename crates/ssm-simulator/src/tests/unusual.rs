//! Unusual nodes, which look compliant or non-compliant for reasons that no state of a patch tells.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{small, truth};
use crate::rows::{Item, PatchState, Summary, TargetTruth};

const SECONDS_PER_DAY: f64 = 86_400.0;
/// A fleet that has each of these nodes several times.
const FLEET: usize = 300;
/// When the fleets of [`small`] start.
const START: f64 = 1_790_000_000.0;

/// The patch states of listed instances, each with its summary.
fn reports(truth: &TargetTruth) -> Vec<(&PatchState, &Summary)> {
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let states = truth.patch_states.iter();
    states
        .filter(|state| listed.contains(state.instance_id.as_str()))
        .map(|state| {
            let summary = truth
                .summaries
                .iter()
                .find(|row| row.resource_id == state.instance_id && row.compliance_type == "Patch");
            (state, summary.unwrap())
        })
        .collect()
}

fn statuses<'a>(reports: &[(&PatchState, &'a Summary)]) -> BTreeSet<&'a str> {
    reports
        .iter()
        .map(|(_, summary)| summary.status.as_str())
        .collect()
}

#[test]
fn some_nodes_were_last_scanned_more_than_a_month_ago() {
    let truth = truth(small(FLEET));
    let mut stale = reports(&truth);
    stale.retain(|(state, _)| state.operation_end_time < START - 30.0 * SECONDS_PER_DAY);
    assert!(stale.len() > 5 && stale.len() < 20, "{}", stale.len());
    assert_eq!(
        statuses(&stale),
        BTreeSet::from(["COMPLIANT", "NON_COMPLIANT"])
    );
}

#[test]
fn some_nodes_were_patched_after_the_scan_that_the_summary_is_of() {
    let truth = truth(small(FLEET));
    let mut newer = reports(&truth);
    newer.retain(|(state, summary)| {
        state.operation_end_time > summary.execution_summary.execution_time
    });
    assert!(newer.len() > 5, "{}", newer.len());
    assert!(newer.iter().all(|(state, _)| state.operation == "Install"));
}

#[test]
fn some_nodes_were_scanned_with_another_baseline_than_that_of_their_patch_group() {
    let truth = truth(small(FLEET));
    let mut changed = reports(&truth);
    changed.retain(|(state, _)| {
        let registered = truth.patch_baselines.iter().find(|baseline| {
            baseline.patch_groups.contains(&state.patch_group)
                && baseline.operating_system == "AMAZON_LINUX_2023"
        });
        let instance = truth
            .instances
            .iter()
            .find(|row| row.instance_id == state.instance_id);
        let is_amazon_linux = instance.is_some_and(|row| {
            (row.platform_name.as_str(), row.platform_version.as_str()) == ("Amazon Linux", "2023")
        });
        is_amazon_linux
            && registered.is_some_and(|baseline| baseline.baseline_id != state.baseline_id)
    });
    assert!(changed.len() > 5, "{}", changed.len());
    assert_eq!(
        statuses(&changed),
        BTreeSet::from(["COMPLIANT", "NON_COMPLIANT"])
    );
}

#[test]
fn some_nodes_are_scanned_by_a_patch_policy_and_by_an_association() {
    let truth = truth(small(FLEET));
    let by_association: BTreeMap<&str, &Item> = truth
        .items
        .iter()
        .filter(|item| {
            item.details.get("DocumentName").map(String::as_str)
                == Some("AWS-RunPatchBaselineAssociation")
        })
        .map(|item| (item.resource_id.as_str(), item))
        .collect();
    let mut both = reports(&truth);
    both.retain(|(state, summary)| {
        let Some(item) = by_association.get(state.instance_id.as_str()) else {
            return false;
        };
        assert_eq!(
            summary.execution_summary.execution_type.as_deref(),
            Some("PatchPolicy")
        );
        assert_ne!(item.details["PatchBaselineId"], state.baseline_id);
        assert_eq!(state.patch_group, "");
        true
    });
    assert!(both.len() > 5, "{}", both.len());
    assert_eq!(
        statuses(&both),
        BTreeSet::from(["COMPLIANT", "NON_COMPLIANT"])
    );
}

#[test]
fn some_nodes_run_a_system_that_cannot_be_patched() {
    let truth = truth(small(FLEET));
    let systems: Vec<_> = truth
        .instances
        .iter()
        .filter(|row| row.platform_name == "Bottlerocket")
        .collect();
    assert!(systems.len() > 5, "{}", systems.len());
    for row in systems {
        assert!(
            truth
                .patch_states
                .iter()
                .all(|state| state.instance_id != row.instance_id)
        );
        assert!(!truth.summaries.iter().any(|summary| {
            summary.resource_id == row.instance_id && summary.compliance_type == "Patch"
        }));
    }
}

#[test]
fn only_installations_leave_failed_patches_and_none_leaves_patches_that_are_just_missing() {
    let truth = truth(small(FLEET));
    for state in &truth.patch_states {
        if state.failed_count > 0 || state.installed_pending_reboot_count > 0 {
            assert_eq!(state.operation, "Install");
        } else if state.missing_count > 0 {
            assert_eq!(state.operation, "Scan");
        }
    }
}
