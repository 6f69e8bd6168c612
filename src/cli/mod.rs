//! The command line as typed: flags and commands, and nothing derived from them.
//!
//! The doc comments of commands and flags are their help texts, in the style of `--help`: short and
//! without a full stop. What stands below the flags is in [`help`].

mod completions;
mod explain;
mod help;
mod manual;
mod names;
mod shard;
mod sim;
mod usage;
mod web;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::app::LogFormat;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing::Level;

pub(crate) use completions::{Completions, completions};
pub(crate) use explain::Explain;
pub(crate) use manual::manual;
pub(crate) use shard::Sharding;
pub(crate) use sim::{Demo, Sim, Simulate};
pub(crate) use web::Web;

use names::{CONFIG_FILE, FILE};

/// Prometheus exporter for AWS Systems Manager Compliance.
///
/// Reads the compliance of managed instances on an interval and serves it to Prometheus. Without a
/// command it is `serve`, and takes its flags. With one, only --config.file and --log.* may stand
/// before it.
#[derive(Debug, Parser)]
#[command(name = "ssm-compliance-exporter", version = VERSION, after_help = help::SERVE)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
    #[command(flatten)]
    pub(crate) config: Configured,
    #[command(flatten)]
    pub(crate) log: Log,
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
    #[command(after_help = help::SERVE)]
    Serve(Serve),
    /// The whole exporter over an embedded simulated fleet: no AWS account, no configuration, no
    /// network
    #[command(after_help = help::demo())]
    Demo(Demo),
    /// Only the simulated AWS endpoint, for any AWS client
    #[command(after_help = help::simulate())]
    Simulate(Simulate),
    /// Refresh once and print the metrics as Prometheus text, or write them to a file, for the
    /// textfile collector or a quick look; exit 0 only if every target is up
    #[command(after_help = help::ONCE)]
    Once(Once),
    /// The calls that a first and a later refresh need, per target and operation and in total, and
    /// how long they take under the ceiling
    #[command(after_help = help::PLAN)]
    Plan,
    /// Why instances are non-compliant, and what to do about it
    #[command(after_help = help::EXPLAIN)]
    Explain(Explain),
    /// Read and validate the configuration and what it needs of the environment; report all
    /// problems at once, or what was accepted; call nothing
    #[command(after_help = help::CHECK_CONFIG)]
    CheckConfig(CheckConfig),
    /// Ask a running exporter whether it is healthy
    #[command(after_help = help::HEALTHCHECK, mut_args(web::for_healthcheck))]
    Healthcheck(Web),
    /// Print what makes a shell complete the exporter's command lines
    #[command(after_help = help::COMPLETIONS)]
    Completions(Completions),
    /// Print the manual page, for man and other readers of roff
    #[command(after_help = help::MAN)]
    Man,
}

// The names of flags have a dot where those of Prometheus and its exporters have one, so that
// nobody has to learn them anew.

#[derive(Args, Clone, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) web: Web,
    #[command(flatten)]
    pub(crate) sharding: Sharding,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Configured {
    /// Configuration file
    #[arg(id = CONFIG_FILE, long = "config.file", value_name = "FILE", global = true)]
    pub(crate) config_file: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CheckConfig {
    /// Configuration file, as --config.file gives it
    // promtool and amtool take the file so.
    #[arg(id = FILE, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Check this file for TLS, logins and headers, too
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub(crate) web_config_file: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Log {
    /// Least severe events to log: error, warn, info, debug or trace [default: info; warn for
    /// commands that only answer a question]
    #[arg(long = "log.level", value_name = "LEVEL", global = true)]
    pub(crate) log_level: Option<Level>,
    /// How log lines are written, and, if it is given, the error that ends the program [default:
    /// logfmt]
    // Without it an error is for people, who want to read it: one line for each problem, and a hint.
    #[arg(long = "log.format", value_name = "FORMAT", value_enum, global = true)]
    pub(crate) log_format: Option<LogFormat>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Once {
    /// Write the metrics to this file instead, which is replaced as a whole; its name must end in
    /// .prom for the textfile collector
    #[arg(long = "output.file", value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
}

impl Cli {
    /// Finds out which shard this is, where the command has shards.
    fn resolve_shard(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<(), String> {
        let sharding = match &mut self.command {
            None => &mut self.serve.sharding,
            Some(Command::Serve(arguments)) => &mut arguments.sharding,
            Some(Command::Demo(arguments)) => &mut arguments.sharding,
            Some(_) => return Ok(()),
        };
        sharding.resolve(variable)
    }
}

impl Command {
    /// Least severe events to log unless the command line says otherwise.
    pub(crate) fn default_log_level(&self) -> Level {
        match self {
            // A command that answers a question says only what keeps it from answering.
            Self::Explain(_) | Self::CheckConfig(_) | Self::Healthcheck(_) => Level::WARN,
            _ => Level::INFO,
        }
    }
}

/// The command line as clap knows it.
pub(crate) fn definition() -> clap::Command {
    Cli::command()
}

/// Reads the words of the command line, of which the first is the name of the program.
///
/// # Errors
/// If they are wrong, or ask for help or the version.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut command = definition();
    let matches = command
        .try_get_matches_from_mut(&words)
        .map_err(|error| usage::explained(error, &words, &mut command))?;
    usage::check(&matches, &mut command)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let resolved = cli.resolve_shard(|name| std::env::var(name).ok());
    match resolved {
        Ok(()) => Ok(cli),
        Err(problem) => Err(command.error(ErrorKind::ValueValidation, problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Cli, clap::Error> {
        let words = ["exporter"].iter().chain(words);
        parse(words.map(OsString::from))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_flags_are_those_of_serve() {
        let words = [
            "--config.file",
            "a.yaml",
            "--web.listen-address",
            "127.0.0.1:1",
        ];
        let cli = parsed(&words).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.config.config_file, Some(PathBuf::from("a.yaml")));
        assert_eq!(cli.serve.web.listen_address[0].to_string(), "127.0.0.1:1");
    }

    #[test]
    fn what_all_commands_take_may_stand_before_and_after_the_command() {
        for command in [
            "serve",
            "demo",
            "once",
            "plan",
            "check-config",
            "healthcheck",
        ] {
            let flags = [
                "--config.file=a.yaml",
                "--log.level=error",
                "--log.format=json",
            ];
            let before = [&flags[..], &[command]].concat();
            let after = [&[command], &flags[..]].concat();
            for words in [before, after] {
                let cli = parsed(&words).unwrap();
                assert_eq!(cli.config.config_file, Some("a.yaml".into()), "{words:?}");
                assert_eq!(cli.log.log_level, Some(Level::ERROR), "{words:?}");
                assert_eq!(cli.log.log_format, Some(LogFormat::Json), "{words:?}");
            }
        }
    }
}
