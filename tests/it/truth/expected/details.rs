//! Patches and associations.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::rows::PatchState;

use super::{Out, Reading, Resource, last_segment, text, word};

impl Reading {
    /// What only detail calls can tell. They name no resource that is not listed.
    pub(super) fn instance_details(&self, resource: &Resource<'_>, out: &mut Out<'_>) {
        if resource.instance.is_none() {
            return;
        }
        if self.reads("Patch") {
            patches(resource, out);
        }
        let noncompliant = resource
            .summary("Association")
            .is_some_and(|row| row.status == "NON_COMPLIANT");
        if self.reads("Association") && noncompliant {
            for (association, document, severity) in self.noncompliant_associations(resource) {
                let labels = [
                    ("instance_id", &*text(resource.id)),
                    ("association_id", &*text(association)),
                    ("document_name", &*text(document)),
                    ("compliance_severity", &*word(severity)),
                ];
                out.value("instance_noncompliant_association_info", &labels, 1);
            }
        }
    }

    /// The patch baselines that the last patch operation of a listed instance used.
    pub(super) fn baselines(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        if !self.reads("Patch") {
            return;
        }
        let listed = resources
            .iter()
            .filter(|resource| resource.instance.is_some());
        let used: BTreeSet<&str> = listed
            .filter_map(|resource| resource.patches)
            .map(|row| last_segment(&row.baseline_id))
            .collect();
        for row in &self.truth.baselines {
            let id = last_segment(&row.baseline_id);
            if used.contains(id) {
                let labels = [
                    ("baseline_id", &*text(id)),
                    ("baseline_name", &*text(&row.baseline_name)),
                    ("operating_system", &*word(&row.operating_system)),
                ];
                out.value("patch_baseline_info", &labels, 1);
            }
        }
    }

    pub(super) fn associations(&self, out: &mut Out<'_>) {
        if !self.reads("Association") {
            return;
        }
        let mut sums = BTreeMap::new();
        for row in &self.truth.associations {
            let id = text(&row.association_id);
            let labels = [
                ("association_id", &*id),
                (
                    "association_name",
                    &*text(row.association_name.as_deref().unwrap_or_default()),
                ),
                ("document_name", &*text(&row.name)),
            ];
            out.value("association_info", &labels, 1);
            for (status, count) in &row.overview.association_status_aggregated_count {
                if *count > 0 {
                    *sums.entry([id.clone(), word(status)]).or_default() += count;
                }
            }
        }
        out.sums("association_instances", ["association_id", "status"], &sums);
    }
}

fn patches(resource: &Resource<'_>, out: &mut Out<'_>) {
    let Some(row) = resource.patches else { return };
    let id = ("instance_id", &*text(resource.id));
    let always = [
        ("Missing", row.missing_count),
        ("Failed", row.failed_count),
        ("InstalledPendingReboot", row.installed_pending_reboot_count),
        ("InstalledRejected", row.installed_rejected_count),
    ];
    let unless_zero = [
        ("Installed", row.installed_count),
        ("InstalledOther", row.installed_other_count),
        ("NotApplicable", row.not_applicable_count),
        (
            "AvailableSecurityUpdate",
            row.available_security_update_count.unwrap_or_default(),
        ),
    ];
    for (state, count) in always
        .into_iter()
        .chain(unless_zero.into_iter().filter(|(_, count)| *count != 0))
    {
        out.count(
            "instance_patches",
            &[id, ("compliance_type", "Patch"), ("patch_state", state)],
            count,
        );
    }
    out.count(
        "instance_patches_critical_noncompliant",
        &[id],
        row.critical_non_compliant_count,
    );
    out.count(
        "instance_patches_security_noncompliant",
        &[id],
        row.security_non_compliant_count,
    );
    out.count(
        "instance_patches_other_noncompliant",
        &[id],
        row.other_non_compliant_count,
    );
    patch_operation(id, row, out);
}

fn patch_operation(id: (&str, &str), row: &PatchState, out: &mut Out<'_>) {
    let labels = [
        id,
        ("operation", &*word(&row.operation)),
        ("baseline_id", &*text(last_segment(&row.baseline_id))),
        ("patch_group", &*text(&row.patch_group)),
        (
            "reboot_option",
            &*word(row.reboot_option.as_deref().unwrap_or_default()),
        ),
    ];
    out.value("instance_patch_operation_info", &labels, 1);
    out.time(
        "instance_patch_operation_end_timestamp_seconds",
        &[id],
        Some(row.operation_end_time),
    );
    let last = row.last_no_reboot_install_operation_time;
    out.time(
        "instance_patch_no_reboot_install_timestamp_seconds",
        &[id],
        last,
    );
}
