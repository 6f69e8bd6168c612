//! The commands: each makes of its arguments what [`app`] needs, and runs it.

use std::future::Future;
use std::io::{self, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit_codes::{Unclear, exit_code_of, is_of_configuration, success_if};
use crate::app::{
    self, ConfigReader, ExplainOptions, Fleet, FleetError, OutputFile, ReloadOptions, Scope,
    ServeOptions, Shard, Subject, WebConfigFile,
};
use crate::cli::{
    self, CheckConfig, Command, Completions, Configured, Demo, Explain, Once, Serve, Sim, Simulate,
    Web,
};
use crate::config::{Config, ConfigError};
use crate::http::{self, InheritError, WebSecurity};

/// The sockets of systemd, if the command is to serve on them.
pub(super) type Sockets = Result<Vec<TcpListener>, InheritError>;

/// Runs a command, and answers the code that the program is to exit with.
///
/// # Errors
/// If it could not do what it is for.
pub(super) async fn run_command(
    command: Command,
    config: &Configured,
    sockets: Sockets,
) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(arguments) => serve(arguments, config, sockets).await,
        // Its future is large, because it has that of a server and that of a simulator.
        Command::Demo(arguments) => Box::pin(demo(arguments, config, sockets)).await,
        Command::Simulate(arguments) => simulate(arguments).await,
        Command::Once(arguments) => once(arguments, config).await,
        Command::Plan => plan(config).await,
        Command::Explain(arguments) => explain(arguments, config).await,
        Command::CheckConfig(arguments) => check_config(&arguments, config).await,
        Command::Healthcheck(arguments) => healthcheck(&arguments).await,
        Command::Completions(Completions { shell }) => {
            print_document(cli::completions(shell, cli::definition()).as_bytes())
        }
        Command::Man => print_document(&cli::manual(cli::definition())?),
    }
}

async fn serve(
    arguments: Serve,
    config: &Configured,
    sockets: Sockets,
) -> anyhow::Result<ExitCode> {
    let (web, shard) = (arguments.web, arguments.sharding.shard);
    // From here on no signal ends the program before it can be handled.
    let file = config.config_file.clone();
    let web_config = read_web_config(&web);
    let mut options = serve_options(web, file.map(ConfigReader::of_file), sockets?)?;
    let shutdown = termination()?;
    let (web_config, fleet) = app::with_web_config(web_config, fleet(config, shard).await)?;
    options.security = start_web_config(web_config)?;
    app::serve(fleet, options, shutdown, |_| {}).await?;
    Ok(ExitCode::SUCCESS)
}

async fn demo(arguments: Demo, config: &Configured, sockets: Sockets) -> anyhow::Result<ExitCode> {
    let options = sim_options(&arguments.sim);
    let defaults = app::demo_config(&options);
    let file = config.config_file.clone();
    let reader = file.map(|path| demo_reader(path, defaults.clone()));
    let web_config = read_web_config(&arguments.web);
    let mut web = serve_options(arguments.web, reader, sockets?)?;
    let config = demo_config(config, &defaults).map_err(FleetError::from);
    let config = config.map_err(anyhow::Error::from);
    let (web_config, config) = app::with_web_config(web_config, config)?;
    web.security = start_web_config(web_config)?;
    let shutdown = termination()?;
    let mut out = io::stdout();
    app::demo(
        config,
        options,
        arguments.sim.listen,
        web,
        arguments.sharding.shard,
        shutdown,
        &mut out,
    )
    .await?;
    Ok(ExitCode::SUCCESS)
}

fn read_web_config(web: &Web) -> Result<Option<WebConfigFile>, ConfigError> {
    app::read_web_config(web.web_config_file.as_deref())
}

fn start_web_config(web: Option<WebConfigFile>) -> anyhow::Result<Option<Arc<WebSecurity>>> {
    Ok(web.map(WebConfigFile::start).transpose()?)
}

/// What reads the demo's file anew.
fn demo_reader(path: PathBuf, defaults: Config) -> ConfigReader {
    let file = path.display().to_string();
    ConfigReader::new(file, move || load_over(&defaults, &path))
}

fn demo_config(arguments: &Configured, defaults: &Config) -> Result<Option<Config>, ConfigError> {
    let path = arguments.config_file.as_deref();
    path.map(|path| load_over(defaults, path)).transpose()
}

/// The demo has a configuration of its own, and that applies where the file says nothing.
fn load_over(defaults: &Config, path: &Path) -> Result<Config, ConfigError> {
    Config::load_over(defaults, path, |name| std::env::var(name).ok())
}

async fn simulate(arguments: Simulate) -> anyhow::Result<ExitCode> {
    let options = sim_options(&arguments.sim);
    let listen = arguments.sim.listen;
    app::simulate(options, listen, termination()?, &mut io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn once(arguments: Once, config: &Configured) -> anyhow::Result<ExitCode> {
    let file = arguments.output_file.as_deref();
    // A file that cannot be written ends the program before it has called AWS.
    let file = file.map(OutputFile::new).transpose()?;
    let fleet = fleet(config, Shard::default()).await?;
    tokio::select! {
        are_all_up = refresh_once(fleet, file) => Ok(success_if(are_all_up?)),
        () = termination()? => anyhow::bail!("interrupted before the refresh had ended"),
    }
}

async fn refresh_once(fleet: Fleet, file: Option<OutputFile>) -> anyhow::Result<bool> {
    match file {
        Some(file) => app::once_to_file(fleet, &file).await,
        None => app::once(fleet, &mut io::stdout()).await,
    }
}

async fn plan(configured: &Configured) -> anyhow::Result<ExitCode> {
    let config = config(configured).await?;
    let fleet = Fleet::new(&config, None).await?;
    let mut out = io::stdout().lock();
    let is_complete = app::plan(fleet, &config, &mut out)
        .await
        .context("cannot write the plan")?;
    Ok(success_if(is_complete))
}

async fn explain(arguments: Explain, configured: &Configured) -> anyhow::Result<ExitCode> {
    let config = config(configured).await?;
    let options = explain_options(arguments);
    let answer = tokio::select! {
        answer = app::explain(&config, options) => answer,
        () = termination()? => Err(anyhow::anyhow!("interrupted before all was read; nothing is told")),
    };
    match answer {
        Ok(answer) => Ok(exit_code_of(answer)),
        Err(error) if is_of_configuration(&error) => Err(error),
        Err(error) => Err(Unclear(error).into()),
    }
}

fn explain_options(arguments: Explain) -> ExplainOptions {
    ExplainOptions {
        scope: Scope {
            account_id: arguments.account_id,
            region: arguments.region,
        },
        output: arguments.output,
        color: arguments.color,
        verbose: arguments.verbose,
        // The command line has exactly one of them.
        subject: match arguments.subject.patch {
            Some(patch) => Subject::Patch(patch),
            None if arguments.subject.all_noncompliant => Subject::AllNoncompliant,
            None => Subject::Instances(arguments.subject.instances),
        },
    }
}

async fn check_config(arguments: &CheckConfig, config: &Configured) -> anyhow::Result<ExitCode> {
    // The command line has at most one of them.
    let file = arguments.file.as_ref().or(config.config_file.as_ref());
    let mut out = io::stdout().lock();
    let web_file = arguments.web_config_file.as_deref();
    app::check_config(file.map(PathBuf::as_path), web_file, &mut out).await?;
    Ok(ExitCode::SUCCESS)
}

async fn healthcheck(arguments: &Web) -> anyhow::Result<ExitCode> {
    let route_base = arguments.route_prefix.path(arguments.external_url.as_ref());
    // A server listens on each of them by itself, so all of them must answer.
    let schemes = app::health_schemes(arguments.web_config_file.as_deref());
    for address in &arguments.listen_address {
        let code = http::check_health(&address.to_string(), route_base, schemes).await?;
        anyhow::ensure!(
            code < 500,
            "the exporter on {address} is not healthy: it answered {code}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what is for another program to read.
fn print_document(text: &[u8]) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .context("cannot write to stdout")?;
    Ok(ExitCode::SUCCESS)
}

/// The targets of the configuration, with AWS itself behind them.
async fn fleet(arguments: &Configured, shard: Shard) -> anyhow::Result<Fleet> {
    let config = config(arguments).await?;
    Ok(Fleet::of_shard(&config, None, shard).await?)
}

async fn config(arguments: &Configured) -> Result<Config, FleetError> {
    app::read_configuration(arguments.config_file.as_deref()).await
}

/// What serving needs. `config` is what reads the configuration anew.
fn serve_options(
    web: Web,
    config: Option<ConfigReader>,
    inherited: Vec<TcpListener>,
) -> anyhow::Result<ServeOptions> {
    let hangups = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let reload = ReloadOptions {
        config,
        hangups: Some(hangups),
        enable_lifecycle: web.enable_lifecycle,
    };
    Ok(ServeOptions {
        listen: web.listen_address,
        telemetry_path: web.telemetry_path,
        has_pages: !web.disable_pages,
        external_url: web.external_url,
        max_scrapes: NonZero::new(web.max_requests),
        route_prefix: web.route_prefix,
        inherited,
        security: None,
        reload,
    })
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

/// Completes when the process is asked to end. The handlers are in place when this returns, so no
/// signal is lost in between.
fn termination() -> anyhow::Result<impl Future<Output = ()> + Send> {
    let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(either(terminate, interrupt))
}

/// Completes at the first signal: supervisors and containers send SIGTERM, a terminal SIGINT.
async fn either(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
