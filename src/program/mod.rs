//! The program: it reads the command line, runs a command, prints its error, and is the only place
//! that decides on the exit code.

mod cli;

use std::future::Future;
use std::io::{self, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use ssm_compliance_exporter::app::{
    self, Answer, ConfigReader, ExplainOptions, Fleet, FleetError, LogGuard, OutputFile,
    ReloadOptions, Scope, ServeOptions, Shard, Subject, WebConfigFile,
};
use ssm_compliance_exporter::config::{Config, ConfigError};
use ssm_compliance_exporter::http::{self, InheritError, WebSecurity};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::Level;

use cli::{
    CheckConfig, Cli, Command, Completions, Configured, Demo, Explain, Log, Once, Serve, Sim,
    Simulate, Web,
};

/// Exit code if the configuration is wrong (`EX_CONFIG` of sysexits.h), so that a supervisor can
/// tell this from a failure that a restart may mend.
const BAD_CONFIGURATION: u8 = 78;
/// Exit code of `explain` if it could not tell, for whatever reason: its 1 means non-compliant.
const UNCLEAR: u8 = 3;

/// How long the program waits for its last words to be written, where nobody reads stderr.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// The sockets of systemd, if the command is to serve on them.
type Sockets = Result<Vec<TcpListener>, InheritError>;

/// Why `explain` could not tell.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct Unclear(anyhow::Error);

fn main() -> ExitCode {
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

async fn run_command(
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

fn success_if(is_success: bool) -> ExitCode {
    // The command itself has done its work, so there is no error to print; but scripts must notice.
    if is_success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
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

fn exit_code_of(answer: Answer) -> ExitCode {
    match answer {
        Answer::Compliant => ExitCode::SUCCESS,
        Answer::NonCompliant => ExitCode::FAILURE,
        Answer::Unclear => UNCLEAR.into(),
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

fn start_logging(log: &Log, default_level: Level) -> anyhow::Result<LogGuard> {
    let level = log.log_level.unwrap_or(default_level);
    app::start_logging(level, log.log_format.unwrap_or_default()).context("cannot start logging")
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
