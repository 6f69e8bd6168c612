//! Listings: their pages and tokens, and what happens to a listing that is not read to its end.

use std::time::Duration;

use super::bench::Bench;
use super::script::Step;
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason};

const LISTING: Operation = Operation::DescribeInstanceInformation;
const SUMMARIES: Operation = Operation::ListResourceComplianceSummaries;

#[tokio::test(start_paused = true)]
async fn a_fleet_of_several_pages_is_read_whole() {
    let mut scripted = ScriptedTarget::fleet(120);
    scripted.fail_association(&id(7));
    scripted.add_unlisted("i-unlisted");
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.known(), expected);
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.script.calls(LISTING).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn empty_pages_with_a_token_are_not_the_end() {
    let scripted = ScriptedTarget::fleet(60);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(|call| match call.number {
        0 if call.operation.is_listing() => Step::Empty("0#first".into()),
        1 if call.operation.is_listing() => Step::Empty("0#second".into()),
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.known(), expected);
    assert_eq!(bench.script.calls(LISTING).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_token_leaves_the_listing_incomplete_and_the_last_good_one_stays() {
    let scripted = ScriptedTarget::fleet(120);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.change(|scripted| scripted.unlist(&id(3)));
    bench.script.rule(|call| match call.operation {
        LISTING => Step::Next("50".into()),
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "bad_response")]);
    assert_eq!(bench.known(), expected);
    assert_eq!(
        bench.script.calls(LISTING).len(),
        3 + 2,
        "the same token a second time ends it"
    );
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_end_is_given_up() {
    for (operation, collector, pages) in [
        (LISTING, "instances", 10_000),
        (Operation::ListAssociations, "associations", 1_000),
        (Operation::DescribePatchBaselines, "baselines", 1_000),
        (Operation::ListComplianceItems, "items", 100),
    ] {
        let mut scripted = ScriptedTarget::fleet(1);
        scripted.fail_association(&id(0));
        let bench = Bench::new(scripted);
        bench.script.state().latency = Duration::ZERO;
        bench.script.rule(move |call| {
            if call.operation == operation {
                Step::Next(format!("0#{}", call.number))
            } else {
                Step::Answer
            }
        });
        bench.refresh().await;
        assert_eq!(bench.failures(), [(collector, "bad_response")]);
        assert_eq!(bench.script.calls(operation).len(), pages);
    }
}

#[tokio::test(start_paused = true)]
async fn rows_without_an_id_are_counted_and_fail_nothing() {
    let bench = Bench::new(ScriptedTarget::fleet(120));
    bench.script.rule(|call| {
        if call.operation == LISTING {
            Step::Skip(2)
        } else {
            Step::Answer
        }
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.attempt(Collector::Instances).skipped, 6);
    assert_eq!(bench.attempt(Collector::Compliance).skipped, 0);
}

#[tokio::test(start_paused = true)]
async fn chains_run_side_by_side() {
    let mut scripted = ScriptedTarget::fleet(200);
    (0..200).for_each(|number| scripted.set(&id(number), "Custom:A", true));
    scripted.settle();
    let bench = Bench::new(scripted);
    bench.refresh().await;
    let took = bench.observer.observed().ends[0];
    // One page of totals comes before four pages of each chain of summaries. Meanwhile, four pages
    // of instances are read, and a batch of patch states after the last of them.
    assert_eq!(took, Duration::from_millis(100 + 4 * 100));
}

#[tokio::test(start_paused = true)]
async fn with_known_types_there_is_a_chain_for_patch_one_for_association_and_one_for_every_twenty_others()
 {
    let mut scripted = ScriptedTarget::fleet(1);
    (10..35).for_each(|number| scripted.set(&id(0), &format!("Custom:T{number}"), true));
    scripted.set(&id(0), "NewOne", false);
    scripted.settle();
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.refresh().await;
    let mut chains: Vec<_> = bench
        .script
        .calls(SUMMARIES)
        .into_iter()
        .map(|call| call.about)
        .collect();
    chains.sort();
    let custom = |numbers: std::ops::Range<u32>| numbers.map(|number| format!("Custom:T{number}"));
    let last: Vec<_> = custom(30..35).chain(["NewOne".to_owned()]).collect();
    let expected_chains = [
        vec![ASSOCIATION.to_owned()],
        custom(10..30).collect(),
        last,
        vec![PATCH.to_owned()],
    ];
    assert_eq!(chains, expected_chains);
    assert_eq!(bench.known(), expected);
}

#[tokio::test(start_paused = true)]
async fn with_unknown_types_there_is_one_chain_of_all() {
    let scripted = ScriptedTarget::fleet(60);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(|call| match call.operation {
        Operation::ListComplianceSummaries => {
            Step::Fail(FailureReason::AccessDenied, FailureScope::Call)
        }
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("compliance_totals", "access_denied")]);
    assert!(
        bench
            .script
            .calls(SUMMARIES)
            .iter()
            .all(|call| call.about == ["*"])
    );
    assert_eq!(bench.known(), expected);
}

#[tokio::test(start_paused = true)]
async fn of_two_chains_that_fail_the_first_in_order_says_why_and_nothing_of_either_is_taken() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.script.rule(
        |call| match (call.operation, call.about.first().map(String::as_str)) {
            (SUMMARIES, Some(ASSOCIATION)) => {
                Step::Fail(FailureReason::ServerError, FailureScope::Call)
            }
            _ => Step::Answer,
        },
    );
    bench.refresh().await;
    assert_eq!(
        bench.failures().first(),
        Some(&("compliance", "server_error"))
    );
    assert!(
        bench
            .known()
            .values()
            .all(|known| known.summaries.is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_that_two_pages_show_is_there_once_and_the_newer_one_counts() {
    let mut scripted = ScriptedTarget::fleet(1);
    let at = |millis: i64| crate::model::Timestamp::from_millis(1_763_200_000_000 + millis);
    scripted.summaries[0].execution_time = at(2);
    let mut older = scripted.summaries[0].clone();
    older.status = "NON_COMPLIANT".into();
    older.execution_time = at(1);
    scripted.summaries.push(older.clone());
    scripted.summaries.insert(0, older);
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert!(bench.known()[&id(0)].summaries[PATCH]);
}
