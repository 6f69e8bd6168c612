//! The standard `process_*` metrics, read from `/proc` at the scrape.
//!
//! Names and meanings are those of "Standard and runtime collectors" in "Writing client libraries",
//! Prometheus' guide. Where there is no `/proc` they are absent.

use std::fmt;
#[cfg(target_os = "linux")]
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

#[derive(Debug)]
pub(super) struct Process;

/// What `/proc/self` says.
#[derive(Debug)]
struct Facts {
    cpu_seconds: f64,
    open_fds: Option<u64>,
    max_fds: Option<u64>,
    virtual_bytes: u64,
    resident_bytes: u64,
    threads: u64,
    start_seconds: Option<f64>,
}

/// One metric of the process.
struct ProcessMetric {
    name: &'static str,
    help: &'static str,
    /// The value, or `None` where the system does not tell it.
    value: fn(&Facts) -> Option<Value>,
}

/// The value of a metric, with its type.
#[derive(Clone, Copy, Debug)]
enum Value {
    Counter(f64),
    Gauge(u64),
    FloatGauge(f64),
}

const METRICS: [ProcessMetric; 7] = [
    // The encoder appends `_total`, as it does for every counter.
    ProcessMetric {
        name: "process_cpu_seconds",
        help: "Total user and system CPU time spent.",
        value: |facts| Some(Value::Counter(facts.cpu_seconds)),
    },
    ProcessMetric {
        name: "process_open_fds",
        help: "Number of open file descriptors.",
        value: |facts| facts.open_fds.map(Value::Gauge),
    },
    ProcessMetric {
        name: "process_max_fds",
        help: "Maximum number of open file descriptors.",
        value: |facts| facts.max_fds.map(Value::Gauge),
    },
    ProcessMetric {
        name: "process_virtual_memory_bytes",
        help: "Virtual memory size.",
        value: |facts| Some(Value::Gauge(facts.virtual_bytes)),
    },
    ProcessMetric {
        name: "process_resident_memory_bytes",
        help: "Resident memory size.",
        value: |facts| Some(Value::Gauge(facts.resident_bytes)),
    },
    ProcessMetric {
        name: "process_threads",
        help: "Number of OS threads in the process.",
        value: |facts| Some(Value::Gauge(facts.threads)),
    },
    // `time() - process_start_time_seconds` is the uptime: a timestamp is exposed and not an age,
    // because an age would be wrong as soon as it is exposed ("Instrumentation", Prometheus).
    ProcessMetric {
        name: "process_start_time_seconds",
        help: "Start time of the process since the Unix epoch.",
        value: |facts| facts.start_seconds.map(Value::FloatGauge),
    },
];

// A collector reads all values at the scrape. Registered gauges would have to be set from outside,
// and one without a value could not be left out.
impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(facts) = Facts::read() else {
            return Ok(());
        };
        for metric in &METRICS {
            if let Some(value) = (metric.value)(&facts) {
                metric.encode(value, &mut encoder)?;
            }
        }
        Ok(())
    }
}

// === impl ProcessMetric ===

impl ProcessMetric {
    fn encode(&self, value: Value, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let kind = value.metric_type();
        value.encode(encoder.encode_descriptor(self.name, self.help, None, kind)?)
    }
}

// === impl Value ===

impl EncodeMetric for Value {
    fn encode(&self, encoder: MetricEncoder<'_>) -> fmt::Result {
        match *self {
            Self::Counter(value) => ConstCounter::new(value).encode(encoder),
            Self::Gauge(value) => ConstGauge::new(value).encode(encoder),
            Self::FloatGauge(value) => ConstGauge::new(value).encode(encoder),
        }
    }

    fn metric_type(&self) -> MetricType {
        match self {
            Self::Counter(_) => MetricType::Counter,
            Self::Gauge(_) | Self::FloatGauge(_) => MetricType::Gauge,
        }
    }
}

// === impl Facts ===

#[cfg(not(target_os = "linux"))]
impl Facts {
    fn read() -> Option<Self> {
        None
    }
}

#[cfg(target_os = "linux")]
impl Facts {
    fn read() -> Option<Self> {
        use procfs::WithCurrentSystemInfo;

        let process = procfs::process::Process::myself().ok()?;
        let stat = process.stat().ok()?;
        Some(Self {
            cpu_seconds: cpu_seconds(stat.utime + stat.stime),
            // Every file in /proc/self/fd is counted, which a hardened system may forbid.
            open_fds: process.fd_count().ok().map(|count| count as u64),
            max_fds: max_fds(),
            virtual_bytes: stat.vsize,
            resident_bytes: stat.rss_bytes().get(),
            threads: u64::try_from(stat.num_threads).unwrap_or_default(),
            start_seconds: start_seconds(stat.starttime),
        })
    }
}

/// The soft limit of open files, which is the one that the system enforces.
#[cfg(target_os = "linux")]
fn max_fds() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// The time of so many ticks, of which there are `sysconf(_SC_CLK_TCK)` per second (proc(5)).
#[cfg(target_os = "linux")]
fn time_of(ticks: u64) -> Duration {
    let per_second = procfs::ticks_per_second().max(1);
    // In whole seconds and the rest, because milliseconds of a count of ticks may overflow. A count
    // in 32 bits would be too small after 497 days.
    let seconds = Duration::from_secs(ticks / per_second);
    seconds + Duration::from_millis(ticks % per_second * 1000 / per_second)
}

#[cfg(target_os = "linux")]
fn cpu_seconds(ticks: u64) -> f64 {
    time_of(ticks).as_secs_f64()
}

/// The start of the process, of which the kernel says how many ticks it was after the boot.
#[cfg(target_os = "linux")]
fn start_seconds(ticks: u64) -> Option<f64> {
    let boot = Duration::from_secs(procfs::boot_time_secs().ok()?);
    Some((boot + time_of(ticks)).as_secs_f64())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_ticks_beyond_32_bits_is_still_a_time() {
        let per_second = procfs::ticks_per_second();
        let two_years = Duration::from_hours(2 * 365 * 24);
        let ticks = two_years.as_secs() * per_second + per_second / 2;
        assert_eq!(time_of(ticks), two_years + Duration::from_millis(500));
    }
}
