//! A storm of throttles that lasts for an hour, over the real client and with paused time. There are
//! no sockets here, so that the clock may jump.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;

use super::scripted_aws::{Counts, options};
use crate::aws::base::settings;
use crate::aws::base_credentials::BaseCredentials;
use crate::aws::{AwsBase, DefaultRegion, SsmSource, TargetOptions};
use crate::collect::{Clock, Identification, RefreshObserver, Refresher, SharedTarget, TargetTask};
use crate::model::{AgeLimits, Collector, Selection, Target, Timestamp};

const INTERVAL: Duration = Duration::from_mins(5);
const STALE_AFTER: Duration = Duration::from_mins(40);

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
                        </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// SSM with one instance, which throttles every call while a storm lasts.
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
            return (
                400,
                r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.to_owned(),
            );
        }
        let body = match operation {
            "" => IDENTITY,
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

    /// How many requests came within this time since the start.
    fn asked(&self, within: std::ops::Range<Duration>) -> usize {
        self.asked
            .lock()
            .expect("unpoisoned")
            .iter()
            .filter(|at| within.contains(*at))
            .count()
    }
}

impl HttpConnector for Sky {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (status, body) = self.answer(target.trim_start_matches("AmazonSSM."));
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(HttpResponse::new(
                StatusCode::try_from(status).expect("a status"),
                SdkBody::from(body),
            ))
        })
    }
}

/// What the metrics page would say at some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    missing: Option<u32>,
    failed: Vec<(&'static str, &'static str)>,
}

/// Remembers what it was shown, and when.
#[derive(Clone, Debug)]
struct Notes {
    start: Instant,
    shown: Arc<Mutex<Vec<(Duration, Shown)>>>,
}

impl RefreshObserver for Notes {
    fn identified(&self, _: &str) -> Identification {
        Identification::Same
    }

    fn panicked(&self) {}

    fn refresh_started(&self, _: Option<Timestamp>) {}

    fn refresh_ended(&self, _: Duration) {}

    async fn show(&self, target: &Arc<SharedTarget>) {
        let target = target.snapshot();
        let detail = target
            .instances()
            .next()
            .and_then(|instance| instance.patches.as_ref()?.content.as_ref());
        let failed = |collector: Collector| {
            let reason = target.collector(collector).attempt?.result.err()?;
            Some((collector.as_str(), reason.as_str()))
        };
        let shown = Shown {
            missing: detail.and_then(|state| state.counts[0].get()),
            failed: Collector::ALL.into_iter().filter_map(failed).collect(),
        };
        self.shown
            .lock()
            .expect("unpoisoned")
            .push((self.start.elapsed(), shown));
    }
}

impl Notes {
    /// The last that was shown by that minute.
    fn at(&self, minutes: u64) -> Shown {
        let shown = self.shown.lock().expect("unpoisoned");
        let by_then = shown
            .iter()
            .rev()
            .find(|(at, _)| *at <= Duration::from_mins(minutes));
        by_then.expect("something").1.clone()
    }
}

fn source(sky: &Sky) -> SsmSource {
    let connector = SharedHttpConnector::new(sky.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let sdk = settings(http, Some(Region::new("eu-west-1"))).build();
    let credentials = Credentials::new("AKIDBASE", "secret", None, None, "test");
    let provider = SharedCredentialsProvider::new(credentials);
    let credentials = Arc::new(BaseCredentials::from_provider(provider));
    let options = TargetOptions {
        requests_per_second: 5.0,
        ..options()
    };
    SsmSource::new(
        &AwsBase {
            sdk,
            credentials,
            region: DefaultRegion::Absent,
        },
        options,
        Arc::<Counts>::default(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_an_hour_is_met_with_few_calls_named_and_over_within_an_interval() {
    let minutes = |from, to| Duration::from_mins(from)..Duration::from_mins(to);
    let sky = Sky {
        start: Instant::now(),
        storm: minutes(12, 72),
        asked: Arc::default(),
    };
    let notes = Notes {
        start: sky.start,
        shown: Arc::default(),
    };
    let ages = AgeLimits {
        stale_after: STALE_AFTER,
        interval: INTERVAL,
        full_every: Duration::from_hours(6),
    };
    let clock = Clock::new(|| Timestamp::from_millis(1_763_200_000_000));
    let source = source(&sky);
    let task = TargetTask {
        name: "test".to_owned(),
        selection: Selection::everything(),
        clock,
        target: Target::new(ages),
    };
    let refresher = Refresher::new(Arc::new(source), notes.clone(), task);
    let run = Arc::new(refresher).run(tokio::runtime::Handle::current(), Duration::ZERO);
    let _ = tokio::time::timeout(Duration::from_mins(100), run).await;
    let named = |shown: &Shown| {
        shown.failed.len() >= 6
            && shown
                .failed
                .iter()
                .all(|(_, reason)| *reason == "throttled")
    };
    for minute in 20..72 {
        let shown = notes.at(minute);
        assert!(named(&shown), "minute {minute}: {shown:?}");
        // Patch states were last read at minute 10, and are stale 40 minutes later. A refresh that is
        // under way then may take a minute or two more.
        let kept = [Some(4), None][usize::from(minute >= 52)];
        assert!(
            shown.missing == kept || (50..52).contains(&minute),
            "minute {minute}: {shown:?}"
        );
        let asked = sky.asked(minutes(minute, minute + 1));
        assert!(asked <= 60, "{asked} calls in minute {minute}");
    }
    // The refresh after the storm begins at minute 75, and is still slow.
    assert_eq!(
        notes.at(79),
        Shown {
            missing: Some(4),
            failed: Vec::new()
        }
    );
    assert_eq!(
        sky.asked(minutes(85, 90)),
        sky.asked(minutes(5, 10)),
        "and nothing is left of it"
    );
}
