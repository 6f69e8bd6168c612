//! Every count of every row follows from the items and the statuses, also while compliance drifts.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{ACCOUNT, REGION, small, truth};
use crate::rows::{Item, SeveritySummary, Summary, TargetTruth};
use crate::{Options, Simulator};

/// Computes every count of every row anew.
pub(super) fn assert_consistent(truth: &TargetTruth) {
    let mut items: BTreeMap<(&str, &str), Vec<&Item>> = BTreeMap::new();
    for item in &truth.items {
        items
            .entry((&item.resource_id, &item.compliance_type))
            .or_default()
            .push(item);
    }
    assert_eq!(
        items.len(),
        truth.summaries.len(),
        "one summary per resource and type that has items"
    );
    for summary in &truth.summaries {
        let items = &items[&(
            summary.resource_id.as_str(),
            summary.compliance_type.as_str(),
        )];
        assert_summary(summary, items);
    }
    assert_totals(truth);
    assert_patch_states(truth, &items);
    assert_associations(truth);
}

fn assert_summary(summary: &Summary, items: &[&Item]) {
    let count = |status: &str| {
        i32::try_from(items.iter().filter(|item| item.status == status).count()).unwrap()
    };
    let (good, bad) = (count("COMPLIANT"), count("NON_COMPLIANT"));
    assert_eq!(
        (
            summary.compliant_summary.compliant_count,
            summary.non_compliant_summary.non_compliant_count
        ),
        (good, bad)
    );
    assert_eq!(
        summary.status,
        if bad > 0 {
            "NON_COMPLIANT"
        } else {
            "COMPLIANT"
        }
    );
    for (severities, count) in [
        (summary.compliant_summary.severity_summary, good),
        (summary.non_compliant_summary.severity_summary, bad),
    ] {
        assert_eq!(sum(severities), count, "{summary:?}");
    }
    assert!(
        items
            .iter()
            .all(|item| item.execution_summary == summary.execution_summary),
        "one execution per type"
    );
}

fn sum(counts: SeveritySummary) -> i32 {
    counts.critical_count
        + counts.high_count
        + counts.medium_count
        + counts.low_count
        + counts.informational_count
        + counts.unspecified_count
}

pub(super) fn assert_totals(truth: &TargetTruth) {
    for total in &truth.totals {
        let resources = |status: &str| {
            let same = truth
                .summaries
                .iter()
                .filter(|row| row.compliance_type == total.compliance_type);
            i32::try_from(same.filter(|row| row.status == status).count()).unwrap()
        };
        assert_eq!(
            total.compliant_summary.compliant_count,
            resources("COMPLIANT")
        );
        assert_eq!(
            total.non_compliant_summary.non_compliant_count,
            resources("NON_COMPLIANT")
        );
    }
    let types: BTreeSet<&str> = truth
        .summaries
        .iter()
        .map(|row| row.compliance_type.as_str())
        .collect();
    assert_eq!(types.len(), truth.totals.len());
}

fn assert_patch_states(truth: &TargetTruth, items: &BTreeMap<(&str, &str), Vec<&Item>>) {
    assert_eq!(
        truth.patch_states.len(),
        items.keys().filter(|(_, name)| *name == "Patch").count()
    );
    for row in &truth.patch_states {
        let items = &items[&(row.instance_id.as_str(), "Patch")];
        let count = |state: &str| {
            let same = items.iter().filter(|item| {
                item.details
                    .get("PatchState")
                    .is_some_and(|known| known == state)
            });
            i32::try_from(same.count()).unwrap()
        };
        assert_eq!(row.installed_count, count("Installed"));
        assert_eq!(row.installed_other_count, count("InstalledOther"));
        assert_eq!(
            row.installed_pending_reboot_count,
            count("InstalledPendingReboot")
        );
        assert_eq!(row.installed_rejected_count, count("InstalledRejected"));
        assert_eq!(row.missing_count, count("Missing"));
        assert_eq!(row.failed_count, count("Failed"));
        assert_eq!(row.not_applicable_count, count("NotApplicable"));
        assert_eq!(
            row.available_security_update_count.unwrap_or(0),
            count("AvailableSecurityUpdate")
        );
        let four = row.missing_count
            + row.failed_count
            + row.installed_rejected_count
            + row.installed_pending_reboot_count;
        assert!(
            row.critical_non_compliant_count
                .max(row.security_non_compliant_count)
                <= four
        );
        assert!(
            row.installed_pending_reboot_count == 0
                || row.last_no_reboot_install_operation_time.is_some()
        );
        let ids: BTreeSet<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids.len(), items.len(), "an id per patch");
    }
}

/// In a fleet without commands, only what still waits for a reboot was installed without one.
fn assert_installed_without_reboot(truth: &TargetTruth) {
    for row in &truth.patch_states {
        assert_eq!(
            row.installed_pending_reboot_count > 0,
            row.last_no_reboot_install_operation_time.is_some()
        );
    }
}

fn assert_associations(truth: &TargetTruth) {
    for association in &truth.associations {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        for row in truth
            .instance_associations
            .iter()
            .filter(|row| row.association_id == association.association_id)
        {
            *counts.entry(row.status.clone()).or_default() += 1;
        }
        assert_eq!(
            association.overview.association_status_aggregated_count, counts,
            "{}",
            association.name
        );
    }
    for instance in &truth.instances {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        for row in truth
            .instance_associations
            .iter()
            .filter(|row| row.instance_id == instance.instance_id)
        {
            *counts.entry(row.status.clone()).or_default() += 1;
        }
        let overview = instance.association_overview.as_ref().unwrap();
        assert_eq!(
            overview.instance_association_status_aggregated_count,
            counts
        );
    }
}

#[test]
fn every_count_follows_from_the_items() {
    for seed in [1, 2, 77] {
        let truth = truth(Options { seed, ..small(137) });
        assert_consistent(&truth);
        assert_installed_without_reboot(&truth);
    }
}

#[test]
fn counts_stay_consistent_while_compliance_drifts() {
    let simulator = Simulator::new(small(90));
    let before = simulator.truth(ACCOUNT, REGION);
    for _ in 0..5 {
        simulator.drift(0.2);
        let truth = simulator.truth(ACCOUNT, REGION);
        assert_consistent(&truth);
        assert_installed_without_reboot(&truth);
    }
    let after = simulator.truth(ACCOUNT, REGION);
    assert_ne!(before.summaries, after.summaries);
    assert_eq!(before.instances.len(), after.instances.len());
    for row in &after.summaries {
        let old = before.summaries.iter().find(|old| {
            (&old.resource_id, &old.compliance_type) == (&row.resource_id, &row.compliance_type)
        });
        if let Some(old) = old.filter(|old| old.status != row.status) {
            assert!(
                row.execution_summary.execution_time > old.execution_summary.execution_time,
                "changes are newer"
            );
        }
    }
}

#[test]
fn drift_changes_the_share_it_was_asked_for_and_keeps_the_balance() {
    let simulator = Simulator::new(Options {
        noncompliant: 0.5,
        ..small(100)
    });
    let bad = |truth: &TargetTruth| -> BTreeSet<String> {
        let bad = truth
            .summaries
            .iter()
            .filter(|row| row.status == "NON_COMPLIANT");
        let listed: BTreeSet<&str> = truth
            .instances
            .iter()
            .map(|row| row.instance_id.as_str())
            .collect();
        bad.map(|row| row.resource_id.clone())
            .filter(|id| listed.contains(id.as_str()))
            .collect()
    };
    let before = bad(&simulator.truth(ACCOUNT, REGION));
    simulator.drift(0.1);
    let after = bad(&simulator.truth(ACCOUNT, REGION));
    assert_eq!(before.symmetric_difference(&after).count(), 10);
    assert_eq!((before.len(), after.len()), (50, 50));
    for _ in 0..10 {
        simulator.drift(0.001);
    }
    let later = bad(&simulator.truth(ACCOUNT, REGION));
    assert_eq!(
        after.symmetric_difference(&later).count(),
        1,
        "small shares add up"
    );
}
