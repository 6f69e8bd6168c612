//! AWS says "slower": the target slows down, loses nothing, and comes back. A storm of minutes is in the tests of `src/aws`,
//! where time is paused.

use ssm_compliance_exporter::sim::{Fault, FaultKind, Options};
use tokio::time::{Duration, Instant, sleep};

use super::{healthy, instance_series, is_well, labels, last_success, small_fleet};
use crate::support::{Aws, PATIENCE, Page, Settings, TARGETS};
use crate::truth::{assert_same, fleet};

/// Throttled calls are made again, ever more slowly: that takes longer than a test may, so nothing fails here yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_target_slows_down_alone_and_comes_back() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let page = exporter.page().await;
    let before = instance_series(&page, 2);
    aws.break_with([Fault::always(FaultKind::ThrottleRetryAfter).at(TARGETS[2].0, TARGETS[2].1)]);
    let target = labels(2);
    let throttles = |page: &Page| {
        let errors = page.matching("aws_ssm_exporter_api_errors_total", &target);
        errors.filter(|(series, _)| series.label("reason") == "throttled").map(|(_, value)| value).sum::<f64>()
    };
    let page = exporter.until("throttled", |page| throttles(page) > 4.0).await;
    let newer = |now: &Page| (0..2).all(|other| last_success(now, other) > last_success(&page, other));
    let page = exporter.until("the others go on", newer).await;
    assert!(is_well(&page, 0) && is_well(&page, 1));
    assert!(instance_series(&page, 2) == before, "its data is still there");
    let mut limits = page.matching("aws_ssm_exporter_api_requests_per_second_limit", &target);
    assert!(limits.any(|(_, limit)| limit < 100.0), "it has learnt to go slower");

    aws.heal();
    let refreshed = |now: &Page| last_success(now, 2) > last_success(&page, 2) && is_well(now, 2);
    let page = exporter.until("read again", refreshed).await;
    assert!(instance_series(&page, 2) == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_shrinks_in_the_middle_of_a_refresh_slows_a_target_down_and_costs_it_nothing() {
    const LIMIT: f64 = 50.0;
    let options = Options { instances: 40, noncompliant: 0.8, requests_per_second: Some(LIMIT), ..Options::default() };
    let aws = Aws::start(options).await;
    // Below the limit, until it is a fifth of what it was.
    let exporter = healthy(&aws, Settings { requests_per_second: 40, ..Settings::quick() }).await;
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

/// Calls of the first target.
fn calls(aws: &Aws) -> u64 {
    let counts = aws.counts();
    let mine = counts.iter().filter(|row| row.account == TARGETS[0].0 && row.region == TARGETS[0].1);
    mine.map(|row| row.count).sum()
}

/// Those that were throttled.
fn throttled(aws: &Aws) -> u64 {
    aws.throttled(TARGETS[0].0, TARGETS[0].1)
}
