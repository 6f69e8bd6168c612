//! The refresh of one target among many, against the same refresh alone: what it costs that all
//! targets share one page.
//!
//! Both exporters run in processes of their own, and their simulators in this one. The simulated
//! fleet follows from account, region and seed, so the target that is refreshed is the same in
//! both.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ssm_compliance_exporter::app::{Fleet, simulated_accounts};
use ssm_compliance_exporter::config::{Account, Config, Regions};
use ssm_simulator::{Options, Simulator};

use crate::fleet::{Conditions, options, runtime, serve};
use crate::role::{ChildProcess, told_to_go_on};
use crate::table::{Table, median, own_time, ratio};

const ACCOUNTS: u16 = 20;
const REGIONS: [&str; 10] = [
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "eu-south-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
];
const INSTANCES_PER_TARGET: usize = 500;
const WARM_UP_ROUNDS: usize = 3;
const ROUNDS: usize = 101;
/// How many first refreshes run at the same time.
const MAX_FIRST_REFRESHES: usize = 8;

pub(crate) fn measure(_: &[usize], table: &mut Table) {
    let runtime = runtime();
    let mut alone = Exporter::start(&runtime, 1, 1);
    let mut among = Exporter::start(&runtime, ACCOUNTS, REGIONS.len());
    let targets = usize::from(ACCOUNTS) * REGIONS.len();
    for share in [1.0, 0.1] {
        let rounds: Vec<(RefreshCost, RefreshCost)> = (0..WARM_UP_ROUNDS + ROUNDS)
            .map(|_| (alone.refresh(share), among.refresh(share)))
            .skip(WARM_UP_ROUNDS)
            .collect();
        let (among, alone) = compare(&rounds, median, |cost| cost.processor);
        let (least_among, least_alone) = compare(&rounds, shortest, |cost| cost.processor);
        let (wall_among, wall_alone) = compare(&rounds, median, |cost| cost.wall);
        let figure = format!(
            "processor time of a refresh among {targets} targets, {:.0} % changed",
            100.0 * share
        );
        let measured = format!("{} ({among:.1?})", ratio(among, alone));
        let against = format!(
            "the same alone: {alone:.1?}; medians of {ROUNDS}; least {} ({least_alone:.1?}); wall {} ({wall_alone:.1?})",
            ratio(least_among, least_alone),
            ratio(wall_among, wall_alone),
        );
        table.row(&figure, INSTANCES_PER_TARGET, measured, &against, "≤ 1.1");
    }
}

/// One time that stands for all rounds: among the other targets, and alone.
fn compare(
    rounds: &[(RefreshCost, RefreshCost)],
    choose: fn(Vec<Duration>) -> Duration,
    time: fn(&RefreshCost) -> Duration,
) -> (Duration, Duration) {
    let times = rounds
        .iter()
        .map(|(alone, among)| (time(alone), time(among)));
    let (alone, among): (Vec<_>, Vec<_>) = times.unzip();
    (choose(among), choose(alone))
}

fn shortest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().expect("a round")
}

/// What a refresh took.
struct RefreshCost {
    processor: Duration,
    wall: Duration,
}

/// An exporter in a process of its own, and the simulated AWS that it reads.
struct Exporter {
    simulator: Simulator,
    role: ChildProcess,
}

impl Exporter {
    /// Starts an exporter and waits until it has read all its targets.
    fn start(runtime: &tokio::runtime::Runtime, accounts: u16, regions: usize) -> Self {
        let simulator = Simulator::new(Options {
            accounts: simulated_accounts(accounts),
            regions: REGIONS[..regions]
                .iter()
                .map(|region| (*region).to_owned())
                .collect(),
            ..options(&Conditions::free(INSTANCES_PER_TARGET))
        });
        let endpoint = runtime.block_on(serve(&simulator));
        let mut role = ChildProcess::start(
            "fleet",
            &[&endpoint, &accounts.to_string(), &regions.to_string()],
        );
        eprintln!(
            "{} targets: {}",
            usize::from(accounts) * regions,
            role.line()
        );
        Self { simulator, role }
    }

    /// Refreshes the first target after this share of its instances has changed.
    fn refresh(&mut self, share: f64) -> RefreshCost {
        self.simulator.drift(share);
        self.role.go_on();
        let line = self.role.line();
        let (processor, wall) = line.split_once(' ').expect("two times");
        let time = |nanos: &str| Duration::from_nanos(nanos.parse().expect("nanoseconds"));
        RefreshCost {
            processor: time(processor),
            wall: time(wall),
        }
    }
}

/// Runs the exporter's fleet as the program builds it. It refreshes the first target whenever it
/// reads a line from stdin, and prints what that took.
pub(crate) fn run_fleet(arguments: &[String]) {
    let [endpoint, accounts, regions] = arguments else {
        panic!("an endpoint, and how many accounts and regions")
    };
    let config = config(
        endpoint,
        accounts.parse().expect("a number"),
        regions.parse().expect("a number"),
    );
    let exporter = async move {
        let credentials = Some(("AKIAEXAMPLE".to_owned(), "secret".to_owned()));
        let mut fleet = Fleet::new(&config, credentials).await.expect("a fleet");
        let refreshers = fleet.take_refreshers();
        for some in refreshers.chunks(MAX_FIRST_REFRESHES) {
            join_all(some.iter().map(|refresher| refresher.refresh(false))).await;
        }
        let up = |target: usize| fleet.statuses()[target].up == Some(true);
        assert!((0..refreshers.len()).all(up), "every target was read");
        println!("{} series", fleet.page().series);
        while told_to_go_on().await {
            let start = Instant::now();
            let processor_at_start = own_time();
            Box::pin(refreshers[0].refresh(false)).await;
            let processor = own_time().saturating_sub(processor_at_start);
            let wall = start.elapsed();
            assert!(up(0), "the target was read");
            println!("{} {}", processor.as_nanos(), wall.as_nanos());
        }
    };
    // The program runs it as a task, too. On the thread of `block_on` each answer would cost a
    // switch of threads.
    runtime()
        .block_on(async { tokio::spawn(exporter).await })
        .expect("it ends well");
}

/// A configuration in which nothing holds refreshes back: neither the ceiling nor the spreading
/// over half of the interval.
fn config(endpoint: &str, accounts: u16, regions: usize) -> Config {
    let mut config = Config::default();
    config.refresh.interval = Duration::from_millis(1);
    config.api.requests_per_second = 1e6;
    config.api.endpoint_url = Some(endpoint.to_owned());
    let regions: Vec<String> = REGIONS[..regions]
        .iter()
        .map(|region| (*region).to_owned())
        .collect();
    let account = |id: String| Account {
        role_arn: Some(format!("arn:aws:iam::{id}:role/bench")),
        account_id: Some(id),
        regions: Regions::Listed(regions.clone()),
        ..Account::default()
    };
    config.accounts = simulated_accounts(accounts)
        .into_iter()
        .map(account)
        .collect();
    config
}
