//! Refreshes that get stuck and are given up, and slow ones that are not.

use std::time::Duration;

use super::bench::Bench;
use super::script::{Call, Step};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason};

const PATCHES: Operation = Operation::DescribeInstancePatchStates;
const ITEMS: Operation = Operation::ListComplianceItems;
const LISTING: Operation = Operation::DescribeInstanceInformation;
const SUMMARIES: Operation = Operation::ListResourceComplianceSummaries;

fn hang(operation: Operation) -> impl Fn(&Call) -> Step + Send {
    move |call| {
        if call.operation == operation {
            Step::Hang
        } else {
            Step::Answer
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_in_which_nothing_moves_is_given_up_and_what_was_complete_stays() {
    let scripted = ScriptedTarget::fleet(120);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(hang(ITEMS));
    bench
        .script
        .change(|scripted| scripted.fail_association(&id(0)));
    bench.refresh().await;
    assert_eq!(bench.failures(), [("items", "timeout")]);
    let attempt = bench.attempt(Collector::Items);
    assert_eq!(attempt.skipped, 1);
    // After the totals, three pages of summaries and the last patch states, nothing moves for as
    // long as the source is patient.
    assert_eq!(
        bench.observer.observed().ends,
        [Duration::from_millis(100 + 3 * 100 + 100) + Duration::from_secs(30)]
    );
    assert_eq!(bench.known().len(), expected.len());
}

#[tokio::test(start_paused = true)]
async fn patch_states_stay_that_were_read_before_the_summaries_hung() {
    let bench = Bench::new(ScriptedTarget::fleet(70));
    bench.script.rule(hang(SUMMARIES));
    bench.refresh().await;
    assert_eq!(
        bench.failures(),
        [
            ("compliance", "timeout"),
            ("items", "timeout"),
            ("patches", "timeout")
        ]
    );
    // A batch is read when it is full or when no more instances can come, so the other twenty were
    // never asked about.
    assert_eq!(
        bench
            .known()
            .values()
            .filter(|known| known.missing.is_some())
            .count(),
        50
    );
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_hangs_costs_what_depends_on_it_and_keeps_the_rest() {
    let scripted = ScriptedTarget::fleet(70);
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench
        .script
        .rule(|call| match (call.operation, &call.token) {
            (LISTING, Some(_)) => Step::Hang,
            _ => Step::Answer,
        });
    bench.script.change(|scripted| {
        (0..50).for_each(|number| scripted.set_missing(&id(number), 4));
        scripted.set_missing(&id(69), 4);
        scripted.set(&id(69), "Custom:A", false);
        scripted.settle();
    });
    bench.refresh().await;
    assert_eq!(
        bench.failures(),
        [
            ("instances", "timeout"),
            ("items", "timeout"),
            ("patches", "timeout")
        ]
    );
    let known = bench.known();
    assert_eq!(known[&id(1)].missing, Some(Some(4)), "this batch was read");
    assert_eq!(
        known[&id(69)].missing,
        Some(Some(0)),
        "this one was not, and keeps what it had"
    );
    assert!(known[&id(69)].listed && known[&id(69)].summaries.contains_key("Custom:A"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_refresh_that_moves_goes_on_for_hours() {
    let scripted = ScriptedTarget::fleet(1000);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.state().latency = Duration::from_secs(29);
    bench.script.rule(|call| match call.operation {
        // These pages are empty, so that the chain is long.
        Operation::ListAssociations if call.number < 400 => {
            Step::Empty(format!("0#{}", call.number))
        }
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.known(), expected);
    assert!(bench.observer.observed().ends[0] > Duration::from_hours(3));
}

#[tokio::test(start_paused = true)]
async fn one_call_that_hangs_does_not_end_a_refresh_in_which_others_move() {
    let bench = Bench::new(ScriptedTarget::fleet(2000));
    bench.script.state().latency = Duration::from_secs(10);
    bench
        .script
        .rule(|call| match (call.operation, call.number) {
            (PATCHES, 0) => Step::Hang,
            _ => Step::Answer,
        });
    bench.refresh().await;
    let patches = bench.attempt(Collector::Patches);
    assert_eq!(
        (patches.result, patches.skipped),
        (Err(FailureReason::Timeout), 50)
    );
    assert_eq!(bench.failures(), [("patches", "timeout")]);
}

#[tokio::test(start_paused = true)]
async fn more_patience_while_it_waits_is_heeded() {
    let bench = Bench::new(ScriptedTarget::fleet(1));
    let waits = |call: &Call| call.operation == LISTING;
    bench.script.rule(move |call| {
        if waits(call) {
            Step::After(Duration::from_secs(80))
        } else {
            Step::Answer
        }
    });
    let told_to_wait = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        bench.script.state().patience = Duration::from_secs(90);
    };
    tokio::join!(bench.refresh(), told_to_wait);
    assert_eq!(bench.failures(), []);
}
