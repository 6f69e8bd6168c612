//! What is kept and what goes when another selection is read from now on.

use super::*;

fn only(name: &'static str) -> Selection {
    Selection::of_types(move |other| other == name, false)
}

/// A target that knows everything of one instance.
fn known() -> Bench {
    let mut bench = Bench::new();
    let mut row = listed("i-1");
    row.association_status = "Success".into();
    bench.list(&[row], Duration::ZERO);
    bench.summarise(&[
        summary("i-1", PATCH, "NON_COMPLIANT"),
        summary("i-1", ASSOCIATION, "NON_COMPLIANT"),
        summary("i-1", "Custom:A", "COMPLIANT"),
    ]);
    bench.scan("i-1", Some(&patches([1; 8])), Duration::ZERO);
    bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
    bench
}

#[test]
fn what_is_no_longer_read_goes_and_the_rest_stays() {
    let mut bench = known();
    bench
        .target
        .reselect(&Selection::everything(), &only(PATCH));
    assert_eq!(bench.types("i-1"), [PATCH]);
    let instance = bench.instance("i-1");
    assert!(instance.patches.is_some() && instance.items.is_none());
    assert!(instance.listing.is_some());
    assert!(bench.target.collector(Collector::Patches).attempt.is_some());
    assert!(bench.target.collector(Collector::Items).attempt.is_none());
    assert!(!bench.target.has(Collector::Items));
}

#[test]
fn a_reading_of_less_is_no_sudden_loss() {
    let mut bench = Bench::new();
    let ids: Vec<String> = (0..40).map(|number| format!("i-{number:02}")).collect();
    let rows: Vec<_> = ids.iter().map(|id| listed(id)).collect();
    bench.list(&rows, Duration::ZERO);
    let of_type = |name| ids.iter().map(move |id| summary(id, name, "COMPLIANT"));
    let both: Vec<_> = of_type(PATCH).chain(of_type("Custom:A")).collect();
    bench.summarise(&both);
    bench.next_refresh();
    bench
        .target
        .reselect(&Selection::everything(), &only(PATCH));
    let (mut read, interner) = (Summaries::default(), bench.target.interner());
    for row in of_type(PATCH) {
        read.add(id(&row.resource_id), &row, &interner, 2);
    }
    assert!(bench.target.judge(&read.finish()).is_ok());
}

#[test]
fn what_is_read_in_addition_is_not_missing_before_it_was_read_once() {
    let mut bench = known();
    let everything = Selection::everything();
    bench.target.reselect(&everything, &only(PATCH));
    bench.target.reselect(&only(PATCH), &everything);
    assert!(!bench.unreported("i-1", ASSOCIATION));
    bench.next_refresh();
    bench.summarise_in(2, &[summary("i-1", PATCH, "COMPLIANT")]);
    assert!(bench.unreported("i-1", ASSOCIATION));
}

#[test]
fn single_patches_go_when_nobody_asks_for_them_any_more() {
    let mut bench = known();
    bench.patch_items("i-1", &[patch_item("KB1", &[])], Duration::ZERO);
    let without = Selection::everything();
    let with = without.clone().with_patch_details(true);
    assert!(!with.is_same(&without));
    bench.target.reselect(&with, &without);
    let instance = bench.instance("i-1");
    assert!(instance.patch_items.is_none() && instance.patches.is_some());
    let state = bench.target.collector(Collector::PatchDetails);
    assert!(state.attempt.is_none());
}

#[test]
fn the_same_selection_changes_nothing() {
    let mut bench = known();
    let everything = Selection::everything();
    bench.target.reselect(&everything, &everything.clone());
    assert_eq!(bench.types("i-1"), [ASSOCIATION, "Custom:A", PATCH]);
    assert!(bench.instance("i-1").items.is_some());
}
