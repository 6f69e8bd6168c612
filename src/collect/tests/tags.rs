//! Tags of instances: off unless they are asked for, and read separately from everything else.

use std::sync::Arc;

use super::bench::{Bench, INTERVAL, STALE_AFTER};
use super::script::{Call, Step};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{AgeLimits, FailureReason, Selection, TagKeys, TagRow, Target};

const TAGS: Operation = Operation::GetResources;

fn with_tags(keys: &[&str]) -> Selection {
    Selection::everything().with_tags(TagKeys::new(keys.iter().copied()))
}

fn tag(number: usize, value: &str) -> TagRow {
    TagRow {
        resource_id: id(number),
        tags: vec![
            ("Team".to_owned(), value.to_owned()),
            ("Stage".to_owned(), format!("{value}-stage")),
        ],
    }
}

/// Returns a fleet in which every instance has its tags.
fn fleet(count: usize) -> ScriptedTarget {
    let mut scripted = ScriptedTarget::fleet(count);
    scripted.tags = (0..count).map(|number| tag(number, "shop")).collect();
    scripted
}

fn value(bench: &Bench, number: usize, key: &str) -> String {
    bench.target(|target| target.tags().of(&id(number)).value(key).to_owned())
}

fn failing(call: &Call) -> Step {
    match call.operation {
        TAGS => Step::Fail(FailureReason::AccessDenied, FailureScope::Call),
        _ => Step::Answer,
    }
}

#[tokio::test(start_paused = true)]
async fn without_keys_no_tags_are_asked_for_and_the_collector_is_absent() {
    let bench = Bench::new(fleet(3));
    bench.refresh().await;
    assert_eq!(bench.script.calls(TAGS), []);
    assert!(!bench.results().contains_key("tags"));
}

#[tokio::test(start_paused = true)]
async fn tags_are_read_to_their_end_in_pages_of_a_hundred_at_every_refresh() {
    let bench = Bench::with_selection(fleet(250), with_tags(&["Team", "Stage"]));
    for refresh in 1..=2 {
        bench.refresh().await;
        assert_eq!(bench.failures(), []);
        let calls = bench.script.calls(TAGS);
        assert_eq!(calls.len(), 3 * refresh);
        assert!(calls.iter().all(|call| call.size == 100));
    }
    assert_eq!(value(&bench, 249, "Stage"), "shop-stage");
}

#[tokio::test(start_paused = true)]
async fn tags_that_cannot_be_read_fail_nothing_else_and_stay_until_they_are_too_old() {
    let bench = Bench::with_selection(fleet(20), with_tags(&["Team"]));
    bench.refresh().await;
    bench.script.rule(failing);
    bench.refresh().await;
    assert_eq!(bench.failures(), [("tags", "access_denied")]);
    assert_eq!(bench.target(Target::is_up), Some(true));
    assert_eq!(value(&bench, 3, "Team"), "shop");
    tokio::time::advance(STALE_AFTER).await;
    let now = bench.refresher.clock.now();
    bench.refresher.target.lock().expire(now);
    assert_eq!(value(&bench, 3, "Team"), "");
}

#[tokio::test(start_paused = true)]
async fn other_keys_are_read_from_the_next_refresh_on() {
    let bench = Bench::with_selection(fleet(3), with_tags(&["Team"]));
    bench.refresh().await;
    let settings = TargetSettings {
        source: Arc::new(bench.script.clone()),
        selection: with_tags(&["Stage"]),
    };
    let age_limits = bench.target(Target::age_limits);
    bench.refresher.reconfigure(settings, age_limits).await;
    assert_eq!(value(&bench, 1, "Team"), "shop", "it was read");
    bench.refresh().await;
    assert_eq!(value(&bench, 1, "Stage"), "shop-stage");
    assert_eq!(bench.script.calls(TAGS)[1].about, ["Stage"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_list_or_without_most_tags_takes_no_tag_away() {
    let bench = Bench::with_selection(fleet(60), with_tags(&["Team"]));
    bench.refresh().await;
    for step in [Step::NoList, Step::OnlyFirst(2)] {
        bench.script.rule(move |call| match call.operation {
            TAGS => step.clone(),
            _ => Step::Answer,
        });
        bench.refresh().await;
        assert_eq!(bench.failures(), [("tags", "bad_response")]);
        assert_eq!(value(&bench, 59, "Team"), "shop");
    }
    bench.refresh().await;
    assert_eq!(bench.failures(), [], "the second reading says the same");
    assert_eq!(value(&bench, 59, "Team"), "");
}

#[tokio::test(start_paused = true)]
async fn the_estimate_counts_the_pages_of_tags_under_a_ceiling_of_their_own() {
    for (instances, pages) in [(80, 1), (320, 4)] {
        let bench = Bench::new(fleet(instances));
        let age_limits = AgeLimits {
            stale_after: STALE_AFTER,
            interval: INTERVAL,
            full_every: bench::FULL_EVERY,
        };
        let estimate = estimate(&bench.script, &with_tags(&["Team"]), age_limits)
            .await
            .expect("every call is answered");
        let tags = estimate.under_ceiling_of(TAGS);
        assert_eq!((tags.full(), tags.steady()), (pages, pages));
        let others = estimate.under_ceiling_of(Operation::ListAssociations);
        assert_eq!(others.full() + pages, estimate.full());
    }
}
