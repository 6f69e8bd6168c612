//! A storm of throttles that lasts for minutes, over the real client and with paused time: there are no sockets here, so
//! that the clock may jump.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;

use crate::aws::chain::Chain;
use crate::aws::testing::{Counts, role_options};
use crate::aws::{Base, SsmSource, TargetOptions};
use crate::collect::{Board, Clock, Plan, Refresher};
use crate::model::{Ages, Collector, Reason, Target, Timestamp};

const INTERVAL: Duration = Duration::from_mins(5);
const STALE_AFTER: Duration = Duration::from_mins(40);

/// SSM with one instance, which throttles everything while a storm lasts.
#[derive(Clone, Debug)]
struct Sky {
    start: Instant,
    storm: std::ops::Range<Duration>,
    asked: Arc<Mutex<Vec<Duration>>>,
}

impl Sky {
    fn answer(&self, operation: &str) -> (u16, String) {
        let at = self.start.elapsed();
        self.asked.lock().expect("unpoisoned").push(at);
        if self.storm.contains(&at) {
            return (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.to_owned());
        }
        let body = match operation {
            "DescribeInstanceInformation" => {
                r#"{"InstanceInformationList":[{"InstanceId":"i-1","PingStatus":"Online"}]}"#
            }
            "DescribeInstancePatchStates" => {
                r#"{"InstancePatchStates":[{"InstanceId":"i-1","PatchGroup":"","BaselineId":"pb-1","Operation":"Scan",
                    "OperationStartTime":1763200000.0,"OperationEndTime":1763200000.0,"MissingCount":4}]}"#
            }
            _ => "{}",
        };
        (200, body.to_owned())
    }

    /// How many requests came within this time.
    fn asked(&self, within: std::ops::Range<Duration>) -> usize {
        self.asked.lock().expect("unpoisoned").iter().filter(|at| within.contains(at)).count()
    }
}

impl HttpConnector for Sky {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (status, body) = self.answer(target.trim_start_matches("AmazonSSM."));
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let status = status.try_into().expect("a status");
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}
