//! The standard `process_*` family, read from `/proc` at the scrape.
//!
//! Names and meanings: "Standard and runtime collectors", Prometheus' guide to writing client
//! libraries. Where there is no `/proc` the family is absent.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
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
    threads: i64,
    start_seconds: Option<f64>,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(facts) = Facts::read() else {
            return Ok(());
        };
        let mut one = |name: &str, help: &str, metric: &dyn Metric| {
            metric.encode_as(name, help, &mut encoder)
        };
        one(
            "process_cpu_seconds",
            "Total user and system CPU time spent.",
            &ConstCounter::new(facts.cpu_seconds),
        )?;
        if let Some(count) = facts.open_fds {
            one(
                "process_open_fds",
                "Number of open file descriptors.",
                &ConstGauge::new(count),
            )?;
        }
        if let Some(count) = facts.max_fds {
            one(
                "process_max_fds",
                "Maximum number of open file descriptors.",
                &ConstGauge::new(count),
            )?;
        }
        one(
            "process_virtual_memory_bytes",
            "Virtual memory size.",
            &ConstGauge::new(facts.virtual_bytes),
        )?;
        one(
            "process_resident_memory_bytes",
            "Resident memory size.",
            &ConstGauge::new(facts.resident_bytes),
        )?;
        one(
            "process_threads",
            "Number of OS threads in the process.",
            &ConstGauge::new(facts.threads),
        )?;
        if let Some(start) = facts.start_seconds {
            one(
                "process_start_time_seconds",
                "Start time of the process since the Unix epoch.",
                &ConstGauge::new(start),
            )?;
        }
        Ok(())
    }
}

/// A metric that can be encoded without naming its type.
trait Metric {
    fn encode_as(&self, name: &str, help: &str, encoder: &mut DescriptorEncoder<'_>)
    -> fmt::Result;
}

impl<M: EncodeMetric> Metric for M {
    fn encode_as(
        &self,
        name: &str,
        help: &str,
        encoder: &mut DescriptorEncoder<'_>,
    ) -> fmt::Result {
        self.encode(encoder.encode_descriptor(name, help, None, self.metric_type())?)
    }
}

impl Facts {
    #[cfg(not(target_os = "linux"))]
    fn read() -> Option<Self> {
        None
    }

    #[cfg(target_os = "linux")]
    fn read() -> Option<Self> {
        use procfs::{WithCurrentSystemInfo, process::Process};
        use rustix::process::{Resource, getrlimit};

        let process = Process::myself().ok()?;
        let stat = process.stat().ok()?;
        let ticks = u32::try_from(stat.utime + stat.stime).unwrap_or(u32::MAX);
        let ticks_per_second = u32::try_from(procfs::ticks_per_second()).unwrap_or(100);
        Some(Self {
            cpu_seconds: f64::from(ticks) / f64::from(ticks_per_second),
            open_fds: process.fd_count().ok().map(|count| count as u64),
            max_fds: getrlimit(Resource::Nofile).current,
            virtual_bytes: stat.vsize,
            resident_bytes: stat.rss_bytes().get(),
            threads: stat.num_threads,
            start_seconds: start_seconds(stat.starttime, ticks_per_second),
        })
    }
}

/// `starttime` counts ticks since the system started.
#[cfg(target_os = "linux")]
fn start_seconds(ticks: u64, ticks_per_second: u32) -> Option<f64> {
    let boot = u32::try_from(procfs::boot_time_secs().ok()?).ok()?;
    let since_boot = f64::from(u32::try_from(ticks).ok()?) / f64::from(ticks_per_second);
    Some(f64::from(boot) + since_boot)
}
