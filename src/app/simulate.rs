//! The simulated AWS as a command, and the exporter over it.

use std::future;
use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use ssm_simulator::{Options, Simulator};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::fleet::Fleet;
use super::run::{ServeOptions, serve};
use crate::config::{Account, Config};
use crate::http::{ListenAddress, bind, parse_listen_address};

/// Where `simulate` listens unless it is told otherwise: where other simulators of AWS do, too.
const DEFAULT_LISTEN_ADDRESS: &str = "127.0.0.1:4566";
/// Where the demo's simulator listens unless it is told otherwise.
const FREE_PORT: &str = "127.0.0.1:0";
/// The role that the demo assumes in each simulated account.
const ROLE: &str = "ssm-compliance-exporter";
/// What the demo signs its requests with; the simulator checks no signatures.
const CREDENTIALS: (&str, &str) = ("AKIASIMULATEDEXAMPLE", "simulated");
/// The demo refreshes often, so that drift is seen.
const DEMO_INTERVAL: Duration = Duration::from_secs(30);
/// The demo has no account to protect, so its ceiling is high.
const DEMO_REQUESTS_PER_SECOND: f64 = 50.0;

/// The ids of simulated accounts.
pub fn simulated_accounts(count: u16) -> Vec<String> {
    (0..u64::from(count)).map(simulated_account).collect()
}

fn simulated_account(number: u64) -> String {
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
    Ok(bind(&address).await?)
}

fn first_region(simulator: &Simulator) -> String {
    let first = simulator.targets().into_iter().next();
    first.map(|(_, region)| region).unwrap_or_default()
}

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

/// Serves the exporter over a simulated AWS until `shutdown`. Without a configuration every
/// simulated account is read.
///
/// # Errors
/// If it cannot listen, the configuration has no targets, or `out` cannot be written.
pub async fn demo(
    config: Option<Config>,
    options: Options,
    sim_listen: Option<ListenAddress>,
    web: ServeOptions,
    shutdown: impl Future<Output = ()>,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let listener = bind_or(sim_listen, FREE_PORT).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let mut config = config.unwrap_or_else(|| demo_config(&options));
    config.api.endpoint_url = Some(endpoint.clone());
    let fleet = Fleet::new(&config, Some(demo_credentials())).await?;
    let simulator = Simulator::new(options);
    // The task ends with this function: the simulator has nothing to finish.
    let mut simulation = JoinSet::new();
    simulation.spawn(simulator.serve(listener, future::pending()));
    let path = web.telemetry_path.clone();
    let mut said = Ok(());
    serve(fleet, web, shutdown, |addresses| {
        said = say_where(out, addresses, &path, &endpoint);
    })
    .await?;
    said.context("cannot say where to look")
}

fn demo_credentials() -> (String, String) {
    let (access_key, secret) = CREDENTIALS;
    (access_key.to_owned(), secret.to_owned())
}

fn say_where(
    out: &mut impl Write,
    addresses: &[String],
    path: &str,
    endpoint: &str,
) -> io::Result<()> {
    writeln!(
        out,
        "a simulated fleet, no AWS account needed; stop with Ctrl-C"
    )?;
    for address in addresses {
        let address = browsable(address);
        writeln!(out, "  metrics        http://{address}{path}")?;
        writeln!(out, "  targets        http://{address}/")?;
    }
    writeln!(out, "  simulated AWS  {endpoint}")?;
    out.flush()
}

/// The address as a browser takes it: nobody can call "any address".
fn browsable(address: &str) -> String {
    address
        .replace("[::]", "localhost")
        .replace("0.0.0.0", "localhost")
}

/// Every simulated account in every simulated region.
fn demo_config(options: &Options) -> Config {
    let mut config = Config::default();
    config.refresh.interval = DEMO_INTERVAL;
    config.api.requests_per_second = DEMO_REQUESTS_PER_SECOND;
    config.accounts = options
        .accounts
        .iter()
        .enumerate()
        .map(|(n, id)| demo_account(n, id, &options.regions))
        .collect();
    config
}

fn demo_account(number: usize, id: &str, regions: &[String]) -> Account {
    let name = ["production", "staging", "development", "sandbox"]
        .get(number)
        .map(|name| (*name).to_owned());
    Account {
        name,
        account_id: Some(id.to_owned()),
        regions: regions.to_vec(),
        role_arn: Some(format!("arn:aws:iam::{id}:role/{ROLE}")),
        ..Account::default()
    }
}
