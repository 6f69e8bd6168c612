//! The program: reads the command line, runs a command, prints its error, and is the only place
//! that exits.

mod cli;

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use ssm_compliance_exporter::app::{self, Fleet, FleetError, LogGuard, ServeOptions};
use ssm_compliance_exporter::config::{Config, ConfigError};
use ssm_compliance_exporter::http;

use tokio::signal::unix::{SignalKind, signal};

use cli::{Cli, Command, Configured, Demo, Log, Once, Serve, Sim, Simulate, Web};

/// The configuration is wrong (`EX_CONFIG` of sysexits.h).
const BAD_CONFIGURATION: u8 = 78;

/// How long the program's last words may take, where nobody reads stderr.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    app::log_panics();
    let cli = Cli::parse();
    match app::block_on(run(cli)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error.into()),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(arguments) => serve(arguments).await,
        Command::Demo(arguments) => demo(arguments).await,
        Command::Simulate(arguments) => simulate(arguments).await,
        Command::Once(arguments) => once(arguments).await,
        Command::Plan(arguments) => plan(arguments).await,
        Command::CheckConfig(arguments) => check_config(&arguments).await,
        Command::Healthcheck(arguments) => healthcheck(&arguments).await,
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let is_configuration = match error.downcast_ref() {
        Some(FleetError::Render(_)) => false,
        Some(_) => true,
        None => error.is::<ConfigError>(),
    };
    say_last(&format!("{error:#}"));
    if is_configuration {
        BAD_CONFIGURATION.into()
    } else {
        ExitCode::FAILURE
    }
}

/// Writes to stderr, unless it is a pipe that is full and nobody reads: the program ends all the
/// same.
fn say_last(text: &str) {
    let (said, hear) = mpsc::channel();
    let words = text.to_owned();
    let say = move || {
        say(&words);
        let _ = said.send(());
    };
    match thread::Builder::new().spawn(say) {
        Ok(_) => drop(hear.recv_timeout(LAST_WORDS_TIMEOUT)),
        // A program that got no threads has just started: its stderr is still empty.
        Err(_) => self::say(text),
    }
}

#[expect(clippy::print_stderr, reason = "where a program's errors go")]
fn say(text: &str) {
    eprintln!("{text}");
}

async fn serve(arguments: Serve) -> anyhow::Result<ExitCode> {
    let _log = start_logging(&arguments.log)?;
    let fleet = Fleet::new(&config(&arguments.config)?, None).await?;
    app::serve(fleet, serve_options(arguments.web), termination()?, |_| {}).await?;
    Ok(ExitCode::SUCCESS)
}

async fn demo(arguments: Demo) -> anyhow::Result<ExitCode> {
    let _log = start_logging(&arguments.serve.log)?;
    let config = arguments
        .serve
        .config
        .config_file
        .as_ref()
        .map(|_| config(&arguments.serve.config))
        .transpose()?;
    let web = serve_options(arguments.serve.web);
    app::demo(
        config,
        sim_options(&arguments.sim),
        arguments.sim.listen,
        web,
        termination()?,
        &mut io::stdout(),
    )
    .await?;
    Ok(ExitCode::SUCCESS)
}

async fn simulate(arguments: Simulate) -> anyhow::Result<ExitCode> {
    let _log = start_logging(&arguments.log)?;
    let options = sim_options(&arguments.sim);
    app::simulate(
        options,
        arguments.sim.listen,
        termination()?,
        &mut io::stdout(),
    )
    .await?;
    Ok(ExitCode::SUCCESS)
}

async fn once(arguments: Once) -> anyhow::Result<ExitCode> {
    let _log = start_logging(&arguments.log)?;
    let fleet = Fleet::new(&config(&arguments.config)?, None).await?;
    let mut out = io::stdout();
    tokio::select! {
        up = app::once(fleet, &mut out) => Ok(if up? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        () = termination()? => anyhow::bail!("interrupted before the refresh had ended"),
    }
}

async fn plan(arguments: Once) -> anyhow::Result<ExitCode> {
    let _log = start_logging(&arguments.log)?;
    let config = config(&arguments.config)?;
    let fleet = Fleet::new(&config, None).await?;
    let all = app::plan(fleet, &config, &mut io::stdout().lock())
        .await
        .context("cannot write the plan")?;
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn check_config(arguments: &Configured) -> anyhow::Result<ExitCode> {
    // What the environment leaves open, a missing region, shows only here.
    Fleet::new(&config(arguments)?, None).await?;
    Ok(ExitCode::SUCCESS)
}

async fn healthcheck(arguments: &Web) -> anyhow::Result<ExitCode> {
    for address in &arguments.listen_address {
        let code = http::check_health(&address.to_string()).await?;
        anyhow::ensure!(
            code < 500,
            "the exporter on {address} is not healthy: it answered {code}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn start_logging(log: &Log) -> anyhow::Result<LogGuard> {
    app::start_logging(log.log_level, log.log_format).context("cannot start logging")
}

fn config(arguments: &Configured) -> Result<Config, ConfigError> {
    match &arguments.config_file {
        Some(path) => Config::load(path, |name| std::env::var(name).ok()),
        None => Ok(Config::default()),
    }
}

fn serve_options(web: Web) -> ServeOptions {
    ServeOptions {
        listen: web.listen_address,
        telemetry_path: web.telemetry_path,
    }
}

fn sim_options(arguments: &Sim) -> ssm_simulator::Options {
    ssm_simulator::Options {
        instances: arguments.instances,
        accounts: app::simulated_accounts(arguments.accounts),
        regions: arguments.regions.clone(),
        seed: arguments.seed,
        latency: arguments.latency,
        requests_per_second: arguments.requests_per_second,
        faults: arguments.fault.clone(),
        drift: arguments.drift,
        ..ssm_simulator::Options::default()
    }
}

/// Ends when the process is asked to end.
fn termination() -> anyhow::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
