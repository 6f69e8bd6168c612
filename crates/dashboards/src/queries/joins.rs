//! Expressions that take labels from another metric, or keep only what another metric has.

use super::series::{INSTANCE_LABELS, joined, one_of_each, per_instance, per_target};

/// Adds labels that another metric has for the same instance.
pub(crate) fn with_labels(expr: &str, metric: &str, labels: &str, matchers: &str) -> String {
    let infos = per_instance(metric, labels, matchers);
    // A join fails where an instance has two series on this side, as after a change of a label.
    let one_per_instance = format!("topk by ({INSTANCE_LABELS}) (1, {infos})");
    format!("({expr}) * on ({INSTANCE_LABELS}) group_left ({labels}) {one_per_instance}")
}

/// Adds the names of the instance. Instances that AWS no longer lists stay, without names.
pub(crate) fn with_instance_names(expr: &str) -> String {
    let labels = "name, computer_name, platform_name";
    let named = with_labels(expr, "aws_ssm_instance_info", labels, "");
    // A join drops what has no partner.
    format!("({named}) or on ({INSTANCE_LABELS}) ({expr})")
}

/// Adds the name of the account.
pub(crate) fn with_account_name(expr: &str) -> String {
    let infos = per_target("aws_ssm_target_info", "account_name", "");
    or_unnamed(expr, "account_id, region", "account_name", &infos)
}

/// Adds a label that a metric of targets has for the same value of `key`. What has no such label
/// stays as it is.
pub(crate) fn looked_up(expr: &str, key: &str, metric: &str, label: &str) -> String {
    let key = joined("account_id, region", key);
    let infos = one_of_each(metric, &joined(&key, label), "");
    or_unnamed(expr, &key, label, &infos)
}

/// Adds `label` of the first of `infos` with the same `key`, or leaves the expression as it is.
fn or_unnamed(expr: &str, key: &str, label: &str, infos: &str) -> String {
    // Every info metric is 1, so that multiplying by it adds nothing but its labels.
    let named = format!("({expr}) * on ({key}) group_left ({label}) topk by ({key}) (1, {infos})");
    format!("({named}) or on ({key}) ({expr})")
}

/// Keeps the values of those instances that the other expression has a value of.
pub(crate) fn for_instances_of(expr: &str, other: &str) -> String {
    format!("({expr}) and on ({INSTANCE_LABELS}) ({other})")
}

/// Keeps the values of instances of the chosen platforms.
pub(crate) fn for_chosen_platforms(expr: &str) -> String {
    for_instances_of(expr, &instances_of_chosen_platforms())
}

/// The instances of the chosen platforms.
pub(crate) fn instances_of_chosen_platforms() -> String {
    let matchers = r#"platform_type=~"$platform""#;
    per_instance("aws_ssm_instance_info", "", matchers)
}
