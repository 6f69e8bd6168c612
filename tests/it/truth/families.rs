//! The metric families of the fleet by name, type and labels, in a table that the exporter does not
//! know.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Format, Page};

/// Names without `aws_ssm_`, and the labels beside those of the target. Names that begin with
/// `instance_` have the label `instance_id`, too.
const FAMILIES: &[(&str, &[&str])] = &[
    ("up", &[]),
    ("target_info", &["account_name"]),
    ("collector_success", &["collector"]),
    ("collector_error_info", &["collector", "reason"]),
    ("collector_skipped_resources", &["collector"]),
    ("collector_duration_seconds", &["collector"]),
    ("collector_last_success_timestamp_seconds", &["collector"]),
    (
        "instance_info",
        &[
            "name",
            "computer_name",
            "ip_address",
            "resource_type",
            "platform_type",
            "platform_name",
            "platform_version",
            "agent_version",
        ],
    ),
    ("instance_online", &[]),
    ("instance_last_ping_timestamp_seconds", &[]),
    ("instance_agent_latest", &[]),
    (
        "managed_instances",
        &["platform_type", "resource_type", "ping_status"],
    ),
    ("unlisted_resources", &[]),
    ("instance_compliant", &["compliance_type"]),
    (
        "instance_compliance_items",
        &["compliance_type", "status", "compliance_severity"],
    ),
    (
        "instance_compliance_execution_timestamp_seconds",
        &["compliance_type"],
    ),
    ("instance_unreported", &["compliance_type"]),
    (
        "instance_noncompliance_reason",
        &["compliance_type", "reason"],
    ),
    ("compliance_instances", &["compliance_type", "status"]),
    (
        "tag_compliance_instances",
        &["tag_key", "tag_value", "compliance_type", "status"],
    ),
    ("noncompliant_instances", &["compliance_type", "reason"]),
    ("compliance_resources", &["compliance_type", "status"]),
    ("instance_patches", &["compliance_type", "patch_state"]),
    ("instance_patches_critical_noncompliant", &[]),
    ("instance_patches_security_noncompliant", &[]),
    ("instance_patches_other_noncompliant", &[]),
    (
        "instance_patch_operation_info",
        &["operation", "baseline_id", "patch_group", "reboot_option"],
    ),
    ("instance_patch_operation_end_timestamp_seconds", &[]),
    ("instance_patch_no_reboot_install_timestamp_seconds", &[]),
    (
        "patch_baseline_info",
        &["baseline_id", "baseline_name", "operating_system"],
    ),
    (
        "instance_noncompliant_patch_info",
        &[
            "patch_id",
            "patch_state",
            "classification",
            "patch_severity",
            "title",
            "cve_ids",
        ],
    ),
    ("noncompliant_patches_truncated", &[]),
    (
        "noncompliant_patch_instances",
        &[
            "patch_id",
            "patch_state",
            "classification",
            "patch_severity",
        ],
    ),
    ("noncompliant_cve_instances", &["cve_id"]),
    ("instance_associations", &["status"]),
    ("instance_last_association_execution_timestamp_seconds", &[]),
    ("instance_last_association_success_timestamp_seconds", &[]),
    (
        "instance_noncompliant_association_info",
        &["association_id", "document_name", "compliance_severity"],
    ),
    (
        "association_info",
        &["association_id", "association_name", "document_name"],
    ),
    ("association_instances", &["association_id", "status"]),
];

/// Fails for a family of the fleet that is unknown, that has another type or other labels, or whose
/// help says too little.
pub(crate) fn check_families(page: &Page, format: Format) {
    let known: BTreeMap<&str, &[&str]> = FAMILIES.iter().copied().collect();
    for (name, family) in &page.families {
        let Some(short) = name
            .strip_prefix("aws_ssm_")
            .filter(|short| !short.starts_with("exporter_"))
        else {
            continue;
        };
        let labels = known
            .get(short)
            .unwrap_or_else(|| panic!("{name} is no family of the table"));
        let info = short.ends_with("_info") && format == Format::OpenMetrics;
        assert_eq!(family.kind, if info { "info" } else { "gauge" }, "{name}");
        assert!(family.help.len() > 30, "{name}: {}", family.help);
        let mut labels: BTreeSet<&str> = labels
            .iter()
            .copied()
            .chain(["account_id", "region"])
            .collect();
        if short.starts_with("instance_") {
            labels.insert("instance_id");
        }
        for (series, _) in page.matching(name, &[]) {
            // Which tags are labels is up to the configuration.
            let is_fixed = |label: &&str| short != "instance_info" || !label.starts_with("tag_");
            assert_eq!(
                series
                    .labels
                    .keys()
                    .map(String::as_str)
                    .filter(is_fixed)
                    .collect::<BTreeSet<_>>(),
                labels,
                "{name}"
            );
        }
    }
}
