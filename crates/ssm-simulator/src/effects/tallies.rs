//! Counts of a resource that follow from its items, patches and associations.

use std::collections::BTreeMap;

use crate::fleet::Tally;
use crate::rows::{Item, Patch, PatchState, ResourceTruth, Summary};

/// Makes the summary of a compliance type anew from its items. Without items there is none.
pub(super) fn tally_items(resource: &mut ResourceTruth, compliance_type: &str) {
    let items = resource
        .items
        .iter()
        .filter(|item| item.compliance_type == compliance_type);
    let position = resource
        .summaries
        .iter()
        .position(|summary| summary.compliance_type == compliance_type);
    match (summary_of(items), position) {
        (Some(summary), Some(position)) => resource.summaries[position] = summary,
        (Some(summary), None) => resource.summaries.push(summary),
        (None, Some(position)) => drop(resource.summaries.remove(position)),
        (None, None) => {}
    }
}

fn summary_of<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> Option<Summary> {
    let first = items.clone().next()?;
    let mut tally = Tally::default();
    for item in items.clone() {
        tally.add(&item.status, &item.severity);
    }
    let statuses = items.map(|item| (item.status.as_str(), item.severity.as_str()));
    Some(Summary {
        compliance_type: first.compliance_type.clone(),
        resource_type: first.resource_type.clone(),
        resource_id: first.resource_id.clone(),
        status: tally.status().to_owned(),
        overall_severity: Tally::worst_severity_of(statuses).to_owned(),
        execution_summary: first.execution_summary.clone(),
        compliant_summary: tally.compliant,
        non_compliant_summary: tally.noncompliant,
    })
}

/// Makes the counts of a patch state anew from the patches.
pub(super) fn tally_patches(state: &mut PatchState, patches: &[Patch]) {
    let count = |name: &str| {
        let same = patches.iter().filter(|patch| patch.state == name);
        i32::try_from(same.count()).unwrap_or(i32::MAX)
    };
    state.installed_count = count("Installed");
    state.installed_other_count = count("InstalledOther");
    state.installed_pending_reboot_count = count("InstalledPendingReboot");
    state.installed_rejected_count = count("InstalledRejected");
    state.missing_count = count("Missing");
    state.failed_count = count("Failed");
    state.not_applicable_count = count("NotApplicable");
    // Only Windows has this count at all.
    if let Some(available) = &mut state.available_security_update_count {
        *available = count("AvailableSecurityUpdate");
    }
    tally_noncompliant(state, patches);
}

/// The three counts overlap: a patch can be critical and a security patch.
fn tally_noncompliant(state: &mut PatchState, patches: &[Patch]) {
    state.critical_non_compliant_count = 0;
    state.security_non_compliant_count = 0;
    state.other_non_compliant_count = 0;
    for patch in patches.iter().filter(|patch| needs_action(patch)) {
        let is_critical = patch.severity == "Critical";
        let is_security = patch.classification.starts_with("Security");
        state.critical_non_compliant_count += i32::from(is_critical);
        state.security_non_compliant_count += i32::from(is_security);
        state.other_non_compliant_count += i32::from(!is_critical && !is_security);
    }
}

fn needs_action(patch: &Patch) -> bool {
    matches!(
        patch.state.as_str(),
        "Missing" | "Failed" | "InstalledRejected" | "InstalledPendingReboot"
    )
}

/// Makes what the instance says of its associations anew from their rows.
pub(super) fn tally_associations(resource: &mut ResourceTruth) {
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    for row in &resource.instance_associations {
        *counts.entry(row.status.clone()).or_default() += 1;
    }
    if let Some(instance) = &mut resource.instance {
        let overview = crate::fleet::association_overview(counts);
        instance.association_status = Some(overview.detailed_status.clone());
        instance.association_overview = Some(overview);
    }
}
