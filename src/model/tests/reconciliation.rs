//! What is concluded from the listing and the summaries together when one of them is missing, late
//! or wrong.

use super::*;
use crate::metrics::{
    Body, Encoding, Format, Identity, Policy, Publisher, ShownInstances, TargetPage, TargetView,
};

/// Returns the samples of a target, without the labels that name the target.
fn page(bench: &Bench) -> String {
    let (account_id, region) = ("1".to_owned(), "r".to_owned());
    let identity = Identity {
        account_id,
        region,
        account_name: "one".into(),
    };
    let policy = Policy {
        instances: ShownInstances::All,
        include_unlisted: true,
        selection: Selection::everything(),
        max_patch_info_series: 0,
        tag_labels: Vec::new(),
        tag_compliance: Vec::new(),
    };
    let publisher = Publisher::default();
    publisher.publish(
        0,
        TargetPage::render(
            &TargetView {
                target: &bench.target,
                identity: &identity,
                policy: &policy,
            },
            None,
        ),
    );
    let body = Body::new(&publisher.page(), Format::Text, Encoding::Identity, "");
    let text = String::from_utf8(body.into_bytes()).expect("the page is text");
    text.replace("account_id=\"1\",region=\"r\",", "")
}

/// Returns what the page says about unreported instances of a type: their ids, and their number.
fn unreported(bench: &Bench, compliance_type: &str) -> (Vec<String>, u64) {
    let page = page(bench);
    let label = format!("compliance_type=\"{compliance_type}\"");
    let mine = || page.lines().filter(|line| line.contains(&label));
    let series = mine().filter(|line| line.starts_with("aws_ssm_instance_unreported{"));
    let ids = series.filter_map(|line| {
        Some(
            line.split("instance_id=\"")
                .nth(1)?
                .split('"')
                .next()?
                .to_owned(),
        )
    });
    let mut counts = mine().filter(|line| line.contains("status=\"UNREPORTED\""));
    let count = counts
        .next()
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .expect("there is a count");
    (ids.collect(), count)
}

fn with_associations(name: &str) -> InstanceRow {
    InstanceRow {
        association_status: "Pending".into(),
        ..listed(name)
    }
}

fn list(bench: &mut Bench, rows: &[InstanceRow]) {
    bench.list(rows, Duration::ZERO);
}

/// Returns a target that has both views. `i-good` reports both types, and `i-bare` neither.
fn settled() -> Bench {
    let mut bench = Bench::new();
    list(&mut bench, &["i-bare", "i-good"].map(with_associations));
    bench.summarise(
        &[PATCH, ASSOCIATION]
            .map(|compliance_type| summary("i-good", compliance_type, "COMPLIANT")),
    );
    for compliance_type in [PATCH, ASSOCIATION] {
        assert_eq!(
            unreported(&bench, compliance_type),
            (vec!["i-bare".to_owned()], 1),
            "{compliance_type}"
        );
    }
    bench.next_refresh();
    bench
}

fn assert_unreported(bench: &Bench, ids: &[&str]) {
    for compliance_type in [PATCH, ASSOCIATION] {
        let (shown, count) = unreported(bench, compliance_type);
        assert_eq!(
            (shown, count),
            (
                ids.iter().map(|id| (*id).to_owned()).collect(),
                ids.len() as u64
            ),
            "{compliance_type}"
        );
    }
}

#[test]
fn a_new_instance_is_not_called_unreported_before_the_summaries_are_read_once_more() {
    let mut bench = settled();
    for _ in 0..3 {
        list(
            &mut bench,
            &["i-bare", "i-good", "i-new"].map(with_associations),
        );
        bench.fail(Collector::Compliance, Duration::ZERO, Duration::ZERO);
        assert_unreported(&bench, &["i-bare"]);
        bench.next_refresh();
    }
    bench.summarise(
        &[PATCH, ASSOCIATION]
            .map(|compliance_type| summary("i-good", compliance_type, "COMPLIANT")),
    );
    assert_unreported(&bench, &["i-bare", "i-new"]);
}

#[test]
fn a_new_instance_that_reports_is_never_called_unreported() {
    let mut bench = settled();
    list(
        &mut bench,
        &["i-bare", "i-good", "i-new"].map(with_associations),
    );
    let of = |name| {
        [PATCH, ASSOCIATION].map(|compliance_type| summary(name, compliance_type, "COMPLIANT"))
    };
    bench.summarise(&["i-good", "i-new"].map(of).concat());
    assert_unreported(&bench, &["i-bare"]);
}

#[test]
fn an_instance_that_is_listed_again_is_new() {
    let mut bench = settled();
    list(&mut bench, &[with_associations("i-good")]);
    assert_unreported(&bench, &[]);
    bench.next_refresh();
    list(&mut bench, &["i-bare", "i-good"].map(with_associations));
    assert_unreported(&bench, &[]);
}

#[test]
fn an_instance_that_gets_its_first_association_is_new_to_that_type_only() {
    let mut bench = Bench::new();
    list(&mut bench, &[listed("i-1")]);
    bench.summarise(&[]);
    bench.next_refresh();
    list(&mut bench, &[with_associations("i-1")]);
    assert_eq!(unreported(&bench, PATCH), (vec!["i-1".to_owned()], 1));
    assert_eq!(unreported(&bench, ASSOCIATION), (Vec::new(), 0));
    bench.summarise(&[]);
    assert_eq!(unreported(&bench, ASSOCIATION), (vec!["i-1".to_owned()], 1));
}

#[test]
fn an_instance_whose_summaries_go_while_the_listing_fails_may_have_gone_with_them() {
    let mut bench = settled();
    for _ in 0..3 {
        bench.fail(Collector::Instances, Duration::ZERO, Duration::ZERO);
        bench.summarise(&[]);
        assert_unreported(&bench, &["i-bare"]);
        bench.next_refresh();
    }
    list(&mut bench, &["i-bare", "i-good"].map(with_associations));
    assert_unreported(&bench, &["i-bare", "i-good"]);
}
