//! Statuses, items, reasons, and how many instances have which.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::rows::{SeveritySummary, Summary};

use super::{Out, Reading, Resource, last_segment, text, word};

const REASONS: [(&str, &str); 10] = [
    ("Patch", "patches_missing"),
    ("Patch", "patches_failed"),
    ("Patch", "reboot_pending"),
    ("Patch", "patches_rejected"),
    ("Patch", "security_updates_available"),
    ("Patch", "unexplained"),
    ("Association", "inventory_failed"),
    ("Association", "patch_association_noncompliant"),
    ("Association", "association_failed"),
    ("Association", "unexplained"),
];

fn by_severity(counts: &SeveritySummary) -> [(&'static str, i32); 6] {
    [
        ("CRITICAL", counts.critical_count),
        ("HIGH", counts.high_count),
        ("MEDIUM", counts.medium_count),
        ("LOW", counts.low_count),
        ("INFORMATIONAL", counts.informational_count),
        ("UNSPECIFIED", counts.unspecified_count),
    ]
}

impl Reading {
    /// Whether a listed instance has no summary of this type. For Association it must have an
    /// association status as well, or nothing is missing.
    pub(super) fn unreported(&self, resource: &Resource<'_>, kind: &str) -> bool {
        let Some(row) = resource.instance else {
            return false;
        };
        let due = match kind {
            "Patch" => true,
            _ => row
                .association_status
                .as_deref()
                .is_some_and(|status| !status.is_empty()),
        };
        due && self.reads(kind) && resource.summary(kind).is_none()
    }

    pub(super) fn instance_compliance(&self, resource: &Resource<'_>, out: &mut Out<'_>) {
        let id = ("instance_id", &*text(resource.id));
        for row in &resource.summaries {
            let kind = word(&row.compliance_type);
            let kind = ("compliance_type", kind.as_str());
            match row.status.as_str() {
                "COMPLIANT" => out.value("instance_compliant", &[id, kind], 1),
                "NON_COMPLIANT" => out.value("instance_compliant", &[id, kind], 0),
                _ => {}
            }
            let parts = [
                ("COMPLIANT", &row.compliant_summary.severity_summary),
                ("NON_COMPLIANT", &row.non_compliant_summary.severity_summary),
            ];
            for (status, counts) in parts {
                for (severity, count) in by_severity(counts)
                    .into_iter()
                    .filter(|(_, count)| *count > 0)
                {
                    let labels = [
                        id,
                        kind,
                        ("status", status),
                        ("compliance_severity", severity),
                    ];
                    out.value("instance_compliance_items", &labels, count);
                }
            }
            if row.compliance_type != "Association" {
                let name = "instance_compliance_execution_timestamp_seconds";
                out.time(
                    name,
                    &[id, kind],
                    Some(row.execution_summary.execution_time),
                );
            }
            for reason in self.reasons(resource, row) {
                out.value(
                    "instance_noncompliance_reason",
                    &[id, kind, ("reason", reason)],
                    1,
                );
            }
        }
        for kind in ["Patch", "Association"] {
            if self.unreported(resource, kind) {
                out.value("instance_unreported", &[id, ("compliance_type", kind)], 1);
            }
        }
    }

    /// Why a resource is non-compliant. Details exist of listed instances only, so other resources
    /// have no reason.
    fn reasons(&self, resource: &Resource<'_>, row: &Summary) -> BTreeSet<&'static str> {
        let listed = resource.instance.is_some();
        if row.status != "NON_COMPLIANT" {
            return BTreeSet::new();
        }
        let mut reasons = match row.compliance_type.as_str() {
            "Patch" | "Association" if !listed => return BTreeSet::new(),
            "Patch" => patch_reasons(resource, row),
            "Association" => self.association_reasons(resource),
            custom if custom.starts_with("Custom:") => BTreeSet::from(["custom_items"]),
            _ => BTreeSet::new(),
        };
        if reasons.is_empty() {
            reasons.insert("unexplained");
        }
        reasons
    }

    fn association_reasons(&self, resource: &Resource<'_>) -> BTreeSet<&'static str> {
        let reason = |document: &str| match last_segment(document) {
            "AWS-GatherSoftwareInventory" => "inventory_failed",
            "AWS-RunPatchBaselineAssociation" => "patch_association_noncompliant",
            _ => "association_failed",
        };
        self.noncompliant_associations(resource)
            .iter()
            .map(|(_, document, _)| reason(document))
            .collect()
    }

    /// Id, document and severity of the non-compliant items of the type Association.
    pub(super) fn noncompliant_associations(
        &self,
        resource: &Resource<'_>,
    ) -> BTreeSet<(&str, &str, &str)> {
        let items = self
            .truth
            .items
            .iter()
            .filter(|item| item.resource_id == resource.id);
        let bad = items
            .filter(|item| item.compliance_type == "Association" && item.status == "NON_COMPLIANT");
        bad.map(|item| {
            let document = item
                .details
                .get("DocumentName")
                .map(String::as_str)
                .unwrap_or_default();
            (item.id.as_str(), document, item.severity.as_str())
        })
        .collect()
    }

    pub(super) fn compliance_counts(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        self.status_counts(resources, out);
        self.reason_counts(resources, out);
        self.console_counts(out);
    }

    /// Listed instances by type and status. The two types of AWS's own always have their counts.
    fn status_counts(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        let mut counts = BTreeMap::new();
        for kind in self.types_of_aws() {
            for status in ["COMPLIANT", "NON_COMPLIANT", "UNREPORTED"] {
                counts.insert([kind.to_owned(), status.to_owned()], 0);
            }
        }
        for resource in listed(resources) {
            for row in &resource.summaries {
                let kind = word(&row.compliance_type);
                for status in ["COMPLIANT", "NON_COMPLIANT"] {
                    let count = counts.entry([kind.clone(), status.to_owned()]).or_default();
                    *count += i32::from(row.status == status);
                }
            }
            for kind in self.types_of_aws() {
                let unreported = i32::from(self.unreported(resource, kind));
                let key = [kind.to_owned(), "UNREPORTED".to_owned()];
                *counts.entry(key).or_default() += unreported;
            }
        }
        out.sums(
            "compliance_instances",
            ["compliance_type", "status"],
            &counts,
        );
    }

    /// Listed instances by type and reason. The reasons of AWS's own types always have their counts.
    fn reason_counts(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        let mut counts = BTreeMap::new();
        for (kind, reason) in REASONS.into_iter().filter(|(kind, _)| self.reads(kind)) {
            counts.insert([kind.to_owned(), reason.to_owned()], 0);
        }
        for resource in listed(resources) {
            for row in &resource.summaries {
                for reason in self.reasons(resource, row) {
                    let key = [word(&row.compliance_type), reason.to_owned()];
                    *counts.entry(key).or_default() += 1;
                }
            }
        }
        out.sums(
            "noncompliant_instances",
            ["compliance_type", "reason"],
            &counts,
        );
    }

    /// All resources by type and status, as AWS's console counts them.
    fn console_counts(&self, out: &mut Out<'_>) {
        for row in &self.truth.totals {
            if !self.reads(&row.compliance_type) {
                continue;
            }
            let kind = word(&row.compliance_type);
            let counts = [
                ("COMPLIANT", row.compliant_summary.compliant_count),
                (
                    "NON_COMPLIANT",
                    row.non_compliant_summary.non_compliant_count,
                ),
            ];
            for (status, count) in counts {
                let labels = [("compliance_type", kind.as_str()), ("status", status)];
                out.count("compliance_resources", &labels, count);
            }
        }
    }

    /// The types of AWS's own that are read.
    pub(super) fn types_of_aws(&self) -> impl Iterator<Item = &'static str> {
        let types = ["Patch", "Association"];
        types.into_iter().filter(|kind| self.reads(kind))
    }
}

fn listed<'a, 'b>(resources: &'a [Resource<'b>]) -> impl Iterator<Item = &'a Resource<'b>> {
    resources
        .iter()
        .filter(|resource| resource.instance.is_some())
}

fn patch_reasons(resource: &Resource<'_>, row: &Summary) -> BTreeSet<&'static str> {
    let Some(state) = resource.patches else {
        return BTreeSet::new();
    };
    let counts = [
        ("patches_missing", state.missing_count),
        ("patches_failed", state.failed_count),
        ("reboot_pending", state.installed_pending_reboot_count),
        ("patches_rejected", state.installed_rejected_count),
    ];
    let mut reasons: BTreeSet<&str> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(reason, _)| reason)
        .collect();
    let known: i32 = counts.into_iter().map(|(_, count)| count.max(0)).sum();
    let available = state.available_security_update_count.unwrap_or_default();
    if available > 0 && row.non_compliant_summary.non_compliant_count > known {
        reasons.insert("security_updates_available");
    }
    reasons
}
