//! How many instances, patches or items there are of a sort.

use super::joins::{for_chosen_platforms, instances_of_chosen_platforms};
use super::series::{CHOSEN_TAG, CHOSEN_TYPES, joined, per_instance, per_target};

/// Listed instances whose status matches the regular expression, by compliance type.
pub(crate) fn by_status(status: &str) -> String {
    let matchers = joined(&format!(r#"status=~"{status}""#), CHOSEN_TYPES);
    sum_by("compliance_type", &compliance_instances(&matchers))
}

/// The share of compliant instances among those with a status, by compliance type.
pub(crate) fn compliant_share() -> String {
    let compliant = by_status("COMPLIANT");
    let with_status = by_status("COMPLIANT|NON_COMPLIANT");
    // Without the comparison an empty fleet would be 0 / 0, which is shown as NaN.
    format!("{compliant} / ({with_status} > 0)")
}

/// Listed instances of each target by compliance type and status.
pub(crate) fn compliance_instances(matchers: &str) -> String {
    let by = "compliance_type, status";
    per_target("aws_ssm_compliance_instances", by, matchers)
}

/// Listed instances of each target with the chosen tag, by its value, compliance type and status.
pub(crate) fn tagged_instances(matchers: &str) -> String {
    let by = "tag_value, compliance_type, status";
    let matchers = joined(CHOSEN_TAG, matchers);
    per_target("aws_ssm_tag_compliance_instances", by, &matchers)
}

/// The share of compliant instances among those with a status, by the value of the chosen tag.
pub(crate) fn compliant_share_by_tag() -> String {
    let in_status = |status: &str| {
        let matchers = joined(&format!(r#"status=~"{status}""#), CHOSEN_TYPES);
        sum_by("tag_value", &tagged_instances(&matchers))
    };
    let compliant = in_status("COMPLIANT");
    let with_status = in_status("COMPLIANT|NON_COMPLIANT");
    // As for the share by type, an empty value is not to be shown as NaN.
    format!("{compliant} / ({with_status} > 0)")
}

/// Listed instances by reason for being non-compliant.
pub(crate) fn by_reason(matchers: &str) -> String {
    let by = "compliance_type, reason";
    let reasons = per_target("aws_ssm_noncompliant_instances", by, matchers);
    sum_by("reason", &reasons)
}

/// The managed instances that match, all together.
pub(crate) fn managed(matchers: &str) -> String {
    sum(&managed_instances(matchers))
}

/// The managed instances of each target that match.
pub(crate) fn managed_of_target(matchers: &str) -> String {
    sum_by("account_id, region", &managed_instances(matchers))
}

fn managed_instances(matchers: &str) -> String {
    let by = "platform_type, resource_type, ping_status";
    per_target("aws_ssm_managed_instances", by, matchers)
}

/// Non-compliant items of the chosen types, by the given labels.
pub(crate) fn noncompliant_items(by: &str) -> String {
    let matchers = joined(r#"status="NON_COMPLIANT""#, CHOSEN_TYPES);
    let labels = "compliance_type, compliance_severity";
    let items = per_instance("aws_ssm_instance_compliance_items", labels, &matchers);
    sum_by(by, &items)
}

/// Whether an instance has patches in a state: 1 or 0 for each instance and each state that the
/// regular expression matches.
pub(crate) fn has_patches_in(states: &str) -> String {
    let matchers = format!(r#"patch_state=~"{states}""#);
    let patches = per_instance("aws_ssm_instance_patches", "patch_state", &matchers);
    format!("{patches} > bool 0")
}

/// Instances of the chosen platforms that were never scanned.
pub(crate) fn never_scanned() -> String {
    // An instance without a patch summary has never been scanned, as far as AWS knows.
    let matchers = r#"compliance_type="Patch""#;
    for_chosen_platforms(&per_instance("aws_ssm_instance_unreported", "", matchers))
}

/// How many instances of the chosen platforms were never scanned.
pub(crate) fn never_scanned_count() -> String {
    sum_or_zero(&never_scanned(), &instances_of_chosen_platforms())
}

/// How many of these metrics, which are 1 where all is well, are 0.
fn failed_count(successes: &str) -> String {
    // A success is 1 and a failure 0.
    format!("sum(1 - {successes})")
}

/// Targets whose last refresh failed.
pub(crate) fn targets_down() -> String {
    failed_count(&per_target("aws_ssm_up", "", ""))
}

/// Collectors, over all targets, whose last attempt failed.
pub(crate) fn collectors_failing() -> String {
    failed_count(&per_target("aws_ssm_collector_success", "collector", ""))
}

/// Adds up all values.
pub(crate) fn sum(expr: &str) -> String {
    format!("sum({expr})")
}

/// Adds up the values with the same labels `by`.
pub(crate) fn sum_by(by: &str, expr: &str) -> String {
    format!("sum by ({by}) ({expr})")
}

/// Adds up all values; 0 while the witness has data.
fn sum_or_zero(expr: &str, witness: &str) -> String {
    // A sum of nothing is not 0 but no value at all, which looks like missing data.
    format!("sum({expr}) or 0 * count({witness})")
}
