//! Tags that cannot be read: they cost the collector of tags, and nothing else.

use ssm_simulator::{Fault, FaultKind};

use super::{TARGETS, failed, healthy, is_well, reason, small_fleet, succeeded};
use crate::support::{Page, Settings};

const READ: &str = "instance_tags: [Team]\ntag_compliance: [Team]\n";

/// The counts by tag and the labels of tags, as text.
fn tagged(page: &Page) -> Vec<String> {
    let counts = page.matching("aws_ssm_tag_compliance_instances", &[]);
    let instances = page.matching("aws_ssm_instance_info", &[]);
    let series = counts.into_iter().chain(instances);
    series.map(|(series, _)| format!("{series:?}")).collect()
}

fn all(page: &Page, holds: impl Fn(&Page, usize, &str) -> bool) -> bool {
    (0..TARGETS.len()).all(|number| holds(page, number, "tags"))
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_tags_fail_their_collector_alone_and_the_last_good_ones_stay() {
    let aws = small_fleet().await;
    let settings = Settings {
        more: READ,
        ..Settings::quick()
    };
    let exporter = healthy(&aws, settings).await;
    let page = exporter
        .until("tags are read", |page| all(page, succeeded))
        .await;
    let before = tagged(&page);
    assert!(page.count("aws_ssm_tag_compliance_instances", &[]) > 0);

    aws.break_with([Fault::always(FaultKind::Deny).of("GetResources")]);
    let page = exporter
        .until("tags are denied", |page| all(page, failed))
        .await;
    for number in 0..TARGETS.len() {
        assert_eq!(reason(&page, number, "tags"), Some("access_denied"));
        assert!(is_well(&page, number), "all else is read");
    }
    assert_eq!(tagged(&page), before);

    aws.heal();
    exporter
        .until("tags are read again", |page| all(page, succeeded))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_were_never_read_leave_their_labels_empty_and_count_nothing() {
    let aws = small_fleet().await;
    aws.break_with([Fault::always(FaultKind::Deny).of("GetResources")]);
    let settings = Settings {
        more: READ,
        ..Settings::quick()
    };
    let exporter = healthy(&aws, settings).await;
    let page = exporter
        .until("tags are denied", |page| all(page, failed))
        .await;
    assert_eq!(page.count("aws_ssm_tag_compliance_instances", &[]), 0);
    let instances = page.count("aws_ssm_instance_info", &[]);
    assert!(instances > 0);
    let empty = page.count("aws_ssm_instance_info", &[("tag_Team", "")]);
    assert_eq!(empty, instances);
}
