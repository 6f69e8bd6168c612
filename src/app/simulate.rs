//! The simulated AWS as a command, and the exporter over it.

use std::future::Future;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;

use super::fleet::Fleet;
use super::run::{ServeOptions, serve};
use crate::config::{Account, Config};
use crate::http::{ListenAddress, bind, parse_listen_address};
use ssm_simulator::{Options, Simulator};

/// The role that the demo assumes in each simulated account.
const ROLE: &str = "ssm-compliance-exporter";
/// What the demo signs its requests with; the simulator checks no signatures.
const CREDENTIALS: (&str, &str) = ("AKIASIMULATEDEXAMPLE", "simulated");
/// Refreshes of the demo: short, so that drift is seen.
const DEMO_INTERVAL: Duration = Duration::from_secs(30);
/// The ceiling of the demo: there is no account to protect.
const DEMO_REQUESTS_PER_SECOND: f64 = 50.0;

/// The ids of simulated accounts.
pub fn simulated_accounts(count: u16) -> Vec<String> {
    (0..u64::from(count))
        .map(|n| format!("{:012}", 111_122_223_333 + n * 111_111_111))
        .collect()
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
    let listener =
        bind(&listen.map_or_else(|| parse_listen_address("127.0.0.1:4566"), Ok)?).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let simulator = Simulator::new(options);
    let said = writeln!(out, "simulated AWS (SSM and STS) on {url}")
        .and_then(|()| {
            writeln!(out, "  aws ssm list-compliance-summaries --endpoint-url {url} --region {}", region(&simulator))
        })
        .and_then(|()| {
            writeln!(out, "  any credentials will do, for example AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test")
        });
    said.context("cannot say where to look")?;
    simulator.serve(listener, shutdown).await;
    Ok(())
}

fn region(simulator: &Simulator) -> String {
    simulator
        .targets()
        .into_iter()
        .next()
        .map(|(_, region)| region)
        .unwrap_or_default()
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
    let listener =
        bind(&sim_listen.map_or_else(|| parse_listen_address("127.0.0.1:0"), Ok)?).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let mut config = config.unwrap_or_else(|| demo_config(&options));
    config.api.endpoint_url = Some(endpoint.clone());
    let credentials = (CREDENTIALS.0.to_owned(), CREDENTIALS.1.to_owned());
    let fleet = Fleet::new(&config, Some(credentials)).await?;
    let simulator = Simulator::new(options);
    // Ends with this function: the simulator has nothing to finish.
    let mut simulation = tokio::task::JoinSet::new();
    simulation.spawn(simulator.serve(listener, std::future::pending()));
    let mut said = Ok(());
    let path = web.telemetry_path.clone();
    serve(fleet, web, shutdown, |addresses| {
        said = say_where(out, addresses, &path, &endpoint)
    })
    .await?;
    said.context("cannot say where to look")
}

fn say_where(
    out: &mut impl Write,
    addresses: &[String],
    path: &str,
    endpoint: &str,
) -> std::io::Result<()> {
    writeln!(
        out,
        "a simulated fleet, no AWS account needed; stop with Ctrl-C"
    )?;
    for address in addresses {
        let address = address
            .replace("[::]", "localhost")
            .replace("0.0.0.0", "localhost");
        writeln!(out, "  metrics        http://{address}{path}")?;
        writeln!(out, "  targets        http://{address}/")?;
    }
    writeln!(out, "  simulated AWS  {endpoint}")?;
    out.flush()
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
