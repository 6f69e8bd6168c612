//! An inspector of one target of the simulated AWS, on the real SDK.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ssm_compliance_exporter::aws::{AwsBase, BaseOptions, Meter, SsmSource, TargetOptions};
use ssm_compliance_exporter::explain::{Evidence, TargetName};
use ssm_compliance_exporter::inspect::{CallObserver, EndedCall, Inspector};
use ssm_compliance_exporter::model::{FailureReason, Operation};

use crate::support::{Aws, CREDENTIALS, OWN};

pub(super) const REGION: &str = "eu-west-1";

/// Counts nothing.
struct Uncounted;

impl Meter for Uncounted {
    fn attempted(&self, _: Operation, _: Duration) {}
    fn failed(&self, _: Operation, _: FailureReason) {}
    fn waited(&self, _: Duration) {}
    fn limit(&self, _: Operation, _: f64) {}
}

/// The operations of all calls that have ended.
#[derive(Default)]
pub(super) struct Calls(Mutex<Vec<Operation>>);

impl Calls {
    pub(super) fn take(&self) -> Vec<Operation> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl CallObserver for Calls {
    fn ended(&self, call: &EndedCall<'_>) {
        self.0.lock().unwrap().push(call.operation);
    }
}

/// An inspector of the first target, with a ceiling of requests per second.
pub(super) async fn inspector(aws: &Aws, ceiling: f64, calls: Arc<Calls>) -> Inspector<SsmSource> {
    let [(_, key), (_, secret)] = CREDENTIALS;
    let base = AwsBase::load(BaseOptions {
        endpoint_url: Some(aws.url.clone()),
        static_credentials: Some((key.to_owned(), secret.to_owned())),
        fallback_region: Some(REGION.to_owned()),
    })
    .await
    .unwrap();
    let options = TargetOptions {
        region: REGION.to_owned(),
        account_id: None,
        role_arn: None,
        role_session_name: None,
        external_id: None,
        requests_per_second: ceiling,
        refresh_interval: Duration::from_mins(5),
        burst: Duration::from_secs(1),
        attempt_timeout: Duration::from_secs(10),
    };
    let source = Arc::new(SsmSource::new(&base, options, Arc::new(Uncounted)));
    let target = TargetName {
        region: REGION.to_owned(),
        ..TargetName::default()
    };
    let inspector = Inspector::begin(source, target, calls).await.unwrap();
    assert_eq!(inspector.target().account_id, OWN);
    inspector
}

/// What explains one instance.
pub(super) async fn evidence(inspector: &Inspector<SsmSource>, id: &str) -> Evidence {
    let sighting = Box::pin(inspector.look(id)).await;
    inspector.inspect(sighting).await
}
