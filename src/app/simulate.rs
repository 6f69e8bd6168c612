//! The commands `simulate`, which serves a simulated AWS, and `demo`, which also runs the exporter
//! over it.

use std::future;
use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use ssm_simulator::{Options, Simulator};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::configured::FleetError;
use super::demo_example::explain_line;
use super::fleet::Fleet;
use super::run::{ServeOptions, serve};
use super::shard::Shard;
use crate::config::{Account, Config, Regions};
use crate::http::{ListenAddress, bind_for, parse_listen_address};

/// The address on which `simulate` listens unless it is told otherwise.
// LocalStack and other simulators of AWS listen on this port, so tools and examples often name it.
const DEFAULT_LISTEN_ADDRESS: &str = "127.0.0.1:4566";
/// The address on which the demo's simulator listens unless it is told otherwise.
// Any free port will do, because only the exporter of the same process needs to know it.
const FREE_PORT: &str = "127.0.0.1:0";
/// The role that the demo assumes in each simulated account.
const ROLE: &str = "ssm-compliance-exporter";
/// The access key and secret with which the demo signs its requests.
// The simulator checks no signatures. Credentials of the user must not be used even so: a demo should
// work without any, and should not send them to a local server.
const CREDENTIALS: (&str, &str) = ("AKIASIMULATEDEXAMPLE", "simulated");
/// The interval of the demo's refreshes, which is short so that people see the fleet change.
const DEMO_INTERVAL: Duration = Duration::from_secs(30);
/// The demo's ceiling of requests, which is high because there is no AWS account to protect.
const DEMO_REQUESTS_PER_SECOND: f64 = 50.0;
/// The demo's limit of series of single patches, which are off by default.
// The dashboards show them, and a demo should leave no panel empty.
const DEMO_PATCH_INFO_SERIES: usize = 1000;
/// The tags of the simulated fleet that the demo reads.
const DEMO_TAGS: [&str; 3] = ["Name", "Environment", "Team"];

/// The ids of `count` simulated accounts.
pub fn simulated_accounts(count: u16) -> Vec<String> {
    (0..u64::from(count)).map(simulated_account).collect()
}

fn simulated_account(number: u64) -> String {
    // 111122223333 is the account id of AWS's own examples, so nobody takes it for a real one.
    format!("{:012}", 111_122_223_333 + number * 111_111_111)
}

/// Serves the simulated AWS until `shutdown`.
///
/// # Errors
/// If it cannot listen, or `out` cannot be written.
pub async fn simulate(
    options: Options,
    listen: Option<ListenAddress>,
    shutdown: impl Future<Output = ()> + Send,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let listener = bind_or(listen, DEFAULT_LISTEN_ADDRESS).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let simulator = Simulator::new(options);
    let region = first_region(&simulator);
    say_how_to_ask(out, &url, &region).context("cannot say where to look")?;
    simulator.serve(listener, shutdown).await;
    Ok(())
}

/// Listens on the address that was asked for, or else on `default`.
async fn bind_or(listen: Option<ListenAddress>, default: &str) -> anyhow::Result<TcpListener> {
    let address = match listen {
        Some(address) => address,
        None => parse_listen_address(default)?,
    };
    Ok(bind_for(&address, "--sim.listen").await?)
}

fn first_region(simulator: &Simulator) -> String {
    let first = simulator.targets().into_iter().next();
    first.map(|(_, region)| region).unwrap_or_default()
}

/// Says how the AWS CLI can call the simulator.
fn say_how_to_ask(out: &mut impl Write, url: &str, region: &str) -> io::Result<()> {
    writeln!(out, "simulated AWS (SSM and STS) on {url}")?;
    writeln!(
        out,
        "  aws ssm list-compliance-summaries --endpoint-url {url} --region {region}"
    )?;
    writeln!(
        out,
        "  any credentials will do, for example AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
    )
}

/// Serves a simulated AWS and the exporter over it until `shutdown`. Without a configuration the
/// exporter reads every simulated account.
///
/// # Errors
/// If it cannot listen, the configuration has no targets, or `out` cannot be written.
pub async fn demo(
    config: Option<Config>,
    options: Options,
    sim_listen: Option<ListenAddress>,
    web: ServeOptions,
    shard: Shard,
    shutdown: impl Future<Output = ()>,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let listener = bind_or(sim_listen, FREE_PORT).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let config = config.unwrap_or_else(|| demo_config(&options));
    let web = demo_web(web, &endpoint);
    let fleet = demo_fleet(config, &endpoint, shard).await?;
    let simulator = Simulator::new(options);
    let words = DemoWords {
        scheme: scheme(&web),
        explain: explain_line(&simulator, &endpoint, CREDENTIALS),
        endpoint,
    };
    let _simulation = start_simulation(simulator, listener);
    serve_demo(fleet, web, shutdown, &words, out).await
}

/// What the demo says about itself.
struct DemoWords {
    /// How a browser reaches the exporter.
    scheme: &'static str,
    /// The address of the simulated AWS.
    endpoint: String,
    /// A command to try, if the fleet has an instance to explain.
    explain: Option<String>,
}

async fn demo_fleet(config: Config, endpoint: &str, shard: Shard) -> Result<Fleet, FleetError> {
    Fleet::of_shard(&at(endpoint, config), Some(demo_credentials()), shard).await
}

/// Also a configuration of the user's must not reach the real AWS from here.
fn at(endpoint: &str, mut config: Config) -> Config {
    config.api.endpoint_url = Some(endpoint.to_owned());
    config
}

fn demo_web(mut web: ServeOptions, endpoint: &str) -> ServeOptions {
    let endpoint = endpoint.to_owned();
    let reader = web.reload.config.take();
    web.reload.config = reader.map(|reader| reader.map(move |config| at(&endpoint, config)));
    web
}

/// Starts the simulator as a task, which ends when the set is dropped.
fn start_simulation(simulator: Simulator, listener: TcpListener) -> JoinSet<()> {
    let mut simulation = JoinSet::new();
    // It needs no shutdown of its own, because it has nothing to finish.
    simulation.spawn(simulator.serve(listener, future::pending()));
    simulation
}

async fn serve_demo(
    fleet: Fleet,
    web: ServeOptions,
    shutdown: impl Future<Output = ()>,
    words: &DemoWords,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let pages = pages(&web);
    let mut said = Ok(());
    serve(fleet, web, shutdown, |addresses| {
        said = say_where(out, addresses, &pages, words);
    })
    .await?;
    // A closed stdout is no reason to stop a demo that is being watched in a browser.
    said.context("cannot say where to look")
}

fn demo_credentials() -> (String, String) {
    (CREDENTIALS.0.to_owned(), CREDENTIALS.1.to_owned())
}

fn scheme(web: &ServeOptions) -> &'static str {
    let security = web.security.as_ref();
    if security.is_some_and(|security| security.has_tls()) {
        "https"
    } else {
        "http"
    }
}

/// The pages to look at, by name and path.
fn pages(web: &ServeOptions) -> Vec<(&'static str, String)> {
    // These are for a browser on this machine, which comes by no proxy.
    let base = web.route_prefix.path(web.external_url.as_ref());
    let mut pages = vec![
        ("metrics", format!("{base}{}", web.telemetry_path)),
        ("targets", format!("{base}/")),
    ];
    if web.has_pages {
        pages.push(("instances", format!("{base}/instances")));
    }
    pages
}

/// Says where the pages of the demo are.
fn say_where(
    out: &mut impl Write,
    addresses: &[String],
    pages: &[(&str, String)],
    words: &DemoWords,
) -> io::Result<()> {
    writeln!(
        out,
        "a simulated fleet, no AWS account needed; stop with Ctrl-C"
    )?;
    for address in addresses {
        say_pages(out, words.scheme, &browsable(address), pages)?;
    }
    writeln!(out, "  simulated AWS  {}", words.endpoint)?;
    if let Some(line) = &words.explain {
        writeln!(out, "  why is an instance non-compliant? try")?;
        writeln!(out, "    {line}")?;
    }
    out.flush()
}

fn say_pages(
    out: &mut impl Write,
    scheme: &str,
    address: &str,
    pages: &[(&str, String)],
) -> io::Result<()> {
    for (name, path) in pages {
        writeln!(out, "  {name:<13}  {scheme}://{address}{path}")?;
    }
    Ok(())
}

/// The address as a browser takes it.
// "Any address" is one to listen on but not one to call, and people click on what is printed.
fn browsable(address: &str) -> String {
    address
        .replace("[::]", "localhost")
        .replace("0.0.0.0", "localhost")
}

/// A configuration that reads every simulated account in every simulated region.
pub fn demo_config(options: &Options) -> Config {
    let mut config = Config::default();
    config.refresh.interval = DEMO_INTERVAL;
    config.api.requests_per_second = DEMO_REQUESTS_PER_SECOND;
    config.exposition.max_patch_info_series = DEMO_PATCH_INFO_SERIES;
    config.instance_tags = DEMO_TAGS.map(str::to_owned).into();
    config.tag_compliance = vec!["Team".to_owned()];
    config.accounts = options
        .accounts
        .iter()
        .enumerate()
        .map(|(n, id)| demo_account(n, id, &options.regions))
        .collect();
    config
}

fn demo_account(number: usize, id: &str, regions: &[String]) -> Account {
    Account {
        name: demo_account_name(number),
        account_id: Some(id.to_owned()),
        regions: Regions::Listed(regions.to_vec()),
        role_arn: Some(format!("arn:aws:iam::{id}:role/{ROLE}")),
        ..Account::default()
    }
}

/// A name for each of the first accounts. The others are shown by their ids.
fn demo_account_name(number: usize) -> Option<String> {
    let names = ["production", "staging", "development", "sandbox"];
    names.get(number).map(|name| (*name).to_owned())
}
