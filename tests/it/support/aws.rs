//! The simulated AWS on a port of its own.

use std::ops::Deref;

use ssm_simulator::{Fault, Options, Simulator};
use tokio::net::TcpListener;

/// A simulator that answers for as long as the runtime of the test lives.
pub(crate) struct Aws {
    simulator: Simulator,
    /// Where it answers.
    pub(crate) url: String,
}

impl Aws {
    /// A simulator with so many instances in each target.
    pub(crate) async fn of(instances: usize) -> Self {
        Self::start(Options {
            instances,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let simulator = Simulator::new(options);
        tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
        Self { simulator, url }
    }

    /// Makes these faults happen from now on, and no others.
    pub(crate) fn break_with(&self, faults: impl IntoIterator<Item = Fault>) {
        self.simulator.set_faults(faults.into_iter().collect());
    }

    /// Makes no faults happen from now on.
    pub(crate) fn heal(&self) {
        self.break_with([]);
    }

    /// How many calls of an operation an account has got.
    pub(crate) fn calls(&self, account: &str, operation: &str) -> u64 {
        let counts = self.simulator.counts();
        counts
            .iter()
            .filter(|c| c.account == account && c.operation == operation)
            .map(|c| c.count)
            .sum()
    }
}

impl Deref for Aws {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}
