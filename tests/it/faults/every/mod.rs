//! Every kind of fault at once, each in a target of its own, beside one target in which nothing is
//! wrong.
//!
//! Each target must meet the same demands. The page names the collectors that fail, and why. What
//! was last good stays, and is dropped when it is too old. An exporter that starts in the middle of
//! the fault shows nothing that is not true. The first refresh after the fault brings everything
//! back. The target in which nothing is wrong is fresh all the time.

mod cases;
mod watch;

use std::collections::BTreeSet;

use ssm_simulator::Options;
use tokio::time::{Duration, Instant, sleep};

use super::COLLECTORS;
use crate::support::{Aws, Exporter, OWN, Page, Settings, role, turn};
use cases::{Case, cases};
use watch::{Watch, differences};

const INTERVAL: Duration = Duration::from_secs(2);
/// How long data is safe after a fault begins. It is dropped ten seconds after it was last
/// confirmed, which may have been some seconds before the fault.
const SAFE_TIME: Duration = Duration::from_secs(6);

/// Asserts that the page says of each target what it said when all was well.
fn assert_same(cases: &[Case], page: &Page, good: &[BTreeSet<String>], otherwise: &str) {
    for (case, good) in cases.iter().zip(good) {
        let now = case.series(page);
        let different = differences(&now, good);
        assert!(
            different.is_empty(),
            "{:?} {otherwise}: {different:#?}",
            case.fault
        );
    }
}

async fn simulated(cases: &[Case]) -> Aws {
    Aws::start(Options {
        instances: 5,
        ghosts: 0.0,
        noncompliant: 0.8,
        accounts: [OWN.to_owned()]
            .into_iter()
            .chain(cases.iter().map(|case| case.account.clone()))
            .collect(),
        regions: vec!["eu-west-1".to_owned()],
        keep_requests: 0,
        ..Options::default()
    })
    .await
}

fn settings(cases: &[Case]) -> Settings {
    let entry = |case: &Case| {
        format!(
            "  - regions: [eu-west-1]\n    role_arn: {}\n",
            role(&case.account)
        )
    };
    Settings {
        interval: "2s",
        full_every: "2s",
        stale_after: "10s",
        attempt_timeout: "1s",
        accounts: format!("accounts:\n{}", cases.iter().map(entry).collect::<String>()),
        ..Settings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named_keeps_what_was_good_until_it_is_too_old_and_leaves_no_trace() {
    let _turn = turn().await;
    let cases = cases();
    let (aws, settings) = (simulated(&cases).await, settings(&cases));
    let watch = Watch {
        exporter: Exporter::start(&aws, &settings).await,
        cases: &cases,
    };
    let page = watch.until("well", Case::is_well).await;
    let good: Vec<BTreeSet<String>> = cases.iter().map(|case| case.series(&page)).collect();
    assert!(
        cases
            .iter()
            .all(|case| COLLECTORS.iter().all(|name| case.has(&page, name))),
        "there is something to lose"
    );

    let at = |case: &Case| Some(case.fault.clone()?.at(&case.account, "eu-west-1"));
    aws.break_with(cases.iter().filter_map(at));
    // The session of a role lasts an hour. Without this, its target would not notice the fault
    // before.
    aws.end_sessions(&cases[cases.len() - 1].account);
    let broken = Instant::now();
    let mut named = vec![false; cases.len()];
    let mut newcomer = None;
    while broken.elapsed() < SAFE_TIME {
        let page = watch.page().await;
        named
            .iter_mut()
            .zip(&cases)
            .for_each(|(named, case)| *named |= case.is_named(&page));
        if broken.elapsed() < SAFE_TIME {
            assert_same(&cases, &page, &good, "costs something before it is too old");
        }
        if newcomer.is_none() && broken.elapsed() > INTERVAL {
            newcomer = Some(Exporter::start(&aws, &settings).await);
        }
        sleep(Duration::from_millis(300)).await;
    }
    // Data that rests on the summaries fails only once these are dropped.
    watch
        .until_seen("named", |number, case, page| {
            named[number] || case.is_named(page)
        })
        .await;
    watch.until("dropped", Case::is_dropped).await;
    let newcomer = Watch {
        exporter: newcomer.unwrap(),
        cases: &cases,
    };
    let page = newcomer.exporter.page().await;
    for (case, good) in cases.iter().zip(&good) {
        let now = case.series(&page);
        assert!(
            now.is_subset(good),
            "{:?} invents {:#?}",
            case.fault,
            now.difference(good).collect::<Vec<_>>()
        );
    }

    aws.heal();
    watch.recovery(&good).await;
    newcomer.recovery(&good).await;
}
