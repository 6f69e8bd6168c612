//! The exporter's own metrics, as its registry writes them.

use std::time::Duration;

use crate::metrics::exporter::{Build, ExporterMetrics};
use crate::metrics::family::Format;
use crate::metrics::page::Page;
use crate::model::Timestamp;

/// One metric of the exporter itself.
#[derive(Debug, Default)]
pub(super) struct OwnMetric<'a> {
    pub(super) name: String,
    pub(super) kind: &'a str,
    pub(super) labels: Vec<&'a str>,
    pub(super) help: &'a str,
}

/// A page on which each metric of the exporter has a sample, because labels show only there.
pub(super) fn exposition() -> String {
    let build = Build {
        version: "-",
        revision: "-",
        rustc: "-",
    };
    let metrics = ExporterMetrics::new(build, Duration::ZERO);
    let target = metrics.target("-", "-");
    target.start_at_zero("-");
    target.limit("-", 0.0);
    target.refresh_started(Timestamp::from_millis(1_700_000_000_000));
    target.refresh_ended(Duration::ZERO);
    metrics.answered("-", 200);
    metrics.encode(Format::OpenMetrics, &Page::default())
}

/// The metrics of an exposition, but for those of the process.
pub(super) fn metrics(exposition: &str) -> Vec<OwnMetric<'_>> {
    let mut metrics: Vec<OwnMetric<'_>> = Vec::new();
    for line in exposition.lines() {
        if let Some((name, help)) = header(line, "# HELP ") {
            metrics.push(OwnMetric {
                name: name.to_owned(),
                help,
                ..OwnMetric::default()
            });
        } else if let Some(metric) = metrics.last_mut() {
            metric.read(line);
        }
    }
    metrics.retain(|metric| metric.name.starts_with("aws_ssm_"));
    metrics
}

/// The name, and what is said of it, if the line is such a header.
fn header<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(start)?.split_once(' ')
}

impl<'a> OwnMetric<'a> {
    /// Takes what a line below its HELP says.
    fn read(&mut self, line: &'a str) {
        if let Some((_, kind)) = header(line, "# TYPE ") {
            self.kind = kind;
            self.name.push_str(suffix(kind));
        } else if let Some(labels) = labels(line) {
            self.labels = labels;
        }
    }
}

/// What the samples of a type have after the name of their family.
fn suffix(kind: &str) -> &'static str {
    match kind {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    }
}

/// The names of a sample's labels, without the one that a histogram has for its buckets.
fn labels(sample: &str) -> Option<Vec<&str>> {
    let (_, rest) = sample.split_once('{')?;
    let (labels, _) = rest.split_once('}')?;
    let names = labels
        .split(',')
        .filter_map(|label| label.split_once('='))
        .map(|(name, _)| name);
    Some(names.filter(|name| *name != "le").collect())
}
