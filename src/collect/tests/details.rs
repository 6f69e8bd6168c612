//! Details: for which instances they are read, in which batches, and what a failing batch costs.

use std::collections::BTreeSet;
use std::time::Duration;

use super::bench::Bench;
use super::script::{Call, Step};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason};

pub(super) const PATCHES: Operation = Operation::DescribeInstancePatchStates;
pub(super) const ITEMS: Operation = Operation::ListComplianceItems;
const LISTING: Operation = Operation::DescribeInstanceInformation;
const SUMMARIES: Operation = Operation::ListResourceComplianceSummaries;

pub(super) fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(id).collect()
}

/// Returns a rule by which batches with a `bad` instance cannot be read.
pub(super) fn unreadable(bad: BTreeSet<String>) -> impl Fn(&Call) -> Step + Send {
    move |call| match call.operation {
        PATCHES if call.about.iter().any(|id| bad.contains(id)) => {
            Step::Fail(FailureReason::BadResponse, FailureScope::Content)
        }
        _ => Step::Answer,
    }
}

/// Returns a rule by which every call of one operation fails.
fn failing(operation: Operation) -> impl Fn(&Call) -> Step + Send {
    move |call| {
        if call.operation == operation {
            Step::Fail(FailureReason::Throttled, FailureScope::Call)
        } else {
            Step::Answer
        }
    }
}

#[tokio::test(start_paused = true)]
async fn patch_states_are_asked_for_in_batches_of_fifty_and_one_smaller() {
    let bench = Bench::new(ScriptedTarget::fleet(120));
    bench.refresh().await;
    let mut sizes: Vec<_> = bench
        .script
        .calls(PATCHES)
        .iter()
        .map(|call| call.about.len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [20, 50, 50]);
    assert_eq!(bench.script.asked_about(PATCHES), ids(0..120));
}

#[tokio::test(start_paused = true)]
async fn batches_start_while_pages_still_come() {
    let bench = Bench::new(ScriptedTarget::fleet(500));
    bench.refresh().await;
    let first_batch = bench.script.calls(PATCHES)[0].at;
    assert_eq!(
        first_batch,
        Duration::from_millis(100),
        "as soon as the first page is there"
    );
}

#[tokio::test(start_paused = true)]
async fn items_are_asked_for_only_where_an_instance_is_listed_and_noncompliant() {
    let mut scripted = ScriptedTarget::fleet(20);
    (3..6).for_each(|number| scripted.fail_association(&id(number)));
    scripted.set(&id(6), PATCH, false);
    scripted.unlist(&id(4));
    scripted.add_unlisted("i-unlisted");
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.script.asked_about(ITEMS), ids([3, 5]));
}

#[tokio::test(start_paused = true)]
async fn unlisted_resources_cost_no_detail_call() {
    let mut scripted = ScriptedTarget::fleet(50);
    (0..100).for_each(|number| scripted.add_unlisted(&format!("i-unlisted-{number:03}")));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.script.asked_about(PATCHES), ids(0..50));
    assert_eq!(bench.script.calls(ITEMS), []);
    assert_eq!(bench.known().len(), 150);
}

#[tokio::test(start_paused = true)]
async fn while_there_was_never_a_listing_every_resource_counts_as_listed() {
    let mut scripted = ScriptedTarget::fleet(60);
    scripted.fail_association(&id(1));
    scripted.add_unlisted("i-unlisted");
    let bench = Bench::new(scripted);
    bench.script.rule(failing(LISTING));
    for _ in 0..2 {
        bench.refresh().await;
        assert_eq!(bench.failures(), [("instances", "throttled")]);
        assert!(
            bench
                .known()
                .values()
                .all(|known| !known.listed && known.missing.is_some())
        );
    }
    let mut asked = bench.script.asked_about(ITEMS);
    asked.dedup();
    assert_eq!(asked, [id(1), "i-unlisted".to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn when_the_listing_fails_details_go_on_for_the_last_good_one() {
    let mut scripted = ScriptedTarget::fleet(60);
    scripted.fail_association(&id(1));
    scripted.add_unlisted("i-unlisted");
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.change(|scripted| {
        scripted.set_missing(&id(2), 5);
        scripted.add_unlisted("i-late");
        scripted.fail_association(&id(40));
    });
    bench.script.state().calls.clear();
    // Only the second page fails, so the first one has been listed anew.
    bench
        .script
        .rule(|call| match (call.operation, &call.token) {
            (LISTING, Some(_)) => Step::Fail(FailureReason::Network, FailureScope::Call),
            _ => Step::Answer,
        });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("instances", "network")]);
    let asked = (
        bench.script.asked_about(PATCHES),
        bench.script.asked_about(ITEMS),
    );
    assert!(asked.0.contains(&id(2)) && !asked.0.contains(&"i-late".to_owned()));
    assert!(asked.1.contains(&id(40)) && !asked.1.contains(&"i-unlisted".to_owned()));
    assert_eq!(bench.known()[&id(2)].missing, Some(Some(5)));
}

#[tokio::test(start_paused = true)]
async fn when_the_summaries_fail_items_go_on_for_the_last_good_ones() {
    let mut scripted = ScriptedTarget::fleet(5);
    scripted.fail_association(&id(1));
    scripted.fail_association(&id(2));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.state().calls.clear();
    bench.script.change(|scripted| {
        scripted.items.get_mut(&id(1)).unwrap()[0].id = "another".into();
        scripted.unlist(&id(2));
    });
    bench.script.rule(failing(SUMMARIES));
    bench.refresh().await;
    assert_eq!(bench.failures(), [("compliance", "throttled")]);
    assert_eq!(bench.script.asked_about(ITEMS), ids([1]));
    assert_eq!(
        bench.known()[&id(1)].items,
        Some(vec!["another".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn details_whose_instances_are_not_known_have_failed_with_the_listings() {
    let bench = Bench::new(ScriptedTarget::fleet(5));
    bench.script.rule(|call| match call.operation {
        LISTING => Step::Fail(FailureReason::AccessDenied, FailureScope::Call),
        SUMMARIES => Step::Fail(FailureReason::ServerError, FailureScope::Call),
        _ => Step::Answer,
    });
    bench.refresh().await;
    let expected = [
        ("compliance", "server_error"),
        ("instances", "access_denied"),
        ("items", "server_error"),
        ("patches", "access_denied"),
    ];
    assert_eq!(bench.failures(), expected);
}

#[tokio::test(start_paused = true)]
async fn halving_finds_a_bad_row_and_the_others_are_read() {
    let bench = Bench::new(ScriptedTarget::fleet(50));
    bench
        .script
        .rule(unreadable(ids([17]).into_iter().collect()));
    bench.refresh().await;
    let attempt = bench.attempt(Collector::Patches);
    assert_eq!((attempt.result, attempt.skipped), (Ok(()), 1));
    let unread: Vec<_> = bench
        .known()
        .into_iter()
        .filter(|(_, known)| known.missing.is_none())
        .collect();
    assert_eq!(
        unread.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
        ids([17])
    );
    assert!(
        bench.script.calls(PATCHES).len() <= 13,
        "six halvings at most"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_as_a_call_is_not_halved() {
    let bench = Bench::new(ScriptedTarget::fleet(120));
    bench
        .script
        .rule(|call| match (call.operation, call.number) {
            (PATCHES, 0) => Step::Fail(FailureReason::Throttled, FailureScope::Call),
            _ => Step::Answer,
        });
    bench.refresh().await;
    assert_eq!(bench.script.calls(PATCHES).len(), 3);
    assert_eq!(bench.attempt(Collector::Patches).skipped, 50);
}

#[tokio::test(start_paused = true)]
async fn an_aws_that_answers_rubbish_to_everything_costs_few_halvings() {
    let bench = Bench::new(ScriptedTarget::fleet(3000));
    bench
        .script
        .rule(unreadable(ids(0..3000).into_iter().collect()));
    bench.refresh().await;
    let calls = bench.script.calls(PATCHES).len();
    assert!(calls <= 60 + 2 * 60, "{calls} calls for 60 batches");
    let attempt = bench.attempt(Collector::Patches);
    assert_eq!(
        (attempt.result, attempt.skipped),
        (Err(FailureReason::BadResponse), 3000)
    );
    // The limit on halvings is that of one refresh, so the next refresh may halve again.
    bench
        .script
        .rule(unreadable(ids([9]).into_iter().collect()));
    bench.refresh().await;
    assert_eq!(bench.attempt(Collector::Patches).skipped, 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_has_gone_is_no_error() {
    let mut scripted = ScriptedTarget::fleet(30);
    scripted.fail_association(&id(8));
    let bench = Bench::new(scripted);
    bench.script.rule(|call| match call.operation {
        PATCHES | ITEMS if call.about.contains(&id(8)) => {
            Step::Fail(FailureReason::Other, FailureScope::Gone)
        }
        _ => Step::Answer,
    });
    bench.refresh().await;
    for collector in [Collector::Patches, Collector::Items] {
        let attempt = bench.attempt(collector);
        assert_eq!(
            (attempt.result, attempt.skipped),
            (Ok(()), 0),
            "{collector:?}"
        );
    }
    assert_eq!(bench.known()[&id(8)].missing, None);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_aws_leaves_out_was_never_scanned() {
    let mut scripted = ScriptedTarget::fleet(3);
    scripted.patches.remove(&id(1));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.known()[&id(1)].missing, Some(None));
    assert_eq!(bench.attempt(Collector::Patches).skipped, 0);
}

#[tokio::test(start_paused = true)]
async fn nine_tenths_of_the_instances_are_a_success_and_one_less_is_a_failure() {
    for (bad, result) in [(2, Ok(())), (3, Err(FailureReason::BadResponse))] {
        let bench = Bench::new(ScriptedTarget::fleet(20));
        bench
            .script
            .rule(unreadable(ids(0..bad).into_iter().collect()));
        bench.refresh().await;
        let attempt = bench.attempt(Collector::Patches);
        assert_eq!((attempt.result, attempt.skipped), (result, bad as u64));
        // Even if the collector fails, what it has read is kept.
        assert_eq!(
            bench
                .known()
                .values()
                .filter(|known| known.missing.is_some())
                .count(),
            20 - bad
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_share_holds_for_items() {
    for (bad, result) in [(1, Ok(())), (2, Err(FailureReason::ServerError))] {
        let mut scripted = ScriptedTarget::fleet(10);
        (0..10).for_each(|number| scripted.fail_association(&id(number)));
        let bench = Bench::new(scripted);
        bench.script.rule(move |call| match call.operation {
            ITEMS if ids(0..bad).contains(&call.about[0]) => {
                Step::Fail(FailureReason::ServerError, FailureScope::Call)
            }
            _ => Step::Answer,
        });
        bench.refresh().await;
        let attempt = bench.attempt(Collector::Items);
        assert_eq!((attempt.result, attempt.skipped), (result, bad as u64));
    }
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_failure_is_the_first_met() {
    let bench = Bench::new(ScriptedTarget::fleet(150));
    let first = |call: &Call| call.about.contains(&id(0));
    bench.script.rule(move |call| match call.operation {
        PATCHES if first(call) => Step::Fail(FailureReason::Network, FailureScope::Call),
        PATCHES => Step::Fail(FailureReason::Throttled, FailureScope::Call),
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(bench.failures(), [("patches", "network")]);
}

#[tokio::test(start_paused = true)]
async fn items_of_an_instance_are_read_to_their_last_page() {
    let mut scripted = ScriptedTarget::fleet(1);
    scripted.fail_association(&id(0));
    let one = scripted.items[&id(0)][0].clone();
    let many = (0..70).map(|number| crate::model::ItemRow {
        id: format!("a-{number:02}"),
        ..one.clone()
    });
    scripted.items.insert(id(0), many.collect());
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.refresh().await;
    assert_eq!(bench.known(), expected);
    assert_eq!(bench.script.calls(ITEMS).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_details_are_under_way_at_once() {
    let mut scripted = ScriptedTarget::fleet(300);
    (0..300).for_each(|number| scripted.fail_association(&id(number)));
    let bench = Bench::new(scripted);
    bench.script.rule(|call| match call.operation {
        ITEMS => Step::After(Duration::from_secs(9)),
        _ => Step::Answer,
    });
    bench.refresh().await;
    let most = bench.script.state().most_under_way;
    assert!(
        (64..=64 + 12).contains(&most),
        "{most}: 64 calls for items, and the listings and batches beside them"
    );
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_became_compliant_while_it_was_read_has_no_items() {
    let mut scripted = ScriptedTarget::fleet(1);
    scripted.fail_association(&id(0));
    let newer = |row: &crate::model::SummaryRow| crate::model::SummaryRow {
        status: "COMPLIANT".into(),
        execution_time: crate::model::Timestamp::from_millis(1_763_200_000_000),
        ..row.clone()
    };
    let row = scripted
        .summaries
        .iter()
        .find(|row| row.compliance_type == ASSOCIATION)
        .map(newer)
        .unwrap();
    scripted.summaries.push(row);
    let bench = Bench::new(scripted);
    for first in [true, false] {
        bench.refresh_as(first).await;
        assert_eq!(bench.known()[&id(0)].items, None, "first: {first}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_summaries_cannot_be_read_all_details_are_and_so_stay() {
    let mut scripted = ScriptedTarget::fleet(60);
    scripted.fail_association(&id(1));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.state().calls.clear();
    bench.script.rule(failing(SUMMARIES));
    bench.refresh().await;
    assert_eq!(bench.script.asked_about(PATCHES), ids(0..60));
    assert_eq!(bench.script.asked_about(ITEMS), ids([1]));
}
