//! Listings that say less than there is, read through the real SDK: what they cost, and what is
//! shown meanwhile.

use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, sleep};

use super::{healthy, is, is_well, labels};
use crate::support::{Aws, Exporter, Page, Settings, turn};

/// Instances that fit on one page. A fault that began in the middle of a longer listing would
/// change it by less than half, which the exporter believes.
const FLEET: usize = 45;
/// Instances that need two pages, so that there is a token.
const LARGE_FLEET: usize = 70;

async fn fleet(instances: usize) -> (Aws, Exporter) {
    fleet_read_every("1s", instances).await
}

async fn fleet_read_every(interval: &'static str, instances: usize) -> (Aws, Exporter) {
    let aws = Aws::start(Options {
        instances,
        noncompliant: 0.8,
        ..Options::default()
    })
    .await;
    let exporter = healthy(
        &aws,
        Settings {
            interval,
            full_every: interval,
            ..Settings::quick()
        },
    )
    .await;
    (aws, exporter)
}

fn instances(page: &Page, number: usize) -> usize {
    page.count("aws_ssm_instance_info", &labels(number))
}

fn noncompliant(page: &Page, number: usize) -> Option<f64> {
    let [account, region] = labels(number);
    page.value(
        "aws_ssm_compliance_instances",
        &[
            account,
            region,
            ("compliance_type", "Patch"),
            ("status", "NON_COMPLIANT"),
        ],
    )
}

/// Whether a collector has failed because the answer could not be believed.
fn is_doubted(page: &Page, number: usize, collector: &str) -> bool {
    let [account, region] = labels(number);
    let of = [
        account,
        region,
        ("collector", collector),
        ("reason", "bad_response"),
    ];
    page.count("aws_ssm_collector_error_info", &of) == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_without_rows_empties_the_page_or_makes_it_look_well() {
    let _turn = turn().await;
    let (aws, exporter) = fleet(FLEET).await;
    let truth = noncompliant(&exporter.page().await, 0);
    assert!(truth.is_some_and(|count| count > 5.0));
    for kind in [
        FaultKind::EmptyBody,
        FaultKind::EmptyObject,
        FaultKind::NoContent,
        FaultKind::WrongList,
    ] {
        aws.break_with([Fault::always(kind)]);
        exporter
            .until("the fault is named", |page| {
                is_doubted(page, 0, "instances")
            })
            .await;
        // The page stays like this over several refreshes.
        for _ in 0..8 {
            let page = exporter.page().await;
            assert!(is(page.value("aws_ssm_up", &labels(0)), 0), "{kind:?}");
            assert_eq!(instances(&page, 0), FLEET, "{kind:?}");
            assert_eq!(noncompliant(&page, 0), truth, "{kind:?}");
            sleep(Duration::from_millis(200)).await;
        }
        aws.heal();
        exporter.until("healed", |page| is_well(page, 0)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_loses_most_of_a_fleet_is_doubted_for_one_refresh_and_then_believed() {
    // The doubt lasts for one refresh, in which it must be seen.
    let (aws, exporter) = fleet_read_every("4s", FLEET).await;
    aws.break_with([Fault::always(FaultKind::ShortList).of("DescribeInstanceInformation")]);
    let page = exporter
        .until("the loss is doubted", |page| {
            is_doubted(page, 0, "instances")
        })
        .await;
    assert_eq!(instances(&page, 0), FLEET);
    assert!(is(page.value("aws_ssm_up", &labels(0)), 0));
    exporter
        .until("the loss is believed", |page| {
            is_well(page, 0) && instances(page, 0) < FLEET / 2
        })
        .await;
    aws.heal();
    exporter
        .until("all are back", |page| {
            is_well(page, 0) && instances(page, 0) == FLEET
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_aws_refuses_now_and_then_cost_no_collector() {
    let (aws, exporter) = fleet(LARGE_FLEET).await;
    aws.break_with([Fault {
        rate: 0.2,
        ..Fault::always(FaultKind::RefusedToken)
    }]);
    let refused = |page: &Page| {
        let errors = page.matching("aws_ssm_exporter_api_errors_total", &[]);
        errors.map(|(_, count)| count).sum::<f64>() > 5.0
    };
    let page = exporter
        .until("tokens were refused, and counted", refused)
        .await;
    for number in 0..3 {
        assert_eq!(
            (instances(&page, number), is_well(&page, number)),
            (LARGE_FLEET, true)
        );
    }
}
