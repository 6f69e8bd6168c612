//! Simulated AWS: a server of its own that speaks the wire protocols of SSM and STS, with a
//! believable fleet behind it.
//!
//! It is made for the demo, the tests and the benchmarks, and for trying any AWS client. It follows
//! AWS's documents by itself and uses none of the exporter's code, so that one mistake does not
//! hide in both. It checks no signatures and keeps no secrets; it leaves the choice of port and
//! address to its caller.

mod aggregates;
mod answer;
mod associations;
mod catalogue;
mod custom;
mod drift;
mod fault;
mod filters;
mod fleet;
mod input;
mod instances;
mod node;
mod operations;
mod options;
mod patches;
mod protocol;
mod random;
mod refusal;
mod request_log;
pub mod rows;
mod server;
mod simulated_target;
mod state;
mod sts;
mod tally;
#[cfg(test)]
mod tests;
mod throttle;
mod time;
mod token;
mod truth;

use std::sync::Arc;

pub use fault::{Fault, FaultError, FaultKind};
pub use options::{Options, Throttle};
pub use request_log::{LoggedRequest, RequestCount};
pub use rows::{ResourceTruth, TargetTruth};

/// A simulated AWS. Clones share one world.
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<state::State>,
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the fleet, which may have 100,000 instances.
        formatter
            .debug_struct("Simulator")
            .field("targets", &self.targets())
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Makes the fleet. Nothing runs and nothing listens yet.
    pub fn new(options: Options) -> Self {
        Self {
            inner: Arc::new(state::State::new(options)),
        }
    }

    /// Answers requests until `shutdown`, then ends every connection and every task.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        server::serve(self, listener, shutdown).await;
    }

    /// Replaces the faults.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.inner.set_faults(faults);
    }

    /// Replaces the rate limit of every target; `None` lifts it. Buckets start full.
    pub fn set_requests_per_second(&self, rate: Option<f64>) {
        self.inner.set_rate(rate);
    }

    /// Ends the sessions that roles of an account have given out so far, before their time: they
    /// are refused as expired. Another session can be had at once.
    pub fn end_sessions(&self, account: &str) {
        self.inner.end_sessions(&format!("ASIA{account}"));
    }

    /// Every account and region, sorted.
    pub fn targets(&self) -> Vec<(String, String)> {
        self.inner.targets()
    }

    /// All rows of a target as of now, items included; empty for an unknown target. Costs about 100
    /// rows per resource: for large fleets see [`Simulator::outline`].
    pub fn truth(&self, account: &str, region: &str) -> TargetTruth {
        self.inner
            .world(account, region)
            .map(|world| world.truth(true))
            .unwrap_or_default()
    }

    /// All rows of a target but items and patches.
    pub fn outline(&self, account: &str, region: &str) -> TargetTruth {
        self.inner
            .world(account, region)
            .map(|world| world.truth(false))
            .unwrap_or_default()
    }

    /// All rows of one resource, if it exists.
    pub fn resource(&self, account: &str, region: &str, id: &str) -> Option<ResourceTruth> {
        let world = self.inner.world(account, region)?;
        let slot = world.find(id)?;
        let resource = world.resource(slot, true);
        (resource != ResourceTruth::default()).then_some(resource)
    }

    /// Edits the rows of a target. What the edit leaves alone goes on following from the seed;
    /// totals and aggregates of associations follow the edited rows unless they were edited
    /// themselves. Other counts are the editor's to keep consistent. Reads the whole target: for
    /// large fleets see [`Simulator::replace`].
    pub fn update(&self, account: &str, region: &str, edit: impl FnOnce(&mut TargetTruth)) {
        if let Some(mut world) = self.inner.world(account, region) {
            world.update(edit);
        }
    }

    /// Replaces all rows of one resource; `None` removes it. An unknown id is added at the end of
    /// the lists.
    pub fn replace(&self, account: &str, region: &str, id: &str, resource: Option<ResourceTruth>) {
        if let Some(mut world) = self.inner.world(account, region) {
            world.pin(id, resource);
        }
    }

    /// Takes instances off the list of managed ones; what is known of their compliance stays, as
    /// AWS keeps it for 30 days.
    pub fn stop(&self, account: &str, region: &str, id: &str) {
        if let Some(mut resource) = self.resource(account, region, id) {
            resource.instance = None;
            self.replace(account, region, id, Some(resource));
        }
    }

    /// One step of drift in every target: compliance changes for this share of the listed
    /// instances.
    pub fn drift(&self, share: f64) {
        for (account, region) in self.targets() {
            if let Some(mut world) = self.inner.world(&account, &region) {
                world.drift(share);
            }
        }
    }

    /// The instance whose rows [`FaultKind::BadRow`] spoils.
    pub fn victim(&self, account: &str, region: &str) -> Option<String> {
        let world = self.inner.world(account, region)?;
        let instance = world.instance(world.victim()?)?;
        Some(instance.instance_id.clone())
    }

    /// The newest requests, oldest first; [`Options::keep_requests`] says how many are kept.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.inner.request_log().requests()
    }

    /// All requests since the start or the last [`Simulator::clear`], counted.
    pub fn counts(&self) -> Vec<RequestCount> {
        self.inner.request_log().counts()
    }

    /// How many requests of a target were throttled, whether by its rate or by a fault.
    pub fn throttled(&self, account: &str, region: &str) -> u64 {
        let counts = self.counts();
        let here = counts
            .iter()
            .filter(|row| row.account == account && row.region == region);
        here.filter(|row| row.outcome == "ThrottlingException")
            .map(|row| row.count)
            .sum()
    }

    /// The most requests of a target that arrived within any one second; STS is not counted.
    pub fn busiest_second(&self, account: &str, region: &str) -> usize {
        self.inner.request_log().busiest(account, region)
    }

    /// Forgets all requests.
    pub fn clear(&self) {
        self.inner.request_log().clear();
    }
}
