//! How long data stays that is not read anew, as the observer sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::bench::{Bench, STALE_AFTER};
use super::script::{Call, Step, error};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason, Selection, Timestamp};

const PATCHES: Operation = Operation::DescribeInstancePatchStates;
/// The time until a second before data is too old.
const JUST_BEFORE: Duration = Duration::from_secs(3599);

/// Returns when the observer was first shown no listed instance after it had been shown some.
fn unlisted_at(bench: &Bench) -> Option<Duration> {
    let shown = bench.observer.shown();
    let mut listed = shown
        .iter()
        .map(|shown| (shown.at, shown.known.values().any(|known| known.listed)));
    listed.find(|(_, any)| *any)?;
    listed.find(|(_, any)| !any).map(|(at, _)| at)
}

#[tokio::test(start_paused = true)]
async fn data_of_a_target_that_lost_its_credentials_is_dropped_when_it_is_too_old() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    bench.script.state().account = Err(error(FailureReason::ExpiredToken, FailureScope::Call));
    bench.run_for(Duration::from_hours(2)).await;
    // The listing is a single call, which ended 100 ms after the start, so it expires first.
    assert_eq!(
        unlisted_at(&bench),
        Some(Duration::from_millis(100) + STALE_AFTER)
    );
    assert!(bench.known().is_empty());
}

#[tokio::test(start_paused = true)]
async fn data_is_dropped_while_a_refresh_hangs() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    bench.script.state().patience = Duration::from_hours(10);
    bench.script.rule(|_| Step::Hang);
    bench.run_for(Duration::from_hours(2)).await;
    assert_eq!(
        unlisted_at(&bench),
        Some(Duration::from_millis(100) + STALE_AFTER)
    );
    assert_eq!(
        bench.observer.observed().starts.len(),
        2,
        "one refresh all the time"
    );
    assert!(bench.observer.shown().last().unwrap().known.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_data_of_a_failing_collector_goes_and_the_others_stay() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    bench.script.rule(|call| match call.operation {
        Operation::ListResourceComplianceSummaries => {
            Step::Fail(FailureReason::AccessDenied, FailureScope::Call)
        }
        _ => Step::Answer,
    });
    bench.run_for(JUST_BEFORE).await;
    assert!(
        bench
            .known()
            .values()
            .all(|known| known.summaries.len() == 2)
    );
    bench.run_for(Duration::from_mins(10)).await;
    let known = bench.known();
    assert!(
        known
            .values()
            .all(|known| known.summaries.is_empty() && known.listed && known.missing.is_some())
    );
    assert!(!bench.target(|target| target.has(Collector::Compliance)));
    assert_eq!(known.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_always_takes_longer_than_data_may_be_old_loses_nothing() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    // A refresh takes 80 minutes, and all of its collectors but one end after a moment.
    bench.script.rule(|call| match call.operation {
        Operation::ListAssociations if call.number % 400 != 399 => {
            Step::Empty(format!("0#{}", call.number))
        }
        _ => Step::Answer,
    });
    bench.script.state().latency = Duration::from_secs(12);
    bench.run_for(Duration::from_hours(12)).await;
    assert!(bench.observer.observed().ends.len() > 5);
    assert_eq!(unlisted_at(&bench), None);
    assert_eq!(bench.known().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn attempts_that_fail_at_once_do_not_shorten_the_life_of_what_took_hours_to_read() {
    let bench = Bench::new(ScriptedTarget::fleet(500));
    bench
        .script
        .pace(Duration::from_mins(10), Duration::from_mins(30));
    bench.refresh_as(true).await;
    let took = bench.observer.observed().ends[0];
    bench
        .script
        .rule(|_| Step::Fail(FailureReason::Throttled, FailureScope::Call));
    bench.script.state().latency = Duration::from_millis(10);
    bench.run_for(2 * took).await;
    assert_eq!(unlisted_at(&bench), None);
    bench.run_for(2 * took).await;
    assert!(unlisted_at(&bench).is_some_and(|at| at > 3 * took));
}

/// Says that the patch state of one instance cannot be read.
fn unreadable(call: &Call) -> Step {
    match call.operation {
        PATCHES if call.about.contains(&id(5)) => {
            Step::Fail(FailureReason::BadResponse, FailureScope::Content)
        }
        _ => Step::Answer,
    }
}

#[tokio::test(start_paused = true)]
async fn the_kept_row_of_an_instance_that_cannot_be_read_expires_by_itself() {
    let bench = Bench::new(ScriptedTarget::fleet(50));
    bench.refresh_as(true).await;
    bench
        .script
        .change(|scripted| (0..50).for_each(|number| scripted.set_missing(&id(number), 7)));
    bench.script.rule(unreadable);
    bench.run_for(JUST_BEFORE).await;
    assert_eq!(
        bench.known()[&id(5)].missing,
        Some(Some(0)),
        "what it last was"
    );
    bench.run_for(Duration::from_mins(1)).await;
    let known = bench.known();
    assert_eq!(known[&id(5)].missing, None);
    assert!(
        known
            .iter()
            .all(|(name, known)| *name == id(5) || known.missing == Some(Some(7)))
    );
    assert_eq!(bench.attempt(Collector::Patches).result, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_jumps_changes_nothing_but_the_time_of_the_last_success() {
    const NOW: i64 = 1_763_200_000_000;
    let wall = Arc::new(AtomicI64::new(NOW));
    let reading = Arc::clone(&wall);
    let clock = Clock::new(move || Timestamp::from_millis(reading.load(Ordering::Relaxed)));
    let bench = Bench::with_clock(ScriptedTarget::fleet(3), Selection::everything(), clock);
    bench.refresh_as(true).await;
    let known = bench.known();
    let century = 100 * 365 * 24 * 3_600_000;
    for (jump, last_success) in [
        (century, NOW + century),
        (-century, NOW + century),
        (0, NOW),
        (-century / 4, NOW - century / 4),
    ] {
        wall.store(NOW + jump, Ordering::Relaxed);
        bench.refresh().await;
        assert_eq!(bench.known(), known);
        let found = bench.target(|target| target.collector(Collector::Instances).last_success);
        assert_eq!(
            found,
            Timestamp::from_millis(last_success),
            "a time before 2000 is no time"
        );
    }
    bench
        .script
        .rule(|_| Step::Fail(FailureReason::Network, FailureScope::Call));
    wall.store(NOW + century, Ordering::Relaxed);
    bench.run_for(STALE_AFTER / 2).await;
    assert_eq!(bench.known(), known);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_last_success_is_when_the_collector_ended() {
    const NOW: i64 = 1_763_200_000_000;
    let start = tokio::time::Instant::now();
    let clock = Clock::new(move || {
        Timestamp::from_millis(NOW + i64::try_from(start.elapsed().as_millis()).unwrap())
    });
    let bench = Bench::with_clock(ScriptedTarget::fleet(3), Selection::everything(), clock);
    bench.script.rule(|call| match call.operation {
        Operation::ListAssociations => Step::After(Duration::from_secs(20)),
        _ => Step::Answer,
    });
    bench.refresh().await;
    let last_success = |collector| bench.target(|target| target.collector(collector).last_success);
    assert_eq!(
        last_success(Collector::Instances),
        Timestamp::from_millis(NOW + 100)
    );
    assert_eq!(
        last_success(Collector::Associations),
        Timestamp::from_millis(NOW + 20_000)
    );
}
