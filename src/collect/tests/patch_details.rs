//! Single patches: off unless they are asked for, and read for few instances.

use super::bench::{Bench, INTERVAL};
use super::details::{ITEMS, ids};
use super::script::Step;
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{AgeLimits, Collector, FailureReason, Selection};

fn everything() -> Selection {
    Selection::everything().with_patch_details(true)
}

/// Returns a fleet in which three instances lack patches, and one has a failed association.
fn fleet() -> ScriptedTarget {
    let mut scripted = ScriptedTarget::fleet(20);
    for number in [3, 4, 5] {
        scripted.lack_patches(&id(number), &["KB1", "KB2"]);
    }
    scripted.fail_association(&id(9));
    scripted.settle();
    scripted
}

/// Returns the ids of the patches that are known of an instance.
fn patches(bench: &Bench, number: usize) -> Vec<String> {
    bench.target(|target| {
        let instance = target.instances().find(|one| *one.id == *id(number));
        let patches = instance.expect("it is known").noncompliant_patches();
        patches.iter().map(|patch| patch.id.to_string()).collect()
    })
}

#[tokio::test(start_paused = true)]
async fn patches_are_read_of_listed_instances_that_are_noncompliant_for_patch() {
    let mut scripted = fleet();
    scripted.unlist(&id(4));
    scripted.add_unlisted("i-unlisted");
    let bench = Bench::with_selection(scripted, everything());
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.script.asked_about(ITEMS), ids([3, 5, 9]));
    assert_eq!(patches(&bench, 3), ["KB1", "KB2"]);
}

#[tokio::test(start_paused = true)]
async fn unless_they_are_asked_for_no_call_is_made_and_the_collector_is_absent() {
    for selection in [
        Selection::everything(),
        Selection::of_types(|name| name == ASSOCIATION, false).with_patch_details(true),
    ] {
        let bench = Bench::with_selection(fleet(), selection);
        bench.refresh().await;
        assert_eq!(bench.script.asked_about(ITEMS), ids([9]));
        assert!(!bench.results().contains_key("patch_details"));
        assert!(patches(&bench, 3).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_steady_refresh_reads_no_patch_and_a_changed_instance_costs_one_call() {
    let mut scripted = ScriptedTarget::fleet(20);
    (0..20).for_each(|number| scripted.lack_patches(&id(number), &["KB1"]));
    let bench = Bench::with_selection(scripted, everything());
    bench.refresh().await;
    bench.script.state().calls.clear();
    bench.refresh().await;
    // A refresh reads one instance whose turn it is, however short the time since the last was.
    assert_eq!(bench.script.asked_about(ITEMS), ids([0]));
    bench
        .script
        .change(|scripted| scripted.lack_patches(&id(4), &["KB3"]));
    bench.script.state().calls.clear();
    bench.refresh().await;
    assert_eq!(bench.script.asked_about(ITEMS), ids([1, 4]));
    assert_eq!(patches(&bench, 4), ["KB3"]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_cannot_be_read_keeps_its_patches_and_is_read_in_the_next_refresh() {
    let bench = Bench::with_selection(fleet(), everything());
    bench.refresh().await;
    bench
        .script
        .change(|scripted| scripted.lack_patches(&id(4), &["KB3"]));
    bench.script.rule(|call| match call.operation {
        ITEMS => Step::Fail(FailureReason::Throttled, FailureScope::Call),
        _ => Step::Answer,
    });
    bench.refresh().await;
    let attempt = bench.attempt(Collector::PatchDetails);
    assert_eq!(attempt.skipped, 2, "it, and the one whose turn it was");
    assert_eq!(patches(&bench, 4), ["KB1", "KB2"]);
    bench.script.rule(|_| Step::Answer);
    bench.refresh().await;
    assert_eq!(patches(&bench, 4), ["KB3"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_patches_does_not_read_associations_again() {
    let mut scripted = ScriptedTarget::fleet(20);
    for number in 0..10 {
        scripted.fail_association(&id(number));
        scripted.lack_patches(&id(number), &["KB1"]);
    }
    let bench = Bench::with_selection(scripted, everything());
    bench.refresh().await;
    bench.script.state().calls.clear();
    bench
        .script
        .change(|scripted| scripted.lack_patches(&id(3), &["KB2"]));
    bench.refresh().await;
    // The first instance is the one whose turn it is, for both kinds of items.
    assert_eq!(bench.script.asked_about(ITEMS), ids([0, 0, 3]));
}

#[tokio::test(start_paused = true)]
async fn the_estimate_counts_a_call_for_each_instance_that_is_noncompliant() {
    let bench = Bench::with_selection(fleet(), everything());
    let age_limits = AgeLimits {
        stale_after: INTERVAL,
        interval: INTERVAL,
        full_every: 3 * INTERVAL,
    };
    let items = |estimate: Estimate| {
        let mut calls = estimate.calls.into_iter();
        calls.find(|calls| calls.operation == ITEMS)
    };
    let on = estimate(&bench.script, &everything(), age_limits).await;
    let off = estimate(&bench.script, &Selection::everything(), age_limits).await;
    let operation = ITEMS;
    assert_eq!(
        items(on.unwrap()),
        Some(Calls {
            operation,
            full: 3 + 1,
            steady: 1 + 1
        })
    );
    assert_eq!(
        items(off.unwrap()),
        Some(Calls {
            operation,
            full: 1,
            steady: 1
        })
    );
}
