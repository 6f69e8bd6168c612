//! Rows that cannot be read, or that contradict what else is known.

use std::collections::BTreeSet;

use ssm_simulator::{Fault, FaultKind, Options};

use super::{healthy, is, is_well, labels, of_collector, reason, small_fleet, succeeded};
use crate::support::{Aws, Exporter, Page, Settings, TARGETS};

/// Instances of the first target that have series of this name.
fn with(page: &Page, name: &str) -> BTreeSet<String> {
    page.matching(name, &labels(0))
        .map(|(series, _)| series.label("instance_id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_in_a_batch_costs_that_row() {
    let aws = small_fleet().await;
    let (account, region, _) = TARGETS[0];
    aws.break_with([Fault::always(FaultKind::BadRow)
        .of("DescribeInstancePatchStates")
        .at(account, region)]);
    let exporter = Exporter::start(&aws, &Settings::quick()).await;
    let page = exporter.ready().await.page().await;
    let victim = aws.victim(account, region).unwrap();
    let truth = aws.outline(account, region);
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let scanned = truth.patch_states.iter().map(|row| row.instance_id.clone());
    let expected: BTreeSet<String> = scanned
        .filter(|id| *id != victim && listed.contains(id.as_str()))
        .collect();
    assert_eq!(with(&page, "aws_ssm_instance_patches"), expected);
    assert!(succeeded(&page, 0, "patches"), "nine tenths were read");
    assert!(is(
        of_collector(&page, "skipped_resources", 0, "patches"),
        1
    ));
    let of_patch = [
        ("instance_id", victim.as_str()),
        ("compliance_type", "Patch"),
    ];
    assert_eq!(
        page.count("aws_ssm_instance_noncompliance_reason", &of_patch),
        0,
        "not even unexplained"
    );
    assert_eq!(
        page.count("aws_ssm_instance_compliant", &of_patch),
        1,
        "its summary was read"
    );

    aws.heal();
    let all: BTreeSet<String> = expected.into_iter().chain([victim]).collect();
    exporter
        .until("all rows", |page| {
            with(page, "aws_ssm_instance_patches") == all
        })
        .await;
    aws.break_with([Fault::always(FaultKind::BadRow)
        .of("DescribeInstancePatchStates")
        .at(account, region)]);
    let skipped = |page: &Page| is(of_collector(page, "skipped_resources", 0, "patches"), 1);
    let page = exporter.until("skipped again", skipped).await;
    assert_eq!(
        with(&page, "aws_ssm_instance_patches"),
        all,
        "the row that was last good is kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_in_a_listing_costs_the_listing_which_is_kept_from_before() {
    let aws = small_fleet().await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let before = with(&exporter.page().await, "aws_ssm_instance_info");
    let (account, region, _) = TARGETS[0];
    aws.break_with([Fault::always(FaultKind::BadRow)
        .of("DescribeInstanceInformation")
        .at(account, region)]);
    let page = exporter
        .until("failed", |page| !succeeded(page, 0, "instances"))
        .await;
    assert_eq!(reason(&page, 0, "instances"), Some("bad_response"));
    assert_eq!(with(&page, "aws_ssm_instance_info"), before);
    assert!(
        succeeded(&page, 0, "patches"),
        "details go on for those known before"
    );
    assert!(is_well(&page, 1) && is_well(&page, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_that_its_details_do_not_explain_yet_is_unexplained() {
    let aws = Aws::start(Options {
        instances: 16,
        ..Options::default()
    })
    .await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let unexplained = |page: &Page| {
        let [account, region] = labels(0);
        let labels = [
            account,
            region,
            ("compliance_type", "Patch"),
            ("reason", "unexplained"),
        ];
        page.value("aws_ssm_noncompliant_instances", &labels)
            .unwrap_or_default()
    };
    let before = unexplained(&exporter.page().await);
    aws.break_with([Fault::always(FaultKind::LagPatches)]);
    // Nearly all instances were compliant. Now the summaries say otherwise, and the patch states do
    // not yet.
    aws.drift(1.0);
    let page = exporter
        .until("more unexplained", |page| unexplained(page) > before)
        .await;
    assert!(is_well(&page, 0));
    aws.heal();
    exporter
        .until("explained", |page| unexplained(page) <= before)
        .await;
}
