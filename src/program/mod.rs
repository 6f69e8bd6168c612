//! The program: it reads the command line, runs a command, and prints its error.
//!
//! It is in the library, and so is whatever polls a command's future: a binary that polled them would have
//! to compile all of their code once more.

mod commands;
mod exit_codes;
mod last_words;

use std::process::ExitCode;

use anyhow::Context;
use tracing::Level;

use self::commands::{Sockets, run_command};
use self::exit_codes::exit_code;
use self::last_words::print_last_words;
use crate::app::{self, LogGuard};
use crate::cli::{self, Cli, Command, Log};
use crate::http;

/// Runs the program, and answers the code that it is to exit with.
pub fn main() -> ExitCode {
    // Before anything else, so that no panic goes by without a line in the log.
    app::log_panics();
    // A bad flag ends the program here, with a usage text and exit code 2.
    let cli = cli::parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
    // Sockets come in variables of the environment, which are safe to take as long as there are no
    // other threads.
    let sockets = inherited_sockets(&cli);
    match app::block_on(run(cli, sockets)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error.into()),
    }
}

/// The sockets that systemd has opened, if the command is to serve on them.
fn inherited_sockets(cli: &Cli) -> Sockets {
    let web = match &cli.command {
        None => &cli.serve.web,
        Some(Command::Serve(serve)) => &serve.web,
        Some(Command::Demo(demo)) => &demo.web,
        Some(_) => return Ok(Vec::new()),
    };
    if web.systemd_socket {
        http::inherited_listeners()
    } else {
        Ok(Vec::new())
    }
}

async fn run(cli: Cli, sockets: Sockets) -> anyhow::Result<ExitCode> {
    let command = cli.command.unwrap_or(Command::Serve(cli.serve));
    // The guard writes what is still in the log's queue when the command ends.
    let _log = start_logging(&cli.log, command.default_log_level())?;
    match run_command(command, &cli.config, sockets).await {
        // Whoever has chosen a format has a program that reads it, and no line may be another.
        Err(error) if cli.log.log_format.is_some() => {
            app::log_error(&format!("{error:#}"));
            Ok(exit_code(&error))
        }
        ended => ended,
    }
}

/// Prints the error, and says which exit code it means.
fn failed(error: &anyhow::Error) -> ExitCode {
    print_last_words(&format!("{error:#}"));
    exit_code(error)
}

fn start_logging(log: &Log, default_level: Level) -> anyhow::Result<LogGuard> {
    let level = log.log_level.unwrap_or(default_level);
    app::start_logging(level, log.log_format.unwrap_or_default()).context("cannot start logging")
}
