//! The simulated AWS of `demo` and `simulate`: its address, its fleet and its faults.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::parse_duration;
use crate::http::ListenAddress;
use clap::{Arg, Args, value_parser};
use ssm_simulator::Fault;

use super::names::CONFIG_FILE;
use super::shard::Sharding;
use super::web::Web;

// A demo takes all that `serve` takes, so that whatever can be served can also be tried out.
#[derive(Args, Clone, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) web: Web,
    #[command(flatten)]
    pub(crate) sharding: Sharding,
    #[command(flatten)]
    pub(crate) sim: Sim,
}

#[derive(Args, Clone, Debug)]
#[command(arg(no_config_file()))]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) sim: Sim,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Sim {
    /// Address of the simulated AWS [default: 127.0.0.1:4566, of demo any free port]
    #[arg(long = "sim.listen", value_name = "ADDRESS")]
    pub(crate) listen: Option<ListenAddress>,
    /// Managed instances per account and region
    #[arg(long = "sim.instances", value_name = "COUNT", default_value_t = 137)]
    pub(crate) instances: usize,
    /// Number of accounts
    #[arg(long = "sim.accounts", value_name = "COUNT", default_value_t = 2, value_parser = value_parser!(u16).range(1..=1000))]
    pub(crate) accounts: u16,
    /// Regions, separated by commas
    #[arg(
        long = "sim.regions",
        value_name = "REGIONS",
        default_value = "eu-west-1,us-east-1",
        value_delimiter = ','
    )]
    pub(crate) regions: Vec<String>,
    /// The same seed makes the same fleet
    #[arg(long = "sim.seed", value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Time before each answer, like 50ms
    #[arg(long = "sim.latency", value_name = "DURATION", default_value = "20ms", value_parser = duration)]
    pub(crate) latency: Duration,
    /// Throttle above this rate, per account and region
    // Without it nothing is throttled, so that a demo shows a fleet in good health.
    #[arg(long = "sim.requests-per-second", value_name = "RATE", value_parser = rate)]
    pub(crate) requests_per_second: Option<f64>,
    // No doc comment, because in those, brackets are links.
    #[arg(
        long = "sim.fault",
        value_name = "FAULT",
        help = "Fail on purpose: KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE], with a kind of the list \
                below; may be given several times"
    )]
    pub(crate) fault: Vec<Fault>,
    /// Share of instances whose compliance changes per minute, from 0 to 1
    #[arg(long = "sim.drift", value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    pub(crate) drift: f64,
}

/// Stands in the place of the flag that all other commands have, so that no help text offers it
/// here; [`usage`](super::usage) refuses it.
fn no_config_file() -> Arg {
    Arg::new(CONFIG_FILE)
        .long("config.file")
        .value_parser(value_parser!(PathBuf))
        .hide(true)
}

fn duration(text: &str) -> Result<Duration, String> {
    // A latency of zero makes sense, unlike any duration of the configuration.
    if matches!(text, "0" | "0s" | "0ms") {
        Ok(Duration::ZERO)
    } else {
        parse_duration(text)
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match finite(text) {
        // At a rate of zero the simulator would refuse every call.
        Some(rate) if rate > 0.0 => Ok(rate),
        _ => Err("not a rate above 0".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match finite(text) {
        Some(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("not a share from 0 to 1".to_owned()),
    }
}

/// A number, unless it is one of those like `NaN` and `inf`, which Rust parses too.
fn finite(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}
