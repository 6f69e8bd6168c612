//! One metric at a time, so that every series is counted once.

/// Matchers of the chosen accounts and regions, for every series of the fleet.
const CHOSEN_TARGETS: &str = r#"job=~"$job", account_id=~"$account", region=~"$region""#;

/// The labels that tell instances apart: an id is unique only in a region of an account.
pub(super) const INSTANCE_LABELS: &str = "account_id, region, instance_id";

/// The matcher of the chosen compliance types.
pub(crate) const CHOSEN_TYPES: &str = r#"compliance_type=~"$compliance_type""#;

/// The matchers of the chosen tag and its values.
pub(super) const CHOSEN_TAG: &str = r#"tag_key="$tag_key", tag_value=~"$tag_value""#;

/// The matcher of the one chosen instance.
pub(crate) const CHOSEN_INSTANCE: &str = r#"instance_id="$instance_id""#;

/// A metric of targets: one value for each target and each value of the labels `by`.
pub(crate) fn per_target(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, &joined("account_id, region", by), matchers)
}

/// A metric of instances: one value for each instance and each value of the labels `by`.
pub(crate) fn per_instance(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, &joined(INSTANCE_LABELS, by), matchers)
}

/// A metric of the one chosen instance, with the labels `by` only.
pub(crate) fn of_chosen_instance(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, by, &joined(CHOSEN_INSTANCE, matchers))
}

/// The result of a recording rule about instances.
pub(crate) fn recorded(rule: &str, by: &str, matchers: &str) -> String {
    // Recording rules have aggregated `job` away, so it cannot be chosen here.
    let chosen = joined(r#"account_id=~"$account", region=~"$region""#, matchers);
    let labels = joined(INSTANCE_LABELS, by);
    format!("max by ({labels}) ({rule}{{{chosen}}})")
}

/// Keeps one of the values that several exporters have for the same thing.
pub(super) fn one_of_each(metric: &str, by: &str, matchers: &str) -> String {
    // The maximum, because any one of them is right: they differ only in when they were read.
    let matchers = joined(CHOSEN_TARGETS, matchers);
    format!("max by ({by}) ({metric}{{{matchers}}})")
}

/// Two lists of labels or matchers as one. Either may be empty.
pub(super) fn joined(first: &str, second: &str) -> String {
    if first.is_empty() || second.is_empty() {
        format!("{first}{second}")
    } else {
        format!("{first}, {second}")
    }
}
