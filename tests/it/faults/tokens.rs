//! Listings whose pages do not follow one another as they should. Empty pages, empty tokens and
//! repeated rows are part of every comparison in [`truth`](crate::truth).

use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, Instant, sleep};

use super::{COLLECTORS, failed, healthy, is, is_well, labels, last_success, reason, succeeded};
use crate::support::{Aws, Exporter, Page, Settings, TARGETS};
use crate::truth::{differences, fleet};

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_token_is_a_failure_and_not_the_end_of_the_list() {
    let aws = Aws::of(60).await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let listed = |page: &Page| page.count("aws_ssm_instance_info", &labels(0));
    let before = listed(&exporter.page().await);
    aws.break_with([Fault::always(FaultKind::RepeatToken).at(TARGETS[0].0, TARGETS[0].1)]);
    let page = exporter
        .until("failed", |page| {
            failed(page, 0, "instances") && failed(page, 0, "compliance")
        })
        .await;
    assert_eq!(reason(&page, 0, "instances"), Some("bad_response"));
    assert_eq!(reason(&page, 0, "compliance"), Some("bad_response"));
    assert_eq!(listed(&page), before);
    assert!(is_well(&page, 1) && is_well(&page, 2));
    aws.heal();
    let expected = fleet(&aws, |reading| reading);
    exporter
        .until_none("the truth", |page| differences(&expected, page))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_an_end_holds_up_neither_other_collectors_nor_other_targets() {
    let aws = Aws::of(20).await;
    let endless = Fault::always(FaultKind::EndlessChain)
        .of("ListAssociations")
        .at(TARGETS[0].0, TARGETS[0].1);
    aws.break_with([endless]);
    let exporter = Exporter::start(
        &aws,
        &Settings {
            requests_per_second: 100,
            ..Settings::default()
        },
    )
    .await;
    let others = COLLECTORS
        .into_iter()
        .filter(|collector| *collector != "associations");
    let done = |page: &Page| {
        others
            .clone()
            .all(|collector| succeeded(page, 0, collector))
    };
    let page = exporter
        .until("all but the endless list", |page| {
            done(page) && is_well(page, 1)
        })
        .await;
    assert!(is(page.value("aws_ssm_up", &labels(0)), 1));
    assert_eq!(
        page.count("aws_ssm_association_info", &labels(0)),
        0,
        "half a list is not shown"
    );
    // Once the token moves on the listing ends, and rows that came again and again count once.
    aws.heal();
    let expected = fleet(&aws, |reading| reading);
    exporter
        .until_none("the truth", |page| differences(&expected, page))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_move_between_pages_do_not_flicker() {
    let aws = Aws::start(Options {
        instances: 110,
        ..Options::default()
    })
    .await;
    aws.break_with([Fault::always(FaultKind::MovingRows).of("ListResourceComplianceSummaries")]);
    // With one compliance type a refresh lists the summaries once. Every other listing misses a row
    // at the end of each page.
    let settings = Settings {
        more: "compliance_types: [Patch]\n",
        ..Settings::quick()
    };
    let exporter = Exporter::start(&aws, &settings).await;
    let truth = aws.outline(TARGETS[0].0, TARGETS[0].1);
    let is_listed = |id: &str| truth.instances.iter().any(|row| row.instance_id == id);
    let of_patch = truth
        .summaries
        .iter()
        .filter(|row| row.compliance_type == "Patch");
    let all = of_patch.filter(|row| is_listed(&row.resource_id)).count();
    let summaries = |page: &Page| page.count("aws_ssm_instance_compliant", &labels(0));
    let page = exporter
        .until("every row met once", |page| summaries(page) == all)
        .await;

    let (began, mut refreshes, mut last) = (Instant::now(), 0, last_success(&page, 0));
    while refreshes < 5 && began.elapsed() < Duration::from_secs(15) {
        let page = exporter.page().await;
        assert_eq!(summaries(&page), all, "after {refreshes} more refreshes");
        if last_success(&page, 0) > last {
            (refreshes, last) = (refreshes + 1, last_success(&page, 0));
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(refreshes >= 2, "only {refreshes} refreshes");
}
