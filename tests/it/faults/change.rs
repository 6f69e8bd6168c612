//! What changes in AWS is on the page after the next refresh, and what is gone leaves nothing behind.

use super::{healthy, instance_series, small_fleet};
use crate::support::{Settings, TARGETS};
use crate::truth::{differences, fleet};

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_on_the_page_after_the_next_refresh() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings::quick()).await;
    for _ in 0..3 {
        aws.drift(0.4);
        let expected = fleet(&aws, |reading| reading);
        exporter.until_none("the new truth", |page| differences(&expected, page)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_gone_leaves_no_series_behind() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let (account, region, _) = TARGETS[0];
    let stopped = aws.victim(account, region).unwrap();
    let mentions =
        |page: &crate::support::Page| instance_series(page, 0).iter().any(|series| series.contains(&stopped));
    assert!(mentions(&exporter.page().await));
    aws.stop(account, region, &stopped);
    let expected = fleet(&aws, |reading| reading);
    let page = exporter.until_none("the truth without it", |page| differences(&expected, page)).await;
    assert!(!mentions(&page));
}
