//! The exporter's own metrics. Each process has its own, so that nothing is counted twice.

/// The matchers of the chosen exporters.
pub(super) const CHOSEN_EXPORTERS: &str = r#"job=~"$job", instance=~"$instance""#;

/// The matchers of the chosen exporters and targets, for what exporters say of a target.
pub(super) const CHOSEN_TARGETS: &str =
    r#"job=~"$job", instance=~"$instance", account_id=~"$account", region=~"$region""#;

/// The largest value of a metric for each value of the labels `by`.
pub(super) fn max_by(by: &str, metric: &str, matchers: &str) -> String {
    format!("max by ({by}) ({metric}{{{matchers}}})")
}

/// A metric that each chosen exporter has for itself.
pub(super) fn per_exporter(metric: &str, by: &str) -> String {
    max_by(by, metric, CHOSEN_EXPORTERS)
}

/// A metric that the chosen exporters have for each target.
pub(super) fn per_target(metric: &str) -> String {
    max_by("account_id, region", metric, CHOSEN_TARGETS)
}

/// The rate of a counter, summed over the exporters: each makes its own calls.
pub(super) fn rate(metric: &str, by: &str, matchers: &str) -> String {
    // The rate comes first: a sum of counters falls when one process starts again.
    format!("sum by ({by}) (rate({metric}{{{matchers}}}[$__rate_interval]))")
}

/// How long the last refresh of each target took.
pub(super) fn refresh_duration() -> String {
    per_target("aws_ssm_exporter_refresh_duration_seconds")
}

/// Panics of each exporter since its start.
pub(super) fn panics() -> String {
    // Not an increase: Prometheus sees none where the panic came before the first scrape.
    per_exporter("aws_ssm_exporter_panics_total", "instance, task")
}
