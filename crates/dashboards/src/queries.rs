//! The queries of the dashboards, each named once.
//!
//! Two exporters may say the same of one target: everything of the fleet goes through [`target`] or
//! [`instance`], which keep one value of each, so that a second replica or a restart doubles
//! nothing. Counts are sums of comparisons with `bool`: zero while there is data and nothing wrong,
//! nothing while there is no data.

/// The choices of account and region, on every series of the fleet.
const CHOSEN: &str = r#"job=~"$job", account_id=~"$account", region=~"$region""#;

/// What tells instances apart: an id is unique in a region of an account only.
const INSTANCE: &str = "account_id, region, instance_id";

/// The choice of compliance types.
pub(crate) const TYPES: &str = r#"compliance_type=~"$compliance_type""#;

fn one_of_each(metric: &str, by: &str, matchers: &str) -> String {
    let matchers = if matchers.is_empty() {
        String::new()
    } else {
        format!(", {matchers}")
    };
    format!("max by ({by}) ({metric}{{{CHOSEN}{matchers}}})")
}

/// A metric of targets, one value for each target and each of the labels `by`.
pub(crate) fn target(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, &keys("account_id, region", by), matchers)
}

/// A metric of instances, one value for each instance and each of the labels `by`.
pub(crate) fn instance(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, &keys(INSTANCE, by), matchers)
}

/// A metric of the one chosen instance, by labels alone.
pub(crate) fn chosen(metric: &str, by: &str, matchers: &str) -> String {
    one_of_each(metric, by, &keys(r#"instance_id="$instance_id""#, matchers))
}

/// A recording rule about instances; rules have aggregated `job` away.
pub(crate) fn recorded(rule: &str, by: &str, matchers: &str) -> String {
    let chosen = keys(r#"account_id=~"$account", region=~"$region""#, matchers);
    format!("max by ({}) ({rule}{{{chosen}}})", keys(INSTANCE, by))
}

/// Lists joined by commas, either of which may be empty.
fn keys(first: &str, second: &str) -> String {
    [first, second]
        .into_iter()
        .filter(|list| !list.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// How long ago a time was, in seconds.
pub(crate) fn since(time: &str) -> String {
    format!("time() - {time}")
}

/// Labels of the one that carries them, for each instance: joins must not meet two.
fn labels_of_instance(metric: &str, labels: &str, matchers: &str) -> String {
    format!(
        "topk by ({INSTANCE}) (1, {})",
        instance(metric, labels, matchers)
    )
}

/// Adds labels that another metric has of the instance.
pub(crate) fn with_labels(expr: &str, metric: &str, labels: &str, matchers: &str) -> String {
    format!(
        "({expr}) * on ({INSTANCE}) group_left ({labels}) {}",
        labels_of_instance(metric, labels, matchers)
    )
}

/// Adds who the instance is; what AWS no longer lists stays without names.
pub(crate) fn named(expr: &str) -> String {
    let named = with_labels(
        expr,
        "aws_ssm_instance_info",
        "name, computer_name, platform_name",
        "",
    );
    format!("({named}) or on ({INSTANCE}) ({expr})")
}

/// Adds the name of the account.
pub(crate) fn with_account(expr: &str) -> String {
    let infos = target("aws_ssm_target_info", "account_name", "");
    let named = format!(
        "({expr}) * on (account_id, region) group_left (account_name) topk by (account_id, region) (1, {infos})"
    );
    format!("({named}) or on (account_id, region) ({expr})")
}

/// Adds a label that a metric of targets has for the same `key`; without one, the rest stays.
pub(crate) fn looked_up(expr: &str, key: &str, metric: &str, label: &str) -> String {
    let key = format!("account_id, region, {key}");
    let infos = one_of_each(metric, &keys(&key, label), "");
    let named = format!("({expr}) * on ({key}) group_left ({label}) topk by ({key}) (1, {infos})");
    format!("({named}) or on ({key}) ({expr})")
}

/// Keeps what is about an instance that the other expression has.
pub(crate) fn and(expr: &str, other: &str) -> String {
    format!("({expr}) and on ({INSTANCE}) ({other})")
}

/// Keeps instances of the chosen platforms.
pub(crate) fn of_platform(expr: &str) -> String {
    and(expr, &platform())
}

/// The instances of the chosen platforms.
pub(crate) fn platform() -> String {
    instance("aws_ssm_instance_info", "", r#"platform_type=~"$platform""#)
}

/// Listed instances by status, of the chosen types.
pub(crate) fn by_status(status: &str) -> String {
    let matchers = keys(&format!(r#"status=~"{status}""#), TYPES);
    format!(
        "sum by (compliance_type) ({})",
        target(
            "aws_ssm_compliance_instances",
            "compliance_type, status",
            &matchers
        )
    )
}

/// Share of compliant instances among those with a status, by type.
pub(crate) fn compliant_share() -> String {
    format!(
        "{} / ({} > 0)",
        by_status("COMPLIANT"),
        by_status("COMPLIANT|NON_COMPLIANT")
    )
}

/// Listed instances by reason.
pub(crate) fn by_reason() -> String {
    format!(
        "sum by (reason) ({})",
        target(
            "aws_ssm_noncompliant_instances",
            "compliance_type, reason",
            TYPES
        )
    )
}

/// Managed instances, by the given labels.
pub(crate) fn managed(by: &str, matchers: &str) -> String {
    let listed = target(
        "aws_ssm_managed_instances",
        "platform_type, resource_type, ping_status",
        matchers,
    );
    if by.is_empty() {
        format!("sum({listed})")
    } else {
        format!("sum by ({by}) ({listed})")
    }
}

/// Age of each collector's data in seconds.
pub(crate) fn data_age(matchers: &str) -> String {
    since(&target(
        "aws_ssm_collector_last_success_timestamp_seconds",
        "collector",
        matchers,
    ))
}

/// The configured interval between refreshes in seconds.
pub(crate) fn interval() -> String {
    r#"scalar(max(aws_ssm_exporter_refresh_interval_seconds{job=~"$job"}))"#.to_owned()
}

/// A target's age of data in refresh periods, as the alerts count: the interval and the last
/// refresh's duration.
pub(crate) fn in_periods(age: &str) -> String {
    let took = target("aws_ssm_exporter_refresh_duration_seconds", "", "");
    format!(
        "({age}) / on (account_id, region) group_left () ({took} + {})",
        interval()
    )
}

/// Instances with patches in a state: 1 or 0 for each instance and state.
pub(crate) fn in_patch_state(states: &str) -> String {
    let states = format!(r#"patch_state=~"{states}""#);
    format!(
        "{} > bool 0",
        instance("aws_ssm_instance_patches", "patch_state", &states)
    )
}

/// Age of the last patch operation of each instance of the chosen platforms.
pub(crate) fn scan_age() -> String {
    of_platform(&since(&instance(
        "aws_ssm_instance_patch_operation_end_timestamp_seconds",
        "",
        "",
    )))
}

/// Instances that were never scanned, of the chosen platforms.
pub(crate) fn never_scanned() -> String {
    of_platform(&instance(
        "aws_ssm_instance_unreported",
        "",
        r#"compliance_type="Patch""#,
    ))
}

/// Adds up; zero while the witness has data.
pub(crate) fn sum_or_zero(expr: &str, witness: &str) -> String {
    format!("sum({expr}) or 0 * count({witness})")
}

/// How many of the ages are within (from, to] seconds.
pub(crate) fn aged(age: &str, from: u32, to: Option<u32>) -> String {
    let upper = to
        .map(|to| format!(" * (({age}) <= bool {to})"))
        .unwrap_or_default();
    format!("sum((({age}) > bool {from}){upper})")
}
