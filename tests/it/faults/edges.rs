//! Targets without any instance, targets that do not exist, and faults that begin and end while a
//! refresh reads.

use futures_util::future::join;
use ssm_simulator::{Options, Simulator};
use tokio::time::{Duration, Instant, sleep};

use super::{COLLECTORS, failed, healthy, is, is_well, labels, last_success, reason, small_fleet};
use crate::incremental::Bench;
use crate::support::{Aws, Exporter, OTHER, OWN, Page, Settings, TARGETS, in_time};
use crate::truth::{assert_same, differences, fleet};

#[tokio::test(flavor = "multi_thread")]
async fn a_target_without_instances_is_well_and_shows_the_first_one_that_comes() {
    let aws = Aws::start(Options {
        instances: 0,
        ghosts: 0.0,
        ..Options::default()
    })
    .await;
    let exporter = healthy(&aws, Settings::quick()).await;
    let page = exporter.page().await;
    assert_same(&fleet(&aws, |reading| reading), &page);
    assert_eq!(
        page.fleet()
            .filter(|(series, _)| series.name.starts_with("aws_ssm_instance_"))
            .count(),
        0
    );

    let (account, region, _) = TARGETS[0];
    let model = Simulator::new(Options {
        instances: 3,
        noncompliant: 1.0,
        ..Options::default()
    });
    let id = model.victim(account, region).unwrap();
    aws.replace(account, region, &id, model.resource(account, region, &id));
    let expected = fleet(&aws, |reading| reading);
    let page = exporter
        .until_none("the instance", |page| differences(&expected, page))
        .await;
    assert_eq!(page.count("aws_ssm_instance_info", &labels(0)), 1);
    aws.replace(account, region, &id, None);
    let expected = fleet(&aws, |reading| reading);
    exporter
        .until_none("nothing again", |page| differences(&expected, page))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_does_not_exist_is_a_target_that_is_down() {
    let aws = small_fleet().await;
    let accounts = Settings::default()
        .accounts
        .replace("us-east-1]", "us-east-1, eu-nowhere-9]");
    assert!(accounts.contains("nowhere"));
    let exporter = healthy(
        &aws,
        Settings {
            accounts,
            ..Settings::quick()
        },
    )
    .await;
    let nowhere = [("account_id", OWN), ("region", "eu-nowhere-9")];
    let down = |page: &Page| is(page.value("aws_ssm_up", &nowhere), 0);
    exporter.until("down", down).await;
    let why = [nowhere[0], nowhere[1], ("reason", "region_disabled")];
    let told = |page: &Page| page.count("aws_ssm_collector_error_info", &why) == COLLECTORS.len();
    let page = exporter
        .until("told by those that take the same credentials", told)
        .await;
    let newer =
        |now: &Page| (0..3).all(|number| last_success(now, number) > last_success(&page, number));
    let page = exporter.until("the others go on", newer).await;
    assert!(
        (0..3).all(|number| is_well(&page, number)),
        "though they share the credentials that were refused"
    );
    let count = page
        .fleet()
        .filter(|(series, _)| series.label("region") == "eu-nowhere-9")
        .count();
    assert!(
        count <= 2 + 4 * COLLECTORS.len(),
        "{count} series of a target that is nowhere"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_assumable_yet_costs_one_call_per_refresh_until_it_is() {
    let aws = small_fleet().await;
    aws.break_with(["deny:AssumeRole".parse().unwrap()]);
    let exporter = Exporter::start(&aws, &Settings::quick()).await;
    exporter.ready().await;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let page = exporter.page().await;
        assert_eq!(reason(&page, 2, "instances"), Some("assume_role_failed"));
        sleep(Duration::from_millis(100)).await;
    }
    let calls = aws.calls(OWN, "AssumeRole");
    let most = start.elapsed().as_millis() / 500 + 3;
    assert!(
        (4..=u64::try_from(most).unwrap()).contains(&calls),
        "{calls} calls in {:?}",
        start.elapsed()
    );
    assert!(
        aws.requests()
            .iter()
            .all(|request| request.account != OTHER),
        "SSM is not asked at all"
    );

    aws.heal();
    let healed = Instant::now();
    let page = exporter.until("assumed", |page| is_well(page, 2)).await;
    assert!(
        healed.elapsed() < Duration::from_secs(3),
        "within an interval: {:?}",
        healed.elapsed()
    );
    assert!(
        !COLLECTORS
            .into_iter()
            .any(|collector| failed(&page, 2, collector))
    );
    assert_same(&fleet(&aws, |reading| reading), &page);
    let calls = aws.calls(OWN, "AssumeRole");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(
        aws.calls(OWN, "AssumeRole"),
        calls,
        "and is not assumed again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_expire_while_a_refresh_reads_cost_one_call_and_nothing_else() {
    let latency = Duration::from_millis(25);
    let options = Options {
        instances: 40,
        noncompliant: 0.8,
        latency,
        ..Options::default()
    };
    // One call follows the other, so that some are always left to be refused.
    let settings = Settings {
        interval: "50ms",
        full_every: "50ms",
        requests_per_second: 50,
        ..Settings::default()
    };
    let bench = Bench::with(options, settings).await;
    for reached in [2, 5, 8] {
        let assumed = bench.aws.calls(OWN, "AssumeRole");
        let refused_before = refused(&bench.aws);
        let before = asked(&bench.aws);
        let expiring = async {
            while asked(&bench.aws) < before + reached {
                sleep(Duration::from_millis(2)).await;
            }
            bench.aws.end_sessions(OTHER);
        };
        in_time("the refresh", join(bench.refresh(), expiring)).await;
        bench.assert_true(&format!("expired after {reached} calls"), |_| true);
        assert!(
            refused(&bench.aws) > refused_before,
            "there was something to ask after {reached} calls"
        );
        assert_eq!(bench.aws.calls(OWN, "AssumeRole"), assumed + 1);
    }
}

/// How many calls the account behind the role has got.
fn asked(aws: &Aws) -> u64 {
    aws.counts()
        .iter()
        .filter(|row| row.account == OTHER)
        .map(|row| row.count)
        .sum()
}

/// How many calls were refused because the token had expired.
fn refused(aws: &Aws) -> u64 {
    aws.counts()
        .iter()
        .filter(|row| row.outcome == "ExpiredTokenException")
        .map(|row| row.count)
        .sum()
}
