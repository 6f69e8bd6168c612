//! The exporter's own metrics, read from the text that its registry writes.
//!
//! `prometheus-client` has no way to list what is registered, so the exposition itself is read.

use std::time::Duration;

use crate::metrics::exporter::{Build, DiscoveryReport, ExporterMetrics};
use crate::metrics::family::Format;
use crate::metrics::page::Page;
use crate::model::{FailureReason, Operation, Timestamp};

/// One metric of the exporter itself.
#[derive(Debug, Default)]
pub(super) struct OwnMetric<'a> {
    pub(super) name: String,
    pub(super) kind: &'a str,
    pub(super) labels: Vec<&'a str>,
    pub(super) help: &'a str,
}

/// A text in which each of the exporter's metrics has a sample.
// The registry leaves out a family without a sample, and only samples show the labels.
pub(super) fn exposition() -> String {
    let build = Build {
        version: "-",
        revision: "-",
        rustc: "-",
    };
    let metrics = ExporterMetrics::new(build, Duration::ZERO);
    fill_every_metric(&metrics);
    metrics.encode(Format::OpenMetrics, &Page::default())
}

fn fill_every_metric(metrics: &ExporterMetrics) {
    let target = metrics.target("-", "-");
    target.start_at_zero("-");
    target.limit("-", 0.0);
    target.refresh_started(Timestamp::from_millis(1_700_000_000_000));
    target.refresh_ended(Duration::ZERO);
    metrics.discovered(Some(&DiscoveryReport {
        ended: Timestamp::from_millis(1_700_000_000_000),
        accounts: Some(0),
        failures: Vec::new(),
    }));
    metrics.discovered(Some(&DiscoveryReport {
        failures: vec![("-".to_owned(), FailureReason::Other)],
        accounts: Some(0),
        ended: None,
    }));
    metrics.discovery_attempted(Operation::ListAccounts);
    metrics.discovery_failed(Operation::ListAccounts, FailureReason::Other);
    metrics.answered("-", 200);
}

/// The metrics of an exposition, but for those of the process.
// Those are Prometheus' own, and its documentation explains them.
pub(super) fn metrics(exposition: &str) -> Vec<OwnMetric<'_>> {
    let mut metrics: Vec<OwnMetric<'_>> = Vec::new();
    for line in exposition.lines() {
        if let Some((name, help)) = header(line, "# HELP ") {
            metrics.push(OwnMetric::new(name, help));
        } else if let Some(metric) = metrics.last_mut() {
            metric.read(line);
        }
    }
    metrics.retain(|metric| metric.name.starts_with("aws_ssm_"));
    metrics
}

/// The name in a header line, and what the line says of it; `None` for any other line.
fn header<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(start)?.split_once(' ')
}

impl<'a> OwnMetric<'a> {
    fn new(name: &str, help: &'a str) -> Self {
        Self {
            name: name.to_owned(),
            help,
            ..Self::default()
        }
    }

    /// Takes over what a line below the metric's HELP says of it.
    fn read(&mut self, line: &'a str) {
        if let Some((_, kind)) = header(line, "# TYPE ") {
            self.kind = kind;
            self.name.push_str(suffix(kind));
        } else if let Some(labels) = labels(line) {
            self.labels = labels;
        }
    }
}

/// What samples of this type have after the name of their family.
// OpenMetrics names a family without the suffix, but people query the name that samples have.
fn suffix(kind: &str) -> &'static str {
    match kind {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    }
}

/// The names of a sample's labels, without `le`, which every histogram has for its buckets.
fn labels(sample: &str) -> Option<Vec<&str>> {
    // No value contains a brace, a comma or an equals sign: they are those of `exposition`.
    let labels = sample.split(['{', '}']).nth(1)?;
    let names = labels
        .split(',')
        .filter_map(|label| label.split('=').next());
    Some(names.filter(|name| *name != "le").collect())
}
