//! The reference fleet: a tenth non-compliant, a fifth ghosts, names of realistic length, read
//! through the real SDK from a simulator on loopback.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ssm_compliance_exporter::aws::{AwsBase, BaseOptions, Meter, SsmSource, TargetOptions};
use ssm_compliance_exporter::collect::{
    Clock, Identification, RefreshObserver, Refresher, SharedTarget, TargetTask,
};
use ssm_compliance_exporter::metrics::{Identity, Policy, ShownInstances, TargetView};
use ssm_compliance_exporter::model::{
    AgeLimits, Collector, FailureReason, Operation, Selection, Target, Timestamp,
};
use ssm_simulator::{Options, RateLimitScope, Simulator};
use tokio::net::TcpListener;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

/// How the simulated AWS behaves, and how fast the exporter may ask.
pub(crate) struct Conditions {
    pub(crate) instances: usize,
    pub(crate) latency: Duration,
    /// Requests per second that AWS allows. `None` for any number.
    pub(crate) limit: Option<f64>,
    /// The exporter's ceiling, in requests per second.
    pub(crate) ceiling: f64,
    pub(crate) interval: Duration,
    pub(crate) full_every: Duration,
}

impl Conditions {
    /// AWS answers at once and allows everything.
    pub(crate) fn free(instances: usize) -> Self {
        Self {
            instances,
            latency: Duration::ZERO,
            limit: None,
            ceiling: 1e6,
            interval: Duration::from_mins(5),
            full_every: Duration::from_hours(6),
        }
    }
}

/// A target, and the simulated AWS that it reads.
pub(crate) struct BenchTarget {
    pub(crate) simulator: Simulator,
    pub(crate) refresher: Refresher<SsmSource, ShownTarget>,
    pub(crate) shown: ShownTarget,
}

/// Holds the target that the last refresh has shown.
#[derive(Clone, Default)]
pub(crate) struct ShownTarget(Arc<Mutex<Option<Target>>>);

struct IgnoringMeter;

impl Meter for IgnoringMeter {
    fn attempted(&self, _: Operation, _: Duration) {}
    fn failed(&self, _: Operation, _: FailureReason) {}
    fn waited(&self, _: Duration) {}
    fn limit(&self, _: Operation, _: f64) {}
}

impl RefreshObserver for ShownTarget {
    fn identified(&self, _: &str) -> Identification {
        Identification::Same
    }

    fn panicked(&self) {}
    fn refresh_started(&self, _: Option<Timestamp>) {}
    fn refresh_ended(&self, _: Duration) {}
    async fn show(&self, target: &Arc<SharedTarget>) {
        let snapshot = target.snapshot();
        *self.0.lock().expect("not poisoned") = Some(snapshot);
    }
}

impl ShownTarget {
    pub(crate) fn target(&self) -> Target {
        self.0
            .lock()
            .expect("not poisoned")
            .clone()
            .expect("a refresh was shown")
    }

    /// The collectors whose last attempt failed, with reasons. A refresh that read less took less
    /// time, so its figures are worth nothing.
    pub(crate) fn failures(&self) -> Vec<String> {
        let target = self.target();
        let failure = |collector: Collector| {
            let reason = target
                .collector(collector)
                .attempt
                .map_or(Some(FailureReason::Other), |last| last.result.err())?;
            Some(format!("{}: {}", collector.as_str(), reason.as_str()))
        };
        Selection::everything()
            .collectors()
            .filter_map(failure)
            .collect()
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

pub(crate) fn options(conditions: &Conditions) -> Options {
    Options {
        instances: conditions.instances,
        accounts: vec![ACCOUNT.to_owned()],
        regions: vec![REGION.to_owned()],
        latency: conditions.latency,
        requests_per_second: conditions.limit,
        rate_limit_scope: RateLimitScope::Target,
        ..Options::default()
    }
}

/// Serves the simulator for as long as the runtime lives. Returns its URL.
pub(crate) async fn serve(simulator: &Simulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
    url
}

/// A target that has read nothing yet.
pub(crate) async fn bench_target(conditions: &Conditions) -> BenchTarget {
    let simulator = Simulator::new(options(conditions));
    let endpoint_url = Some(serve(&simulator).await);
    let static_credentials = Some(("AKIAEXAMPLE".to_owned(), "secret".to_owned()));
    let base = AwsBase::load(BaseOptions {
        endpoint_url,
        static_credentials,
        fallback_region: None,
    })
    .await;
    let base = base.expect("nothing of the environment matters");
    let options = TargetOptions {
        region: REGION.to_owned(),
        role_arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/bench")),
        external_id: None,
        account_id: None,
        role_session_name: None,
        requests_per_second: conditions.ceiling,
        refresh_interval: conditions.interval,
        burst: Duration::ZERO,
        attempt_timeout: Duration::from_secs(10),
    };
    let source = SsmSource::new(&base, options, Arc::new(IgnoringMeter));
    let ages = AgeLimits {
        stale_after: Duration::from_hours(1),
        interval: conditions.interval,
        full_every: conditions.full_every,
    };
    let shown = ShownTarget::default();
    let task = TargetTask {
        name: "bench".to_owned(),
        selection: Selection::everything(),
        clock: clock(),
        target: Target::new(ages),
    };
    let refresher = Refresher::new(Arc::new(source), shown.clone(), task);
    BenchTarget {
        simulator,
        refresher,
        shown,
    }
}

fn clock() -> Clock {
    Clock::new(|| {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()?;
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?)
    })
}

/// A target that has read the fleet once.
pub(crate) fn filled(instances: usize) -> Target {
    runtime().block_on(async {
        let bench_target = bench_target(&Conditions::free(instances)).await;
        bench_target.refresher.refresh(false).await;
        assert!(
            bench_target.shown.failures().is_empty(),
            "{:?}",
            bench_target.shown.failures()
        );
        bench_target.shown.target()
    })
}

pub(crate) fn identity() -> Identity {
    Identity {
        account_id: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        account_name: "production".to_owned(),
    }
}

/// Everything that can be shown of listed instances.
pub(crate) fn policy() -> Policy {
    Policy {
        instances: ShownInstances::All,
        include_unlisted: false,
        selection: Selection::everything(),
        max_patch_info_series: 0,
        tag_labels: Vec::new(),
        tag_compliance: Vec::new(),
    }
}

pub(crate) fn view<'a>(
    target: &'a Target,
    identity: &'a Identity,
    policy: &'a Policy,
) -> TargetView<'a> {
    TargetView {
        target,
        identity,
        policy,
    }
}
