//! The command line as typed: flags and commands, and nothing derived from them.
//!
//! The doc comments of commands and flags are their help texts, in the style of `--help`: short and
//! without a full stop.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use ssm_compliance_exporter::app::{ColorWhen, LogFormat, OutputFormat};
use ssm_compliance_exporter::config::parse_duration;
use ssm_compliance_exporter::http::{ExternalUrl, ListenAddress, check_telemetry_path};
use ssm_simulator::Fault;

/// Prometheus exporter for AWS Systems Manager Compliance.
///
/// Reads the compliance of managed instances on an interval and serves it to Prometheus. Without a
/// command it is `serve`.
#[derive(Debug, Parser)]
// Without a command the flags are those of `serve`; with one they stand behind it.
#[command(name = "ssm-compliance-exporter", version = VERSION, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

// The build script gives the last two, so that a report of a fault says what exactly was running.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (revision ",
    env!("BUILD_REVISION"),
    ", ",
    env!("BUILD_RUSTC"),
    ")"
);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Refresh all targets on the interval and serve them (the default)
    Serve(Serve),
    /// The whole exporter over an embedded simulated fleet: no AWS account, no configuration, no
    /// network
    Demo(Demo),
    /// Only the simulated AWS endpoint, for any AWS client
    Simulate(Simulate),
    /// Refresh once and print the metrics as Prometheus text; exit 0 only if every target is up
    Once(Once),
    /// The calls that a refresh needs, per target and operation, and how long they take under the
    /// ceiling
    Plan(Once),
    /// Why instances are non-compliant, and what to do about it
    #[command(after_help = EXPLAIN_HELP)]
    Explain(Explain),
    /// Read and validate the configuration and what it needs of the environment; print every
    /// problem, or what was accepted; call nothing
    CheckConfig(CheckConfig),
    /// Ask a running exporter whether it is healthy
    Healthcheck(Web),
}

const EXPLAIN_HELP: &str = "\
Examples:
  ssm-compliance-exporter explain i-0123456789abcdef0
  ssm-compliance-exporter explain web-00012 --region eu-west-1
  ssm-compliance-exporter explain --all-noncompliant --output csv > findings.csv
  ssm-compliance-exporter explain --patch CVE-2026-20001

An instance takes up to eight calls for a single cause. A computer name takes one more for each 50
managed instances, because AWS cannot look for it.

Exit codes:
  0   compliant: nothing that was asked about is a finding
  1   non-compliant
  2   the command line is wrong
  3   it could not be told: unknown, not managed, or not all could be read
  78  the configuration is wrong
Of several instances 3 goes before 1, and 1 before 0.";

// The names of flags have a dot where those of Prometheus and its exporters have one, so that
// nobody has to learn them anew.

#[derive(Args, Clone, Debug)]
pub(crate) struct Configured {
    /// Configuration file; without one: the default AWS credentials and region
    #[arg(long = "config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CheckConfig {
    /// Configuration file, as --config.file gives it
    // promtool and amtool take the file so.
    #[arg(value_name = "FILE", conflicts_with = "config_file")]
    file: Option<PathBuf>,
    #[command(flatten)]
    config: Configured,
    /// Check this file for TLS, logins and headers, too
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub(crate) web_config_file: Option<PathBuf>,
}

impl CheckConfig {
    pub(crate) fn file(&self) -> Option<&Path> {
        let file = self.file.as_ref().or(self.config.config_file.as_ref());
        file.map(PathBuf::as_path)
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Log {
    /// Least severe events to log: error, warn, info, debug or trace
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: tracing::Level,
    /// How log lines are written, and, if it is given, the error that ends the program [default:
    /// logfmt]
    // Without it an error is for people, who want to read it: one line for each problem, and a hint.
    #[arg(long = "log.format", value_name = "FORMAT", value_enum)]
    pub(crate) log_format: Option<LogFormat>,
}

#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "fields are called what the flags are called"
)]
pub(crate) struct Web {
    /// Address to listen on; may be given several times
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        default_value = ":10068"
    )]
    pub(crate) listen_address: Vec<ListenAddress>,
    /// Path of the metrics page
    #[arg(long = "web.telemetry-path", value_name = "PATH", default_value = "/metrics", value_parser = telemetry_path)]
    pub(crate) telemetry_path: String,
    /// No pages about instances: they hold host names and addresses
    #[arg(long = "web.disable-pages")]
    pub(crate) disable_pages: bool,
    /// Address under which people reach the exporter, for example through a proxy; links begin with
    /// its path
    #[arg(long = "web.external-url", value_name = "URL")]
    pub(crate) external_url: Option<ExternalUrl>,
    /// File that can enable TLS, logins, headers and a rate limit; see docs/web.md
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub(crate) web_config_file: Option<PathBuf>,
    /// Listen on the sockets that systemd passes, instead of on addresses (Linux only)
    #[arg(long = "web.systemd-socket")]
    pub(crate) systemd_socket: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) config: Configured,
    #[command(flatten)]
    pub(crate) web: Web,
    /// Let HTTP clients have the configuration read anew, with POST /-/reload
    #[arg(long = "web.enable-lifecycle")]
    pub(crate) enable_lifecycle: bool,
    #[command(flatten)]
    pub(crate) log: Log,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Once {
    #[command(flatten)]
    pub(crate) config: Configured,
    #[command(flatten)]
    pub(crate) log: Log,
}

#[derive(Args, Clone, Debug)]
#[group(id = "subject", required = true, multiple = false, args = ["instances", "all_noncompliant", "patch"])]
pub(crate) struct Explain {
    /// Instance ids, or computer names where they are unambiguous
    #[arg(value_name = "INSTANCE_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instances: Vec<String>,
    /// Every listed instance that is non-compliant, the worst first
    #[arg(long)]
    pub(crate) all_noncompliant: bool,
    /// The instances that lack a patch, where it failed, is rejected or waits for a reboot: a KB, a
    /// package or a CVE
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) patch: Option<String>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(crate) output: OutputFormat,
    /// Look in this account only
    #[arg(long, value_name = "ID", value_parser = account_id)]
    pub(crate) account_id: Option<String>,
    /// Look in this region only
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// When to colour the text
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: ColorWhen,
    /// Say on stderr which calls are made, what for, and how they end
    #[arg(long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) config: Configured,
    #[command(flatten)]
    pub(crate) log: QuietLog,
}

// A command that answers a question says only what keeps it from answering.
#[derive(Args, Clone, Debug)]
pub(crate) struct QuietLog {
    /// Least severe events to log: error, warn, info, debug or trace
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "warn")]
    pub(crate) log_level: tracing::Level,
    /// How log lines are written, and, if it is given, the error that ends the program [default:
    /// logfmt]
    #[arg(long = "log.format", value_name = "FORMAT", value_enum)]
    pub(crate) log_format: Option<LogFormat>,
}

impl From<QuietLog> for Log {
    fn from(log: QuietLog) -> Self {
        Self {
            log_level: log.log_level,
            log_format: log.log_format,
        }
    }
}

// A demo takes all that `serve` takes, so that whatever can be served can also be tried out.
#[derive(Args, Clone, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) serve: Serve,
    #[command(flatten)]
    pub(crate) sim: Sim,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) sim: Sim,
    #[command(flatten)]
    pub(crate) log: Log,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Sim {
    /// Address of the simulated endpoint; demo chooses a free port unless told
    #[arg(long = "sim.listen", value_name = "ADDRESS")]
    pub(crate) listen: Option<ListenAddress>,
    /// Managed instances per account and region
    #[arg(long = "sim.instances", value_name = "COUNT", default_value_t = 137)]
    pub(crate) instances: usize,
    /// Accounts: how many
    #[arg(long = "sim.accounts", value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1000))]
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
    /// Fail on purpose: KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE]; may be given several times
    #[arg(long = "sim.fault", value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,
    /// Share of instances whose compliance changes per minute, from 0 to 1
    #[arg(long = "sim.drift", value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    pub(crate) drift: f64,
}

fn telemetry_path(text: &str) -> Result<String, String> {
    // A path that cannot be served is refused here, where the message can still name the flag.
    match check_telemetry_path(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("not an account id of 12 digits".to_owned())
    }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_flags_are_those_of_serve() {
        let cli = Cli::parse_from([
            "exporter",
            "--config.file",
            "a.yaml",
            "--web.listen-address",
            "127.0.0.1:1",
        ]);
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.config.config_file, Some(PathBuf::from("a.yaml")));
    }
}
