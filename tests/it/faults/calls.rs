//! Which calls are made, how many, and how fast. Calls are what AWS limits, so none is made in
//! vain.

use std::collections::BTreeSet;

use serde_json::Value;
use ssm_simulator::{LoggedRequest, Options};

use crate::support::{Aws, Exporter, Settings, TARGETS};

/// The resources that the body of a detail call names. A listing names none.
pub(super) fn named(request: &LoggedRequest) -> Vec<String> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let ids = ["InstanceIds", "ResourceIds", "InstanceId"]
        .into_iter()
        .filter_map(|member| body.get(member));
    ids.flat_map(|ids| ids.as_array().cloned().unwrap_or_else(|| vec![ids.clone()]))
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_detail_call_names_a_resource_that_is_not_listed() {
    let aws = Aws::start(Options {
        instances: 60,
        ghosts: 2.0,
        noncompliant: 0.5,
        ..Options::default()
    })
    .await;
    Exporter::start(&aws, &Settings::default())
        .await
        .ready()
        .await;
    let requests = aws.requests();
    for (account, region, _) in TARGETS {
        let truth = aws.outline(account, region);
        let listed: BTreeSet<&str> = truth
            .instances
            .iter()
            .map(|row| row.instance_id.as_str())
            .collect();
        let asked = |operation| {
            let mine = move |r: &&LoggedRequest| {
                r.operation == operation && r.account == account && r.region == region
            };
            requests.iter().filter(mine).map(named).collect::<Vec<_>>()
        };
        let patches = asked("DescribeInstancePatchStates");
        assert_eq!(patches.len(), 2, "60 instances in batches of 50");
        assert_eq!(
            patches
                .concat()
                .iter()
                .map(String::as_str)
                .collect::<BTreeSet<_>>(),
            listed
        );
        let items = asked("ListComplianceItems").concat();
        let noncompliant = |id: &str| {
            let mut summaries = truth.summaries.iter().filter(|row| row.resource_id == id);
            summaries
                .any(|row| row.compliance_type == "Association" && row.status == "NON_COMPLIANT")
        };
        let due: BTreeSet<&str> = listed
            .iter()
            .copied()
            .filter(|id| noncompliant(id))
            .collect();
        assert_eq!(
            items.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            due
        );
        assert_eq!(items.len(), due.len(), "each once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_second_sees_more_calls_than_the_ceiling_and_none_is_throttled() {
    const CEILING: u32 = 10;
    let mut seen = Vec::new();
    // A busy machine may hold calls back and then let them go together, but hardly three times in a
    // row.
    for _ in 0..3 {
        let rate = Some(f64::from(CEILING));
        let aws = Aws::start(Options {
            instances: 60,
            requests_per_second: rate,
            ..Options::default()
        })
        .await;
        Exporter::start(
            &aws,
            &Settings {
                requests_per_second: CEILING,
                ..Settings::default()
            },
        )
        .await
        .ready()
        .await;
        assert!(
            aws.requests().len() > 3 * CEILING as usize,
            "there was something to hold back"
        );
        let busiest = TARGETS.map(|(account, region, _)| aws.busiest_second(account, region));
        let throttled: u64 = aws
            .counts()
            .iter()
            .filter(|c| c.outcome == "ThrottlingException")
            .map(|c| c.count)
            .sum();
        if busiest.iter().all(|calls| *calls <= CEILING as usize + 1) && throttled == 0 {
            return;
        }
        seen.push((busiest, throttled));
    }
    panic!("too many calls in a second: {seen:?}");
}
