//! Odd answers: without a list, without most of a fleet, unreadable, or with a token that AWS then
//! refuses. None of them may empty a page, and none may affect more than itself.

use std::time::Duration;

use super::bench::Bench;
use super::script::{Call, Step};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason};

const LISTING: Operation = Operation::DescribeInstanceInformation;
const SUMMARIES: Operation = Operation::ListResourceComplianceSummaries;

/// Returns a scripted target for which every operation has rows.
fn scripted_target() -> ScriptedTarget {
    let mut scripted = ScriptedTarget::fleet(120);
    scripted.fail_association(&id(7));
    scripted.set(&id(3), "Custom:A", false);
    scripted.settle();
    scripted.baselines.push(crate::model::BaselineRow {
        id: "pb-0123456789abcdef0".into(),
        ..<_>::default()
    });
    scripted.associations.push(crate::model::AssociationRow {
        id: "one".into(),
        ..<_>::default()
    });
    scripted
}

/// Returns a bench whose target was read so long ago that some of its details are due again.
async fn settled(scripted: ScriptedTarget) -> Bench {
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    tokio::time::advance(Duration::from_mins(50)).await;
    bench
}

fn collector_of(operation: Operation) -> &'static str {
    match operation {
        LISTING => "instances",
        SUMMARIES => "compliance",
        Operation::ListComplianceSummaries => "compliance_totals",
        Operation::DescribeInstancePatchStates => "patches",
        Operation::DescribePatchBaselines => "baselines",
        Operation::ListAssociations => "associations",
        Operation::ListComplianceItems => "items",
        other => panic!("no collector calls {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_list_fails_the_collector_and_takes_nothing_away() {
    for operation in Operation::OF_REFRESH {
        let bench = settled(scripted_target()).await;
        let before = (
            bench.known(),
            bench.target(|target| (target.totals().to_vec(), target.baselines().to_vec())),
        );
        let associations = bench.target(|target| target.associations().to_vec());
        bench.script.rule(move |call| {
            if call.operation == operation {
                Step::NoList
            } else {
                Step::Answer
            }
        });
        for _ in 0..2 {
            bench.refresh().await;
            let failures = bench.failures();
            assert!(
                failures.contains(&(collector_of(operation), "bad_response")),
                "{operation:?}: {failures:?}"
            );
            let after = (
                bench.known(),
                bench.target(|target| (target.totals().to_vec(), target.baselines().to_vec())),
            );
            assert!(after == before, "{operation:?}");
            assert!(
                bench.target(|target| target.associations().to_vec()) == associations,
                "{operation:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_list_in_the_middle_of_a_listing_fails_it_even_at_the_first_reading()
{
    let bench = Bench::new(scripted_target());
    bench
        .script
        .rule(|call| match (call.operation, &call.token) {
            (LISTING | SUMMARIES, Some(_)) => Step::NoList,
            _ => Step::Answer,
        });
    bench.refresh().await;
    let failures = bench.failures();
    assert!(
        failures.contains(&("instances", "bad_response"))
            && failures.contains(&("compliance", "bad_response"))
    );
}

#[tokio::test(start_paused = true)]
async fn an_absent_list_is_no_empty_one_even_when_what_was_known_has_been_dropped() {
    let bench = settled(scripted_target()).await;
    tokio::time::advance(2 * bench::STALE_AFTER).await;
    bench.script.rule(|_| Step::NoList);
    bench.refresh().await;
    assert!(bench.known().is_empty());
    let mut failed: Vec<_> = bench
        .failures()
        .into_iter()
        .map(|(collector, _)| collector)
        .collect();
    failed.sort_unstable();
    let mut all: Vec<_> = Operation::OF_REFRESH
        .into_iter()
        .map(collector_of)
        .collect();
    all.sort_unstable();
    assert_eq!(failed, all);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_was_known_an_absent_list_is_an_empty_one_if_the_instances_have_a_list() {
    let bench = Bench::new(ScriptedTarget::default());
    bench.script.rule(|call| {
        if call.operation == LISTING {
            Step::Answer
        } else {
            Step::NoList
        }
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    let bench = Bench::new(ScriptedTarget::default());
    bench.script.rule(|_| Step::NoList);
    bench.refresh().await;
    let failed: Vec<_> = bench
        .failures()
        .into_iter()
        .map(|(collector, _)| collector)
        .collect();
    assert_eq!(
        failed,
        [
            "associations",
            "baselines",
            "compliance",
            "compliance_totals",
            "instances",
            "items",
            "patches"
        ]
    );
    let bench = Bench::new(ScriptedTarget::default());
    bench.refresh().await;
    assert_eq!(bench.failures(), [], "an empty list is one that is there");
}

#[tokio::test(start_paused = true)]
async fn summaries_without_a_list_are_not_empty_where_awss_own_counts_say_otherwise() {
    let bench = Bench::new(ScriptedTarget::fleet(30));
    bench.script.rule(|call| {
        if call.operation == SUMMARIES {
            Step::NoList
        } else {
            Step::Answer
        }
    });
    bench.refresh().await;
    assert_eq!(
        bench.failures().first(),
        Some(&("compliance", "bad_response"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_answer_without_its_list_is_asked_for_once_more() {
    let scripted = scripted_target();
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(|call| {
        if call.number == 0 && call.operation.is_listing() {
            Step::NoList
        } else {
            Step::Answer
        }
    });
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known()), (vec![], expected));
}

#[tokio::test(start_paused = true)]
async fn one_answer_without_its_list_costs_one_call_more() {
    for operation in Operation::OF_REFRESH
        .into_iter()
        .filter(|operation| operation.is_listing())
    {
        let scripted = scripted_target();
        let expected = scripted.known();
        let bench = settled(scripted).await;
        let before = bench.script.calls(operation).len();
        let first = move |call: &Call| call.operation == operation && call.number == before;
        bench.script.rule(move |call| {
            if first(call) {
                Step::NoList
            } else {
                Step::Answer
            }
        });
        bench.refresh().await;
        assert_eq!(bench.failures(), [], "{operation:?}");
        assert_eq!(bench.known(), expected, "{operation:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_loses_most_of_a_fleet_is_believed_when_the_next_refresh_says_so_again() {
    let scripted = scripted_target();
    let (all, mut few) = (scripted.known(), scripted.clone());
    (40..120).for_each(|number| few.unlist(&id(number)));
    let bench = settled(scripted).await;
    bench.script.change(|scripted| *scripted = few.clone());
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "bad_response")]);
    assert_eq!(bench.known(), all);
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.known(), few.known());
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_was_short_once_changes_nothing() {
    let scripted = scripted_target();
    let expected = scripted.known();
    let bench = settled(scripted).await;
    bench.script.rule(|call| {
        if call.operation == LISTING {
            Step::OnlyFirst(5)
        } else {
            Step::Answer
        }
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "bad_response")]);
    bench.script.rule(|_| Step::Answer);
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known()), (vec![], expected));
}

#[tokio::test(start_paused = true)]
async fn summaries_of_one_type_that_lose_most_of_a_fleet_are_believed_when_they_are_read_again() {
    let scripted = scripted_target();
    let (all, mut few) = (scripted.known(), scripted.clone());
    (20..120).for_each(|number| few.unset(&id(number), PATCH));
    let bench = settled(scripted).await;
    bench.script.change(|scripted| *scripted = few.clone());
    bench.refresh().await;
    assert_eq!(bench.failures(), [("compliance", "bad_response")]);
    assert_eq!(bench.known(), all);
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.known(), few.known());
}

#[tokio::test(start_paused = true)]
async fn a_small_fleet_may_go_at_once() {
    let bench = settled(ScriptedTarget::fleet(10)).await;
    bench.script.change(|scripted| scripted.instances.clear());
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert!(bench.known().values().all(|known| !known.listed));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_aws_takes_when_it_is_asked_again_costs_one_call() {
    let scripted = scripted_target();
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench
        .script
        .rule(|call| match (call.operation, call.number) {
            (LISTING, 1) => Step::Fail(FailureReason::Other, FailureScope::Token),
            _ => Step::Answer,
        });
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known()), (vec![], expected));
    assert_eq!(bench.script.calls(LISTING).len(), 3 + 1);
}

#[tokio::test(start_paused = true)]
async fn a_listing_whose_token_is_refused_is_begun_again_and_read_whole() {
    let scripted = scripted_target();
    let expected = scripted.known();
    for operation in [LISTING, SUMMARIES] {
        let bench = Bench::new(scripted.clone());
        // The first two requests for a second page are refused, whichever chain they belong to.
        bench.script.rule(
            move |call| match (call.operation == operation, &call.token) {
                (true, Some(token)) if token == "50" && call.at < Duration::from_millis(420) => {
                    Step::Fail(FailureReason::Other, FailureScope::Token)
                }
                _ => Step::Answer,
            },
        );
        bench.refresh().await;
        assert_eq!(
            (bench.failures(), bench.known()),
            (vec![], expected.clone()),
            "{operation:?}"
        );
        assert!(
            bench
                .script
                .calls(operation)
                .iter()
                .filter(|call| call.token.is_none())
                .count()
                > 1
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_whose_tokens_are_always_refused_is_given_up_after_a_few_beginnings() {
    let bench = Bench::new(scripted_target());
    bench
        .script
        .rule(|call| match (call.operation, &call.token) {
            (LISTING, Some(_)) => Step::Fail(FailureReason::Other, FailureScope::Token),
            _ => Step::Answer,
        });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "other")]);
    let calls = bench.script.calls(LISTING);
    assert_eq!(
        calls.iter().filter(|call| call.token.is_none()).count(),
        1 + 3
    );
    assert_eq!(calls.len(), 4 * (1 + 2), "each token is asked for twice");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_is_asked_for_in_halves() {
    let scripted = scripted_target();
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(|call| match call.operation {
        LISTING if call.size > 20 && call.token.as_deref() == Some("50") => {
            Step::Fail(FailureReason::BadResponse, FailureScope::Content)
        }
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known()), (vec![], expected));
    let sizes: Vec<usize> = bench
        .script
        .calls(LISTING)
        .iter()
        .map(|call| call.size)
        .collect();
    assert_eq!(sizes, [50, 50, 25, 12, 24, 48], "and pages grow again");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_even_in_its_smallest_part_fails_the_listing() {
    let bench = Bench::new(scripted_target());
    bench.script.rule(|call| match call.operation {
        LISTING => Step::Fail(FailureReason::BadResponse, FailureScope::Content),
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "bad_response")]);
    let sizes: Vec<usize> = bench
        .script
        .calls(LISTING)
        .iter()
        .map(|call| call.size)
        .collect();
    assert_eq!(sizes, [50, 25, 12, 6, 5], "AWS takes no fewer than five");
    assert_eq!(bench.attempt(Collector::Compliance).result, Ok(()));
}
