//! A change in AWS is on the page after the next refresh, and a resource that is gone leaves
//! nothing behind.

use super::calls::named;
use super::{healthy, instance_series, is_well, last_success, small_fleet};
use crate::support::{Settings, TARGETS};
use crate::truth::{differences, fleet};

/// The default: what has not changed is not read again.
fn incremental() -> Settings {
    Settings {
        full_every: "6h",
        ..Settings::quick()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_read_again_and_stays() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, incremental()).await;
    let mut page = exporter.page().await;
    let before = instance_series(&page, 0);
    aws.clear();
    for _ in 0..3 {
        let last = last_success(&page, 0);
        page = exporter
            .until("another refresh", |page| last_success(page, 0) > last)
            .await;
        assert!(is_well(&page, 0));
        assert!(instance_series(&page, 0) == before, "the page is as it was");
    }
    let (account, region, _) = TARGETS[0];
    let requests = aws.requests();
    let mine = requests
        .iter()
        .filter(|request| request.account == account && request.region == region);
    let details = ["DescribeInstancePatchStates", "ListComplianceItems"];
    let calls = mine.filter(|request| details.contains(&request.operation.as_str()));
    let asked: usize = calls.map(|request| named(request).len()).sum();
    // A few details are read again in each refresh, so that within six hours all of them are. All
    // of them would be 12 each time.
    assert!(asked < 12, "{asked} details were read in three refreshes");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_on_the_page_after_the_next_refresh() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, incremental()).await;
    for _ in 0..3 {
        aws.drift(0.4);
        let expected = fleet(&aws, |reading| reading);
        exporter
            .until_none("the new truth", |page| differences(&expected, page))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_gone_leaves_no_series_behind() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, incremental()).await;
    let (account, region, _) = TARGETS[0];
    let stopped = aws.victim(account, region).unwrap();
    let mentions = |page: &crate::support::Page| {
        instance_series(page, 0)
            .iter()
            .any(|series| series.contains(&stopped))
    };
    assert!(mentions(&exporter.page().await));
    aws.stop(account, region, &stopped);
    let expected = fleet(&aws, |reading| reading);
    let page = exporter
        .until_none("the truth without it", |page| differences(&expected, page))
        .await;
    assert!(!mentions(&page));
}
