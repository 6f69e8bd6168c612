//! The program: it reads the command line, runs a command, prints its error, and is the only place
//! that decides on the exit code.

mod cli;

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use ssm_compliance_exporter::app::{
    self, Answer, ConfigReader, ExplainOptions, Fleet, FleetError, LogGuard, ReloadOptions, Scope,
    ServeOptions, Subject, WebConfigFile,
};
use ssm_compliance_exporter::config::{Config, ConfigError};
use ssm_compliance_exporter::http::{self, InheritError, WebSecurity};
use tokio::signal::unix::{Signal, SignalKind, signal};

use cli::{
    CheckConfig, Cli, Command, Configured, Demo, Explain, Log, Once, Serve, Sim, Simulate, Web,
};

/// Exit code if the configuration is wrong (`EX_CONFIG` of sysexits.h), so that a supervisor can
/// tell this from a failure that a restart may mend.
const BAD_CONFIGURATION: u8 = 78;
/// Exit code of `explain` if it could not tell, for whatever reason: its 1 means non-compliant.
const UNCLEAR: u8 = 3;

/// How long the program waits for its last words to be written, where nobody reads stderr.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// Why `explain` could not tell.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct Unclear(anyhow::Error);

fn main() -> ExitCode {
    // Before anything else, so that no panic goes by without a line in the log.
    app::log_panics();
    // A bad flag ends the program here, with a usage text and exit code 2.
    let cli = Cli::parse();
    // Sockets come in variables of the environment, which are safe to take as long as there are no
    // other threads.
    let sockets = match inherited_sockets(&cli) {
        Ok(sockets) => sockets,
        Err(error) => return failed(&error.into()),
    };
    match app::block_on(run(cli, sockets)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error.into()),
    }
}

/// The sockets that systemd has opened, if the command is to serve on them.
fn inherited_sockets(cli: &Cli) -> Result<Vec<TcpListener>, InheritError> {
    let serve = match &cli.command {
        None => &cli.serve,
        Some(Command::Serve(serve)) => serve,
        Some(Command::Demo(demo)) => &demo.serve,
        Some(_) => return Ok(Vec::new()),
    };
    if serve.web.systemd_socket {
        http::inherited_listeners()
    } else {
        Ok(Vec::new())
    }
}

async fn run(cli: Cli, sockets: Vec<TcpListener>) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(arguments) => {
            logged(&arguments.log.clone(), serve(arguments, sockets)).await
        }
        Command::Demo(arguments) => {
            // Its future is large, because it has that of a server and that of a simulator.
            let log = arguments.serve.log.clone();
            logged(&log, Box::pin(demo(arguments, sockets))).await
        }
        Command::Simulate(arguments) => logged(&arguments.log.clone(), simulate(arguments)).await,
        Command::Once(arguments) => logged(&arguments.log.clone(), once(arguments)).await,
        Command::Plan(arguments) => logged(&arguments.log.clone(), plan(arguments)).await,
        Command::Explain(arguments) => {
            logged(&arguments.log.clone().into(), explain(arguments)).await
        }
        Command::CheckConfig(arguments) => check_config(&arguments).await,
        Command::Healthcheck(arguments) => healthcheck(&arguments).await,
    }
}

/// Runs a command that has a log. The guard of the log writes what is still in its queue when the
/// command ends.
async fn logged(
    log: &Log,
    command: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    let _log = start_logging(log)?;
    match command.await {
        // Whoever has chosen a format has a program that reads it, and no line may be another.
        Err(error) if log.log_format.is_some() => {
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

fn exit_code(error: &anyhow::Error) -> ExitCode {
    if is_of_configuration(error) {
        BAD_CONFIGURATION.into()
    } else if error.is::<Unclear>() {
        UNCLEAR.into()
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the configuration must be changed before the program can run.
fn is_of_configuration(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        // The system lacks a resource, which no change of the configuration mends.
        Some(FleetError::Render(_)) => false,
        Some(_) => true,
        None => error.is::<ConfigError>(),
    }
}

/// Writes to stderr on a thread of its own: stderr may be a pipe that is full and that nobody
/// reads, and the program is to end all the same.
fn print_last_words(text: &str) {
    match start_printing(text.to_owned()) {
        Ok(printed) => drop(printed.recv_timeout(LAST_WORDS_TIMEOUT)),
        // A program that gets no thread has only just started: its stderr is still empty.
        Err(_) => print_error(text),
    }
}

/// Prints the error on a thread of its own, which says when it has done so.
fn start_printing(text: String) -> io::Result<mpsc::Receiver<()>> {
    let (sender, printed) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        print_error(&text);
        // Nobody waits any more if it took too long.
        let _ = sender.send(());
    })?;
    Ok(printed)
}

#[expect(clippy::print_stderr, reason = "where a program's errors go")]
fn print_error(text: &str) {
    eprintln!("{text}");
}

async fn serve(arguments: Serve, sockets: Vec<TcpListener>) -> anyhow::Result<ExitCode> {
    // From here on no signal ends the program before it can be handled.
    let file = arguments.config.config_file.clone();
    let mut options = serve_options(&arguments, file.map(ConfigReader::of_file), sockets)?;
    let shutdown = termination()?;
    let web = read_web_config(&arguments);
    let (web, fleet) = app::with_web_config(web, fleet(&arguments.config).await)?;
    options.security = start_web_config(web)?;
    app::serve(fleet, options, shutdown, |_| {}).await?;
    Ok(ExitCode::SUCCESS)
}

async fn demo(arguments: Demo, sockets: Vec<TcpListener>) -> anyhow::Result<ExitCode> {
    let options = sim_options(&arguments.sim);
    let defaults = app::demo_config(&options);
    let file = arguments.serve.config.config_file.clone();
    let reader = file.map(|path| demo_reader(path, defaults.clone()));
    let mut web = serve_options(&arguments.serve, reader, sockets)?;
    let config = demo_config(&arguments.serve.config, &defaults);
    let config = config.map_err(FleetError::from).map_err(Into::into);
    let (web_config, config) = app::with_web_config(read_web_config(&arguments.serve), config)?;
    web.security = start_web_config(web_config)?;
    let shutdown = termination()?;
    let mut out = io::stdout();
    app::demo(
        config,
        options,
        arguments.sim.listen,
        web,
        shutdown,
        &mut out,
    )
    .await?;
    Ok(ExitCode::SUCCESS)
}

fn read_web_config(arguments: &Serve) -> Result<Option<WebConfigFile>, ConfigError> {
    app::read_web_config(arguments.web.web_config_file.as_deref())
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

async fn once(arguments: Once) -> anyhow::Result<ExitCode> {
    let fleet = fleet(&arguments.config).await?;
    let mut out = io::stdout();
    tokio::select! {
        are_all_up = app::once(fleet, &mut out) => Ok(success_if(are_all_up?)),
        () = termination()? => anyhow::bail!("interrupted before the refresh had ended"),
    }
}

fn success_if(is_success: bool) -> ExitCode {
    // The command itself has done its work, so there is no error to print; but scripts must notice.
    if is_success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn plan(arguments: Once) -> anyhow::Result<ExitCode> {
    let config = config(&arguments.config).await?;
    let fleet = Fleet::new(&config, None).await?;
    let mut out = io::stdout().lock();
    let is_complete = app::plan(fleet, &config, &mut out)
        .await
        .context("cannot write the plan")?;
    Ok(success_if(is_complete))
}

async fn explain(arguments: Explain) -> anyhow::Result<ExitCode> {
    let config = config(&arguments.config).await?;
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
        subject: match arguments.patch {
            Some(patch) => Subject::Patch(patch),
            None if arguments.all_noncompliant => Subject::AllNoncompliant,
            None => Subject::Instances(arguments.instances),
        },
    }
}

fn exit_code_of(answer: Answer) -> ExitCode {
    match answer {
        Answer::Compliant => ExitCode::SUCCESS,
        Answer::NonCompliant => ExitCode::FAILURE,
        Answer::Unclear => UNCLEAR.into(),
    }
}

async fn check_config(arguments: &CheckConfig) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let web_file = arguments.web_config_file.as_deref();
    app::check_config(arguments.file(), web_file, &mut out).await?;
    Ok(ExitCode::SUCCESS)
}

async fn healthcheck(arguments: &Web) -> anyhow::Result<ExitCode> {
    // A server listens on each of them by itself, so all of them must answer.
    let schemes = app::health_schemes(arguments.web_config_file.as_deref());
    for address in &arguments.listen_address {
        let code = http::check_health(&address.to_string(), schemes).await?;
        anyhow::ensure!(
            code < 500,
            "the exporter on {address} is not healthy: it answered {code}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn start_logging(log: &Log) -> anyhow::Result<LogGuard> {
    app::start_logging(log.log_level, log.log_format.unwrap_or_default())
        .context("cannot start logging")
}

/// The targets of the configuration, with AWS itself behind them.
async fn fleet(arguments: &Configured) -> anyhow::Result<Fleet> {
    let config = config(arguments).await?;
    Ok(Fleet::new(&config, None).await?)
}

async fn config(arguments: &Configured) -> Result<Config, FleetError> {
    app::read_configuration(arguments.config_file.as_deref()).await
}

/// What serving needs. `config` is what reads the configuration anew.
fn serve_options(
    arguments: &Serve,
    config: Option<ConfigReader>,
    inherited: Vec<TcpListener>,
) -> anyhow::Result<ServeOptions> {
    let web = arguments.web.clone();
    let hangups = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let reload = ReloadOptions {
        config,
        hangups: Some(hangups),
        enable_lifecycle: arguments.enable_lifecycle,
    };
    Ok(ServeOptions {
        listen: web.listen_address,
        telemetry_path: web.telemetry_path,
        has_pages: !web.disable_pages,
        external_url: web.external_url,
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
