//! The exporter's own metrics (`aws_ssm_exporter_*` and `process_*`).
//!
//! They are about this process and live as long as it does, so they are counted where things happen,
//! and encoded at the scrape. The metrics of the fleet are rendered anew from its state instead, as
//! the catalogue says: a gauge that is kept for each instance would stay when the instance is gone
//! ("Writing exporters", Prometheus).

mod configuration;
mod convert;
mod discovery;
mod labels;
mod meter;
mod process;
mod sharding;
mod task;

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use discovery::DiscoveryReport;
pub use meter::TargetMeter;
pub use task::Task;

use configuration::ConfigMetrics;
use discovery::DiscoveryMetrics;
use labels::{AnswerLabels, EncodingLabel, TaskLabel};
use meter::TargetMetrics;
use sharding::ShardMetrics;

use super::family::Format;
use super::page::Page;
use crate::model::{FailureReason, Operation, Timestamp};

/// Every metric of the exporter itself.
#[derive(Debug)]
pub struct ExporterMetrics {
    registry: Registry,
    // It is a registry of its own because the standard names of the process have no prefix.
    process: Registry,
    configuration: ConfigMetrics,
    discovery: DiscoveryMetrics,
    sharding: ShardMetrics,
    targets: TargetMetrics,
    exposition: ExpositionMetrics,
    answers: Family<AnswerLabels, Counter>,
    panics: Family<TaskLabel, Counter>,
    log_lines_dropped: Counter,
}

/// The size of the page of the fleet.
// It says when a limit of the scraper comes near. Prometheus has none by default
// (`body_size_limit`), but VictoriaMetrics drops pages above 16 MiB (`-promscrape.maxScrapeSize`).
#[derive(Debug, Default)]
struct ExpositionMetrics {
    series: Gauge,
    bytes: Family<EncodingLabel, Gauge>,
}

/// What the program was built from.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The version of the package.
    pub version: &'static str,
    /// The git revision.
    pub revision: &'static str,
    /// The compiler.
    pub rustc: &'static str,
}

// === impl ExporterMetrics ===

impl ExporterMetrics {
    /// Registers all metrics. `interval` is the configured one.
    pub fn new(build: Build, interval: Duration) -> Self {
        let mut process = Registry::default();
        process.register_collector(Box::new(process::Process));
        let mut metrics = Self {
            registry: Registry::with_prefix("aws_ssm_exporter"),
            process,
            configuration: ConfigMetrics::default(),
            discovery: DiscoveryMetrics::default(),
            sharding: ShardMetrics::default(),
            targets: TargetMetrics::default(),
            exposition: ExpositionMetrics::default(),
            answers: Family::default(),
            panics: Family::default(),
            log_lines_dropped: Counter::default(),
        };
        metrics.register(build);
        metrics.configuration.set_interval(interval);
        metrics.set_shard(0, 1);
        metrics
    }

    /// Registers the metrics in the order in which the page shows them.
    // The registry appends a full stop to every help text, so those here have none.
    fn register(&mut self, build: Build) {
        let registry = &mut self.registry;
        register_build(registry, build);
        self.configuration.register(registry);
        self.discovery.register(registry);
        self.sharding.register(registry);
        self.targets.register_calls(registry);
        self.configuration.register_interval(registry);
        self.targets.register_refreshes(registry);
        self.exposition.register(registry);
        registry.register(
            "http_requests",
            "Answered HTTP requests",
            self.answers.clone(),
        );
        registry.register(
            "panics",
            "Panics of the exporter's tasks: each is a bug in the exporter, and affects one target or connection",
            self.panics.clone(),
        );
        self.start_panics_at_zero();
        self.registry.register(
            "log_lines_dropped",
            "Log lines that were dropped because stderr did not accept them",
            self.log_lines_dropped.clone(),
        );
    }

    /// Makes the counters of panics exist before the first panic.
    // A counter that appears with the value 1 has not increased for `rate` and `increase`, so an
    // alert would miss the first panic ("Avoid missing metrics", Prometheus' instrumentation guide).
    fn start_panics_at_zero(&self) {
        for task in Task::ALL {
            let _ = self.panics_of(task);
        }
    }

    fn panics_of(&self, task: Task) -> Counter {
        let task = task.as_str();
        self.panics.get_or_create_owned(&TaskLabel { task })
    }

    /// The meter of a target. Its labels need the account, so there is none before that is known.
    pub fn target(&self, account_id: &str, region: &str) -> TargetMeter {
        self.targets.target(account_id, region)
    }

    /// Notes that a configuration with this interval was read, and is the one in force.
    pub fn config_loaded(&self, at: Option<Timestamp>, interval: Duration) {
        self.configuration.set_interval(interval);
        self.configuration.loaded(at);
    }

    /// Notes that a configuration could not be used, so that the one before is still in force.
    pub fn config_failed(&self) {
        self.configuration.load_failed();
    }

    /// Shows how a discovery of accounts and regions went; `None` if there is nothing left to
    /// discover.
    pub fn discovered(&self, report: Option<&DiscoveryReport>) {
        self.discovery.report(report);
    }

    /// Counts an attempt to call AWS for discovery.
    pub fn discovery_attempted(&self, operation: Operation) {
        self.discovery.attempted(operation);
    }

    /// Counts such an attempt that failed.
    pub fn discovery_failed(&self, operation: Operation, reason: FailureReason) {
        self.discovery.failed(operation, reason);
    }

    /// Notes which shard this exporter is, counted from 0, and how many there are. Until then, it is
    /// the only one.
    pub fn set_shard(&self, index: u32, total: u32) {
        self.sharding.set(index, total);
    }

    /// Counts an answered HTTP request.
    pub fn answered(&self, handler: &'static str, code: u16) {
        let labels = AnswerLabels { handler, code };
        self.answers.get_or_create(&labels).inc();
    }

    /// Counts a panic.
    pub fn panicked(&self, task: Task) {
        self.panics_of(task).inc();
    }

    /// Sets the number of log lines that have been dropped since the start.
    pub fn set_log_lines_dropped(&self, lines: u64) {
        // The log's writer counts them itself, so the counter is set and not increased.
        let counter = self.log_lines_dropped.inner();
        counter.store(lines, Ordering::Relaxed);
    }

    /// All metrics as text, for `OpenMetrics` with the line that ends the page.
    pub fn encode(&self, format: Format, page: &Page) -> String {
        self.exposition.describe(page);
        let openmetrics = self.encode_registries();
        match format {
            Format::OpenMetrics => openmetrics + format.end(),
            Format::Text => convert::to_text_format(&openmetrics),
        }
    }

    fn encode_registries(&self) -> String {
        let mut text = String::new();
        if self.write(&mut text).is_err() {
            // Writing to a String cannot fail. If it did, half a line would break the whole scrape.
            text.clear();
        }
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        encode_registry(text, &self.registry)?;
        encode_registry(text, &self.process)
    }
}

fn register_build(registry: &mut Registry, build: Build) {
    let labels = vec![
        ("version", build.version),
        ("revision", build.revision),
        ("rustc", build.rustc),
    ];
    registry.register(
        "build",
        "What the program was built from",
        Info::new(labels),
    );
}

// === impl ExpositionMetrics ===

impl ExpositionMetrics {
    fn register(&self, registry: &mut Registry) {
        registry.register(
            "exposition_series",
            "Series of the fleet on the page",
            self.series.clone(),
        );
        registry.register(
            "exposition_bytes",
            "Size of the page of the fleet, without the exporter's own metrics",
            self.bytes.clone(),
        );
    }

    /// Takes over the size of `page`.
    // It happens at the scrape, because only then is it known which page will be sent. The formats
    // differ by little, and one is enough.
    fn describe(&self, page: &Page) {
        self.series.set(gauge_value(page.series));
        self.set_bytes("identity", page.text_length(Format::OpenMetrics));
        self.set_bytes("gzip", page.deflated(Format::OpenMetrics));
    }

    fn set_bytes(&self, encoding: &'static str, bytes: u64) {
        let labels = EncodingLabel { encoding };
        self.bytes.get_or_create(&labels).set(gauge_value(bytes));
    }
}

fn gauge_value(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
