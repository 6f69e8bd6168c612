//! The simulator as its callers see it.

mod organization;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::fault::Fault;
use crate::http;
use crate::options::Options;
use crate::policy::Policy;
use crate::rows::{CommandInvocation, ResourceTruth, TargetTruth};
use crate::state::{LoggedRequest, RequestCount, SharedState};
use crate::sts;
use crate::target::TruthDepth;

/// A simulated AWS. Clones share one state.
///
/// ```
/// use ssm_simulator::{Options, Simulator};
///
/// let simulator = Simulator::new(Options::default());
/// let truth = simulator.truth("111122223333", "eu-west-1");
/// assert_eq!(truth.instances.len(), 137);
/// ```
#[derive(Clone)]
pub struct Simulator {
    state: Arc<SharedState>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The fleet may have 100,000 instances, which nobody wants to read.
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
            state: Arc::new(SharedState::new(options)),
        }
    }

    /// Answers requests until `shutdown`, and then ends every connection and every task.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    /// use tokio::{net::TcpListener, sync::oneshot};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let endpoint_url = format!("http://{}", listener.local_addr()?);
    /// let (stop, stopped) = oneshot::channel::<()>();
    /// let simulator = Simulator::new(Options::default());
    /// let server = tokio::spawn(simulator.clone().serve(listener, async {
    ///     let _ = stopped.await;
    /// }));
    ///
    /// // Any AWS client can now be pointed at `endpoint_url`.
    /// # assert!(endpoint_url.starts_with("http://127.0.0.1:"));
    ///
    /// drop(stop);
    /// server.await?;
    /// assert!(simulator.requests().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        http::serve(self.state, listener, shutdown).await;
    }

    /// Replaces the faults.
    ///
    /// ```
    /// use ssm_simulator::{Fault, FaultKind, Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// simulator.set_faults(vec![
    ///     Fault::always(FaultKind::Deny).of("ListComplianceItems"),
    ///     "throttle:0.1".parse()?,
    /// ]);
    /// # Ok::<(), ssm_simulator::FaultError>(())
    /// ```
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state.set_faults(faults);
    }

    /// Replaces the rate limit of every target, or lifts it with `None`. A new limit starts with
    /// its whole burst.
    pub fn set_requests_per_second(&self, rate: Option<f64>) {
        self.state.set_rate(rate);
    }

    /// Replaces what IAM allows every user and role to do, or allows everything with `None`.
    ///
    /// ```
    /// use ssm_simulator::{Options, Policy, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    /// let policy: Policy = all.parse()?;
    /// simulator.set_policy(Some(policy.without("ssm:ListAssociations")));
    /// # Ok::<(), ssm_simulator::PolicyError>(())
    /// ```
    pub fn set_policy(&self, policy: Option<Policy>) {
        *self.state.policy() = policy;
    }

    /// Ends the sessions that the roles of an account have given out so far. AWS then refuses them
    /// as expired, although their time is not up. The roles give out others at once.
    pub fn end_sessions(&self, account: &str) {
        self.state.end_sessions(&sts::session_key_prefix(account));
    }

    /// Every account and region that can be used, sorted.
    pub fn targets(&self) -> Vec<(String, String)> {
        self.state.target_keys()
    }

    /// All rows of a target as of now, or none for an unknown target.
    ///
    /// This makes about 100 rows per resource. For large fleets see [`Simulator::outline`].
    pub fn truth(&self, account: &str, region: &str) -> TargetTruth {
        self.truth_of_depth(account, region, TruthDepth::WithItems)
    }

    /// All rows of a target as of now without its items and patches.
    pub fn outline(&self, account: &str, region: &str) -> TargetTruth {
        self.truth_of_depth(account, region, TruthDepth::WithoutItems)
    }

    /// All rows of one resource, if it exists.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let (account, region) = ("111122223333", "eu-west-1");
    /// let id = &simulator.outline(account, region).instances[0].instance_id;
    /// assert!(simulator.resource(account, region, id).is_some());
    /// assert!(simulator.resource(account, region, "i-0000000000000dead").is_none());
    /// ```
    pub fn resource(&self, account: &str, region: &str, id: &str) -> Option<ResourceTruth> {
        let target = self.state.target(account, region)?;
        let target = target.lock();
        let slot = target.find(id)?;
        let resource = target.resource(slot, TruthDepth::WithItems);
        // A removed resource keeps its slot, which answers with nothing.
        (resource != ResourceTruth::default()).then_some(resource)
    }

    /// Edits the rows of a target.
    ///
    /// What the edit leaves alone goes on to follow from the seed. The totals and the counts of
    /// associations follow the edited rows unless the edit changed them too. The editor has to keep
    /// all other counts consistent.
    ///
    /// This reads the whole target. For large fleets see [`Simulator::replace`].
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let (account, region) = ("111122223333", "eu-west-1");
    /// simulator.update(account, region, |truth| {
    ///     truth.instances[0].computer_name = "renamed".to_owned();
    /// });
    /// let truth = simulator.outline(account, region);
    /// assert_eq!(truth.instances[0].computer_name, "renamed");
    /// ```
    pub fn update(&self, account: &str, region: &str, edit: impl FnOnce(&mut TargetTruth)) {
        if let Some(target) = self.state.target(account, region) {
            target.lock().update(edit);
        }
    }

    /// Replaces all rows of one resource, or removes it with `None`. An unknown resource is added
    /// at the end of the lists.
    pub fn replace(&self, account: &str, region: &str, id: &str, resource: Option<ResourceTruth>) {
        if let Some(target) = self.state.target(account, region) {
            target.lock().replace(id, resource);
        }
    }

    /// Takes an instance off the list of managed instances. Its compliance data stays, as AWS keeps
    /// it for 30 days.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let (account, region) = ("111122223333", "eu-west-1");
    /// let id = simulator.victim(account, region).unwrap();
    /// simulator.stop(account, region, &id);
    ///
    /// let resource = simulator.resource(account, region, &id).unwrap();
    /// assert!(resource.instance.is_none());
    /// assert!(!resource.summaries.is_empty());
    /// ```
    pub fn stop(&self, account: &str, region: &str, id: &str) {
        if let Some(mut resource) = self.resource(account, region, id) {
            resource.instance = None;
            self.replace(account, region, id, Some(resource));
        }
    }

    /// Replaces all tags of a resource. What else is known of it stays as it is. Says whether the
    /// resource exists.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let (account, region) = ("111122223333", "eu-west-1");
    /// let id = simulator.victim(account, region).unwrap();
    /// let tags = [("Team".to_owned(), "payments".to_owned())];
    /// assert!(simulator.set_tags(account, region, &id, tags.into()));
    ///
    /// let tags = simulator.resource(account, region, &id).unwrap().tags.unwrap();
    /// assert_eq!(tags.value("Team"), Some("payments"));
    /// ```
    pub fn set_tags(
        &self,
        account: &str,
        region: &str,
        id: &str,
        tags: BTreeMap<String, String>,
    ) -> bool {
        self.state
            .target(account, region)
            .is_some_and(|target| target.lock().set_tags(id, tags))
    }

    /// Makes one step of drift in every target, which changes the compliance of this share of the
    /// listed instances.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let before = simulator.outline("111122223333", "eu-west-1");
    /// simulator.drift(0.1);
    /// let after = simulator.outline("111122223333", "eu-west-1");
    /// assert_ne!(before.summaries, after.summaries);
    /// ```
    pub fn drift(&self, share: f64) {
        for (account, region) in self.targets() {
            if let Some(target) = self.state.target(&account, &region) {
                target.lock().drift(share);
            }
        }
    }

    /// Sets the role of the default host management configuration, or takes it away with `None`, as
    /// it is at first. AWS manages EC2 instances without an instance profile through this role.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let role = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole";
    /// simulator.set_default_host_role("111122223333", "eu-west-1", Some(role));
    /// ```
    pub fn set_default_host_role(&self, account: &str, region: &str, role: Option<&str>) {
        if let Some(target) = self.state.target(account, region) {
            target.lock().default_host_role = role.map(str::to_owned);
        }
    }

    /// Mends by hand whatever makes runs fail on an instance: frees the disk, repairs the source of
    /// packages, brings the virus signatures up to date. AWS learns nothing of it. The next
    /// installation of patches and the next run of an association succeed there, and tools report
    /// their custom compliance types anew after the next command. Says whether the instance is
    /// listed.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// let (account, region) = ("111122223333", "eu-west-1");
    /// let before = simulator.outline(account, region);
    /// assert!(simulator.mend(account, region, &before.instances[0].instance_id));
    /// assert_eq!(simulator.outline(account, region), before);
    /// ```
    pub fn mend(&self, account: &str, region: &str, id: &str) -> bool {
        self.state
            .target(account, region)
            .is_some_and(|target| target.lock().mend(id))
    }

    /// Lets the tools of the account report the custom compliance types of an instance anew, without
    /// a command. Says whether the instance is mended, without which they have nothing to say.
    pub fn report_again(&self, account: &str, region: &str, id: &str) -> bool {
        self.state
            .target(account, region)
            .is_some_and(|target| target.lock().report_again(id))
    }

    /// What a command did on an instance, with its steps, or nothing for an unknown command.
    pub fn invocation(
        &self,
        account: &str,
        region: &str,
        id: &str,
        command_id: &str,
    ) -> Option<CommandInvocation> {
        let target = self.state.target(account, region)?;
        let target = target.lock();
        let slot = target.find(id)?;
        target.invocation(slot, command_id)
    }

    /// The id of the instance whose rows [`FaultKind::BadRow`](crate::FaultKind::BadRow) damages.
    pub fn victim(&self, account: &str, region: &str) -> Option<String> {
        let target = self.state.target(account, region)?;
        let target = target.lock();
        let instance = target.instance(target.victim()?)?;
        Some(instance.instance_id.clone())
    }

    /// The newest requests, oldest first. [`Options::keep_requests`] says how many are kept.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.request_log().requests()
    }

    /// All requests since the start or the last [`Simulator::clear`], counted.
    pub fn counts(&self) -> Vec<RequestCount> {
        self.state.request_log().counts()
    }

    /// How many requests of a target were throttled, whether by its rate limit or by a fault.
    pub fn throttled(&self, account: &str, region: &str) -> u64 {
        self.counts()
            .iter()
            .filter(|row| row.account == account && row.region == region)
            .filter(|row| row.outcome == "ThrottlingException")
            .map(|row| row.count)
            .sum()
    }

    /// The most requests of a target that arrived within one second. Those of STS do not count.
    pub fn busiest_second(&self, account: &str, region: &str) -> usize {
        self.state.request_log().busiest_second(account, region)
    }

    /// Forgets all requests.
    pub fn clear(&self) {
        self.state.request_log().clear();
    }

    fn truth_of_depth(&self, account: &str, region: &str, depth: TruthDepth) -> TargetTruth {
        match self.state.target(account, region) {
            Some(target) => target.lock().truth(depth),
            None => TargetTruth::default(),
        }
    }
}
