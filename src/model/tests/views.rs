//! What is told from the listing and the summaries together, when one of them was missed, late or wrong.

use super::*;
use crate::metrics::{Body, Encoding, Format, Identity, Policy, Publisher, Show, TargetPage, View};

/// The samples of a target, without the labels of the target.
fn page(bench: &Bench) -> String {
    let (account_id, region) = ("1".to_owned(), "r".to_owned());
    let identity = Identity { account_id, region, account_name: "one".into() };
    let policy = Policy { instances: Show::All, include_unlisted: true, patch: true, association: true };
    let publisher = Publisher::default();
    publisher.publish(0, TargetPage::render(&View { target: &bench.target, identity: &identity, policy }, None));
    let body = Body::new(publisher.page(), Format::Text, Encoding::Identity, "");
    let text = String::from_utf8(body.flatten().collect::<Vec<_>>().concat()).expect("the page is text");
    text.replace("account_id=\"1\",region=\"r\",", "")
}

/// What the page says of unreported instances of a type: their ids, and how many.
fn unreported(bench: &Bench, kind: &str) -> (Vec<String>, u64) {
    let page = page(bench);
    let label = format!("compliance_type=\"{kind}\"");
    let mine = || page.lines().filter(|line| line.contains(&label));
    let series = mine().filter(|line| line.starts_with("aws_ssm_instance_unreported{"));
    let ids = series.filter_map(|line| Some(line.split("instance_id=\"").nth(1)?.split('"').next()?.to_owned()));
    let mut counts = mine().filter(|line| line.contains("status=\"UNREPORTED\""));
    let count = counts.next().and_then(|line| line.rsplit(' ').next()?.parse().ok()).expect("there is a count");
    (ids.collect(), count)
}

fn with_associations(name: &str) -> InstanceRow {
    InstanceRow { association_status: "Pending".into(), ..listed(name) }
}

fn list(bench: &mut Bench, rows: &[InstanceRow]) {
    bench.list(rows, Duration::ZERO);
}

/// A target that has both views: `i-good` reports both types, `i-bare` neither.
fn settled() -> Bench {
    let mut bench = Bench::new();
    list(&mut bench, &["i-bare", "i-good"].map(with_associations));
    bench.summarise(&[PATCH, ASSOCIATION].map(|kind| summary("i-good", kind, "COMPLIANT")));
    for kind in [PATCH, ASSOCIATION] {
        assert_eq!(unreported(&bench, kind), (vec!["i-bare".to_owned()], 1), "{kind}");
    }
    bench.next_refresh();
    bench
}

fn assert_unreported(bench: &Bench, ids: &[&str]) {
    for kind in [PATCH, ASSOCIATION] {
        let (shown, count) = unreported(bench, kind);
        assert_eq!((shown, count), (ids.iter().map(|id| (*id).to_owned()).collect(), ids.len() as u64), "{kind}");
    }
}

#[test]
fn a_new_instance_is_not_called_unreported_before_the_summaries_are_read_once_more() {
    let mut bench = settled();
    for _ in 0..3 {
        list(&mut bench, &["i-bare", "i-good", "i-new"].map(with_associations));
        bench.fail(Collector::Compliance, Duration::ZERO, Duration::ZERO);
        assert_unreported(&bench, &["i-bare"]);
        bench.next_refresh();
    }
    bench.summarise(&[PATCH, ASSOCIATION].map(|kind| summary("i-good", kind, "COMPLIANT")));
    assert_unreported(&bench, &["i-bare", "i-new"]);
}

#[test]
fn a_new_instance_that_reports_is_never_called_unreported() {
    let mut bench = settled();
    list(&mut bench, &["i-bare", "i-good", "i-new"].map(with_associations));
    let of = |name| [PATCH, ASSOCIATION].map(|kind| summary(name, kind, "COMPLIANT"));
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

/// A target with all details of `i-1`, in its second refresh.
fn detailed() -> Bench {
    let mut bench = Bench::new();
    list(&mut bench, &[listed("i-1")]);
    bench.summarise(&noncompliant());
    bench.scan("i-1", Some(&patches([1; 8])), Duration::ZERO);
    bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
    bench.next_refresh();
    bench
}

fn noncompliant() -> [SummaryRow; 2] {
    [PATCH, ASSOCIATION].map(|kind| summary("i-1", kind, "NON_COMPLIANT"))
}

/// Which details a refresh that meets the same summaries must read.
fn needs(bench: &Bench) -> [bool; 2] {
    let [patch, association] = noncompliant().map(|row| Some(Signature::of(&row)));
    [bench.target.needs_patches("i-1", patch), bench.target.needs_items("i-1", association)]
}

fn has_details(bench: &Bench) -> [bool; 2] {
    let instance = bench.instance("i-1");
    [instance.patches.is_some(), instance.items.is_some()]
}

#[test]
fn an_instance_that_one_listing_misses_has_its_details_when_it_is_back() {
    let mut bench = detailed();
    let before = page(&bench);
    list(&mut bench, &[]);
    bench.summarise(&noncompliant());
    let missed = page(&bench);
    assert!(!missed.contains("aws_ssm_instance_patches") && !missed.contains("association_info"), "{missed}");
    bench.next_refresh();
    assert_eq!(needs(&bench), [false; 2]);
    list(&mut bench, &[listed("i-1")]);
    bench.summarise(&noncompliant());
    assert_eq!(page(&bench), before);
}

#[test]
fn details_are_gone_after_two_listings_without_their_instance() {
    let mut bench = detailed();
    for _ in 0..2 {
        list(&mut bench, &[]);
        bench.summarise(&noncompliant());
        bench.next_refresh();
    }
    assert_eq!(needs(&bench), [true; 2]);
    list(&mut bench, &[listed("i-1")]);
    bench.summarise(&noncompliant());
    assert_eq!(has_details(&bench), [false; 2]);
}

#[test]
fn a_listing_that_fails_is_not_one_without_the_instance() {
    let mut bench = detailed();
    list(&mut bench, &[]);
    bench.next_refresh();
    bench.fail(Collector::Instances, Duration::ZERO, Duration::ZERO);
    assert_eq!(needs(&bench), [false; 2]);
    list(&mut bench, &[listed("i-1")]);
    bench.summarise(&noncompliant());
    assert_eq!(has_details(&bench), [true; 2]);
}

#[test]
fn details_that_are_set_aside_wait_for_the_summaries() {
    let mut bench = detailed();
    list(&mut bench, &[]);
    for _ in 0..2 {
        bench.next_refresh();
        list(&mut bench, &[listed("i-1")]);
        bench.fail(Collector::Compliance, Duration::ZERO, Duration::ZERO);
        assert_eq!(has_details(&bench), [false; 2]);
    }
    bench.summarise(&noncompliant());
    assert_eq!(has_details(&bench), [true; 2]);
}

#[test]
fn details_that_are_set_aside_are_due_and_not_shown_when_the_summary_has_changed() {
    for changed in [0, 1] {
        let mut bench = detailed();
        list(&mut bench, &[]);
        bench.next_refresh();
        let mut rows = noncompliant();
        rows[changed].execution_id = "new".into();
        let [patch, association] = rows.each_ref().map(|row| Some(Signature::of(row)));
        let needs = [bench.target.needs_patches("i-1", patch), bench.target.needs_items("i-1", association)];
        assert_eq!(needs, [changed == 0, changed == 1]);
        list(&mut bench, &[listed("i-1")]);
        bench.summarise(&rows);
        assert_eq!(has_details(&bench), [changed == 1, changed == 0]);
    }
}

#[test]
fn items_that_are_set_aside_are_not_shown_without_a_noncompliant_summary() {
    let [patch, _] = noncompliant();
    for rows in [&[patch.clone(), summary("i-1", ASSOCIATION, "COMPLIANT")][..], &[patch]] {
        let mut bench = detailed();
        list(&mut bench, &[]);
        bench.summarise(rows);
        bench.next_refresh();
        list(&mut bench, &[listed("i-1")]);
        bench.summarise(rows);
        assert_eq!(has_details(&bench), [true, false]);
    }
}

#[test]
fn details_that_are_set_aside_are_no_younger_when_they_are_back() {
    let mut bench = detailed();
    list(&mut bench, &[]);
    bench.next_refresh();
    bench.list(&[listed("i-1")], 2 * HOUR);
    bench.summarise(&noncompliant());
    assert_eq!(has_details(&bench), [true; 2]);
    bench.next_refresh();
    bench.expire(2 * HOUR);
    assert_eq!(has_details(&bench), [false; 2]);
}

#[test]
fn nothing_stays_set_aside_when_the_listing_is_too_old() {
    let mut bench = detailed();
    list(&mut bench, &[]);
    bench.next_refresh();
    bench.expire(2 * HOUR);
    bench.next_refresh();
    assert_eq!(needs(&bench), [true; 2]);
}
