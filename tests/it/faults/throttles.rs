//! AWS allows fewer calls than it did. [`every`](super::every) has a storm in which it allows none,
//! and the tests of `src/aws` have one that lasts an hour, where time is paused.

use ssm_simulator::Options;
use tokio::time::{Duration, Instant, sleep};

use super::{healthy, last_success};
use crate::support::{Aws, PATIENCE, Settings, TARGETS};
use crate::truth::{assert_same, fleet};

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_shrinks_in_the_middle_of_a_refresh_slows_a_target_down_and_costs_it_nothing()
{
    const LIMIT: f64 = 50.0;
    let options = Options {
        instances: 40,
        noncompliant: 0.8,
        requests_per_second: Some(LIMIT),
        ..Options::default()
    };
    let aws = Aws::start(options).await;
    // The ceiling is below what AWS allows, until AWS allows only a fifth of it.
    let exporter = healthy(
        &aws,
        Settings {
            requests_per_second: 40,
            ..Settings::quick()
        },
    )
    .await;
    assert_eq!(throttled(&aws), 0, "the limit is enough at first");
    let before = calls(&aws);
    aws.set_requests_per_second(Some(LIMIT / 5.0));
    let expected = fleet(&aws, |reading| reading);
    let (start, page) = (Instant::now(), exporter.page().await);
    let mut last = last_success(&page, 0);
    let mut refreshes = 0;
    while start.elapsed() < Duration::from_secs(5) || refreshes < 2 {
        let page = exporter.page().await;
        assert_same(&expected, &page);
        if last_success(&page, 0) > last {
            (refreshes, last) = (refreshes + 1, last_success(&page, 0));
        }
        assert!(start.elapsed() < PATIENCE, "{refreshes} refreshes");
        sleep(Duration::from_millis(200)).await;
    }
    let (all, slowed) = (calls(&aws) - before, throttled(&aws));
    assert!(slowed > 0 && slowed * 3 < all, "{slowed} of {all} calls");
}

/// How many calls the first target has made.
fn calls(aws: &Aws) -> u64 {
    let counts = aws.counts();
    let mine = counts
        .iter()
        .filter(|row| row.account == TARGETS[0].0 && row.region == TARGETS[0].1);
    mine.map(|row| row.count).sum()
}

/// How many of them were throttled.
fn throttled(aws: &Aws) -> u64 {
    aws.throttled(TARGETS[0].0, TARGETS[0].1)
}
