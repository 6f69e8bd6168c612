//! The program: reads the command line, runs a command, prints its error, and is the only place that exits.

mod cli;

use std::future::Future;
use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use ssm_compliance_exporter::app::{self, Fleet, FleetError, ServeOptions};
use ssm_compliance_exporter::config::{Config, ConfigError};
use ssm_compliance_exporter::http;
use ssm_compliance_exporter::sim;
use tokio::signal::unix::{SignalKind, signal};

use cli::{Cli, Command, Configured, Demo, Log, Once, Serve, Sim, Simulate, Web};

/// The configuration is wrong (`EX_CONFIG` of sysexits.h).
const BAD_CONFIGURATION: u8 = 78;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("cannot start the runtime")),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => failed(&error),
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

#[expect(clippy::print_stderr, reason = "where a program's errors go")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("{error:#}");
    if error.is::<ConfigError>() || error.is::<FleetError>() { BAD_CONFIGURATION.into() } else { ExitCode::FAILURE }
}

async fn serve(arguments: Serve) -> anyhow::Result<ExitCode> {
    start_logging(&arguments.log)?;
    let fleet = Fleet::new(&config(&arguments.config)?, None).await?;
    app::serve(fleet, serve_options(arguments.web), termination()?, |_| {}).await?;
    Ok(ExitCode::SUCCESS)
}

async fn demo(arguments: Demo) -> anyhow::Result<ExitCode> {
    start_logging(&arguments.serve.log)?;
    let config = arguments.serve.config.config_file.as_ref().map(|_| config(&arguments.serve.config)).transpose()?;
    let web = serve_options(arguments.serve.web);
    app::demo(config, sim_options(&arguments.sim), arguments.sim.listen, web, termination()?, &mut io::stdout())
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn simulate(arguments: Simulate) -> anyhow::Result<ExitCode> {
    start_logging(&arguments.log)?;
    let options = sim_options(&arguments.sim);
    app::simulate(options, arguments.sim.listen, termination()?, &mut io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn once(arguments: Once) -> anyhow::Result<ExitCode> {
    start_logging(&arguments.log)?;
    let fleet = Fleet::new(&config(&arguments.config)?, None).await?;
    let up = app::once(fleet, &mut io::stdout().lock()).await.context("cannot write the metrics")?;
    Ok(if up { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn plan(arguments: Once) -> anyhow::Result<ExitCode> {
    start_logging(&arguments.log)?;
    let config = config(&arguments.config)?;
    let fleet = Fleet::new(&config, None).await?;
    let all = app::plan(fleet, &config, &mut io::stdout().lock()).await.context("cannot write the plan")?;
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check_config(arguments: &Configured) -> anyhow::Result<ExitCode> {
    // What the environment leaves open, a missing region, shows only here.
    Fleet::new(&config(arguments)?, None).await?;
    Ok(ExitCode::SUCCESS)
}

async fn healthcheck(arguments: &Web) -> anyhow::Result<ExitCode> {
    for address in &arguments.listen_address {
        let code = http::check_health(&address.to_string()).await?;
        anyhow::ensure!(code < 500, "the exporter on {address} is not healthy: it answered {code}");
    }
    Ok(ExitCode::SUCCESS)
}

fn start_logging(log: &Log) -> anyhow::Result<()> {
    app::start_logging(log.log_level, log.log_format).context("cannot start logging")
}

fn config(arguments: &Configured) -> Result<Config, ConfigError> {
    match &arguments.config_file {
        Some(path) => Config::load(path, |name| std::env::var(name).ok()),
        None => Ok(Config::default()),
    }
}

fn serve_options(web: Web) -> ServeOptions {
    ServeOptions { listen: web.listen_address, telemetry_path: web.telemetry_path }
}

fn sim_options(arguments: &Sim) -> sim::Options {
    sim::Options {
        instances: arguments.instances,
        accounts: app::simulated_accounts(arguments.accounts),
        regions: arguments.regions.clone(),
        seed: arguments.seed,
        latency: arguments.latency,
        requests_per_second: arguments.requests_per_second,
        faults: arguments.fault.clone(),
        drift: arguments.drift,
        ..sim::Options::default()
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
