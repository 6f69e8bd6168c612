//! Tags of instances: that they wait for their instance, and when a reading of them is believed.

use super::*;

fn with_tags(keys: &[&str]) -> Selection {
    Selection::everything().with_tags(TagKeys::new(keys.iter().copied()))
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("i-{number}")).collect()
}

/// Returns pairs of an instance and the value of its tag.
fn tagged(names: &[String]) -> Vec<(&str, &str)> {
    names.iter().map(|name| (name.as_str(), "shop")).collect()
}

#[test]
fn an_instance_that_is_listed_after_its_tags_were_read_has_them_at_once() {
    let mut bench = Bench::new();
    bench.tags(
        &["Team"],
        &[("i-1", "shop"), ("i-2", "web")],
        Duration::ZERO,
    );
    assert_eq!(
        bench.target.instances().count(),
        0,
        "tags alone make no instance"
    );
    bench.list(&[listed("i-1")], Duration::ZERO);
    let instance = bench.instance("i-1");
    assert_eq!(bench.target.tags().of(&instance.id).value("Team"), "shop");
}

#[test]
fn tags_go_when_nobody_asks_for_them_and_stay_when_other_keys_are_asked_for() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.tags(&["Team"], &[("i-1", "shop")], Duration::ZERO);
    let before = with_tags(&["Team"]);
    assert!(!before.is_same(&before.clone().with_tags(TagKeys::new(["Name"]))));
    bench
        .target
        .reselect(&before, &with_tags(&["Name", "Team"]));
    assert_eq!(bench.target.tags().of("i-1").value("Team"), "shop");
    bench.target.reselect(&before, &Selection::everything());
    assert!(bench.target.tags().is_empty());
    assert!(bench.target.collector(Collector::Tags).attempt.is_none());
}

#[test]
fn a_reading_without_the_tags_of_most_instances_is_believed_when_a_second_one_says_so() {
    let mut bench = Bench::new();
    let names = names(20);
    let rows: Vec<InstanceRow> = names.iter().map(|name| listed(name)).collect();
    bench.list(&rows, Duration::ZERO);
    bench.tags(&["Team"], &tagged(&names), Duration::ZERO);
    let few = Collected::Tags(bench.tags_of(&["Team"], &tagged(&names[..9])));
    assert!(bench.target.judge(&few).is_err());
    assert!(bench.target.judge(&few).is_ok());
}

#[test]
fn other_keys_are_no_loss_and_machines_that_are_not_managed_do_not_count() {
    let mut bench = Bench::new();
    let names = names(20);
    bench.tags(&["Team"], &tagged(&names), Duration::ZERO);
    bench.list(&[listed("i-1")], Duration::ZERO);
    let none = Collected::Tags(bench.tags_of(&["Team"], &[]));
    assert!(bench.target.judge(&none).is_ok(), "one instance of one");
    let rows: Vec<InstanceRow> = names.iter().map(|name| listed(name)).collect();
    bench.list(&rows, Duration::ZERO);
    let others = Collected::Tags(bench.tags_of(&["Name"], &[]));
    assert!(bench.target.judge(&others).is_ok());
    assert!(bench.target.judge(&none).is_err());
}
