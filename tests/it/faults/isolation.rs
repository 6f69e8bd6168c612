//! One of three targets fails: the others do not notice, the page says which, where and why, and keeps what it knows.

use std::collections::BTreeSet;

use ssm_compliance_exporter::sim::{Fault, FaultKind};
use tokio::time::{Duration, Instant};

use super::{
    COLLECTORS, OPERATIONS, failed, healthy, instance_series, is, is_well, labels, last_success, reason, small_fleet,
};
use crate::support::{Page, Settings, TARGETS};

/// Breaks one target in one way, and heals it.
async fn breaks(number: usize, kind: FaultKind, expected: &str) {
    breaks_with(Settings::quick(), number, kind, expected).await;
}

async fn breaks_with(settings: Settings, number: usize, kind: FaultKind, expected: &str) {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, settings).await;
    let before = instance_series(&exporter.page().await, number);
    assert!(before.len() > 200, "{}", before.len());

    let (account, region, _) = TARGETS[number];
    aws.break_with([Fault::always(kind).at(account, region)]);
    let all_failed = |page: &Page| COLLECTORS.into_iter().all(|collector| failed(page, number, collector));
    let page = exporter.until("failed", all_failed).await;
    assert!(is(page.value("aws_ssm_up", &labels(number)), 0));
    for collector in COLLECTORS {
        assert_eq!(reason(&page, number, collector), Some(expected), "{collector}");
    }
    let now = instance_series(&page, number);
    assert_eq!(before.symmetric_difference(&now).collect::<Vec<_>>(), [""; 0], "the last good data is kept");

    let others: Vec<usize> = (0..TARGETS.len()).filter(|other| *other != number).collect();
    let newer = |now: &Page| others.iter().all(|other| last_success(now, *other) > last_success(&page, *other));
    let page = exporter.until("the others go on", newer).await;
    assert!(others.iter().all(|other| is_well(&page, *other)), "the others are well");

    aws.heal();
    let healed = Instant::now();
    let page = exporter.until("recovered", |page| is_well(page, number)).await;
    // One interval, the attempts under way, and a busy machine.
    assert!(healed.elapsed() < Duration::from_secs(8), "{:?}", healed.elapsed());
    assert!(instance_series(&page, number) == before, "and the page is as it was");
    assert_eq!(reason(&page, number, "instances"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_target_costs_only_itself() {
    breaks(0, FaultKind::Deny, "access_denied").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_target_costs_only_itself() {
    // Long enough for two busy cores, short enough to wait for three attempts of a list and then three of its details.
    let settings = Settings { attempt_timeout: "700ms", ..Settings::quick() };
    breaks_with(settings, 1, FaultKind::Hang, "timeout").await;
}

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
async fn a_target_that_answers_with_a_page_of_html_costs_only_itself() {
    breaks(1, FaultKind::Html200, "bad_response").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_answers_in_halves_costs_only_itself() {
    breaks(0, FaultKind::Truncate, "bad_response").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_whose_sessions_expire_costs_only_itself() {
    breaks(2, FaultKind::ExpiredToken, "expired_token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_operation_costs_only_its_collector() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings::quick()).await;
    for (operation, collector) in OPERATIONS {
        aws.break_with([Fault::always(FaultKind::Deny).of(operation).at(TARGETS[0].0, TARGETS[0].1)]);
        let page = exporter.until(operation, |page| failed(page, 0, collector)).await;
        assert_eq!(reason(&page, 0, collector), Some("access_denied"));
        let others = COLLECTORS.into_iter().filter(|other| *other != collector);
        for other in others {
            assert!(super::succeeded(&page, 0, other), "{operation} costs {other}");
        }
        let up = u8::from(!matches!(collector, "instances" | "compliance"));
        assert!(is(page.value("aws_ssm_up", &labels(0)), up), "{operation}");
        aws.heal();
        exporter.until("recovered", |page| is_well(page, 0)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_nobody_confirms_is_dropped_and_the_target_stays_on_the_page() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings { stale_after: "1600ms", ..Settings::quick() }).await;
    let [account, region] = labels(0);
    aws.break_with([Fault::always(FaultKind::Deny).at(account.1, region.1)]);
    let broken = Instant::now();
    let names = |page: &Page| -> BTreeSet<String> {
        let mine = page
            .fleet()
            .filter(|(series, _)| series.label("account_id") == account.1 && series.label("region") == region.1);
        mine.map(|(series, _)| series.name.clone()).collect()
    };
    let about_target =
        |name: &String| name == "aws_ssm_up" || name == "aws_ssm_target_info" || name.starts_with("aws_ssm_collector_");
    let page = exporter.until("dropped", |page| names(page).iter().all(about_target)).await;
    assert!(broken.elapsed() > Duration::from_secs(1), "not at once: {:?}", broken.elapsed());
    assert_eq!(names(&page).len(), 7, "{:?}", names(&page));
    assert!(is_well(&page, 1) && is_well(&page, 2));
    assert!(!instance_series(&page, 1).is_empty());
    aws.heal();
    exporter.until("back", |page| is_well(page, 0) && !instance_series(page, 0).is_empty()).await;
}
