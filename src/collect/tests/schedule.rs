//! When refreshes start and end, and when the data that they have read is shown.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::bench::{Bench, INTERVAL};
use super::script::{Step, error};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{FailureReason, Selection};

const COLLECTORS: usize = 7;

fn minutes(numbers: impl IntoIterator<Item = u64>) -> Vec<Duration> {
    numbers.into_iter().map(Duration::from_mins).collect()
}

#[tokio::test(start_paused = true)]
async fn the_interval_is_from_start_to_start() {
    let bench = Bench::new(ScriptedTarget::fleet(500));
    bench.script.state().latency = Duration::from_secs(5);
    bench.run_for(Duration::from_mins(15)).await;
    assert_eq!(bench.observer.observed().starts, minutes([0, 5, 10, 15]));
    assert!(bench.observer.observed().ends[0] > Duration::from_secs(50));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_outlasts_the_interval_skips_ticks_and_never_overlaps_the_next() {
    let bench = Bench::new(ScriptedTarget::fleet(500));
    bench
        .script
        .pace(Duration::from_mins(1), Duration::from_mins(10));
    bench.run_for(Duration::from_mins(45)).await;
    let observed = bench.observer.observed();
    // Each refresh takes one page of totals and ten pages of summaries, and so at least 11 minutes.
    assert_eq!(observed.starts, minutes([0, 15, 30, 45]));
    assert!(
        observed
            .ends
            .iter()
            .zip(&observed.starts[1..])
            .all(|(end, next)| end < next)
    );
    assert!(
        observed
            .ends
            .iter()
            .zip(&observed.starts)
            .all(|(end, start)| *end > *start + 2 * INTERVAL)
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_start_is_delayed_and_the_others_follow_it() {
    let bench = Bench::new(ScriptedTarget::fleet(1));
    let delay = Duration::from_secs(7);
    let run = Arc::clone(&bench.refresher).run(Handle::current(), delay);
    let _ = tokio::time::timeout(Duration::from_mins(6), run).await;
    assert_eq!(bench.observer.observed().starts, [delay, delay + INTERVAL]);
}

#[tokio::test(start_paused = true)]
async fn the_first_refresh_is_shown_collector_by_collector_and_later_ones_once_at_their_end() {
    let bench = Bench::new(ScriptedTarget::fleet(120));
    bench.run_for(Duration::from_mins(10)).await;
    let shown = bench.observer.shown();
    let ended: Vec<_> = shown
        .iter()
        .take(COLLECTORS + 1)
        .map(|shown| shown.results.len())
        .collect();
    assert_eq!(
        ended,
        [1, 2, 3, 4, 5, 6, 7, 7],
        "one more each time, and once at the end"
    );
    // The third refresh has only just begun, so nothing of it was shown.
    let later: Vec<_> = shown[COLLECTORS + 1..]
        .iter()
        .map(|shown| shown.at)
        .collect();
    assert_eq!(later, [bench.observer.observed().ends[1]]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_another_ones_double_reads_and_shows_nothing_until_it_is_one_no_more() {
    let bench = Bench::new(ScriptedTarget::fleet(1));
    bench.observer.observed().is_double = true;
    bench.run_for(Duration::from_mins(12)).await;
    {
        let observed = bench.observer.observed();
        assert_eq!(
            (
                observed.starts.len(),
                observed.ends.len(),
                observed.shown.len()
            ),
            (3, 0, 0)
        );
        assert_eq!(bench.script.state().calls, []);
    }
    bench.observer.observed().is_double = false;
    bench.refresh().await;
    assert_eq!(bench.known().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_turns_out_a_double_later_forgets_what_it_has_read() {
    let bench = Bench::new(ScriptedTarget::fleet(1));
    bench.refresh().await;
    bench.observer.observed().is_double = true;
    let shown = bench.observer.shown().len();
    bench.refresh().await;
    assert_eq!(bench.observer.shown().len(), shown);
    assert!(
        bench.known().is_empty(),
        "it would be another target's data, and grow old"
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_that_has_become_another_account_starts_anew() {
    let bench = Bench::new(ScriptedTarget::fleet(30));
    bench.refresh().await;
    bench.script.state().account = Ok("222222222222".to_owned());
    bench
        .script
        .change(|scripted| *scripted = ScriptedTarget::fleet(2));
    let shown = bench.observer.shown().len();
    bench.refresh().await;
    assert_eq!(
        bench.failures(),
        [],
        "two of thirty are no sudden loss: it is another fleet"
    );
    assert_eq!(bench.known().len(), 2);
    let later = &bench.observer.shown()[shown..];
    assert!(
        later.iter().all(|shown| shown.known.len() <= 2),
        "at no moment are the two mixed"
    );
}

#[tokio::test(start_paused = true)]
async fn without_credentials_every_collector_fails_and_nothing_is_lost_or_asked() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh().await;
    let (known, calls) = (bench.known(), bench.script.state().calls.len());
    bench.script.state().account = Err(error(FailureReason::AssumeRoleFailed, FailureScope::Call));
    bench.refresh().await;
    let failed: BTreeMap<_, _> = bench
        .results()
        .into_iter()
        .filter(|(_, result)| result.is_err())
        .collect();
    assert_eq!(failed.len(), COLLECTORS);
    assert!(
        failed
            .values()
            .all(|result| *result == Err("assume_role_failed"))
    );
    assert_eq!(
        (bench.known(), bench.script.state().calls.len()),
        (known, calls)
    );
}

#[tokio::test(start_paused = true)]
async fn without_credentials_collectors_that_are_switched_off_do_not_fail() {
    let selection = Selection::of_types(|name| name == "Patch", false);
    let bench = Bench::with_selection(ScriptedTarget::fleet(3), selection);
    bench.script.state().account = Err(error(FailureReason::Network, FailureScope::Call));
    bench.refresh_as(true).await;
    let failed: Vec<_> = bench.results().into_keys().collect();
    assert_eq!(
        failed,
        [
            "baselines",
            "compliance",
            "compliance_totals",
            "instances",
            "patches"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_recovers_when_its_credentials_do() {
    let scripted = ScriptedTarget::fleet(3);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.state().account = Err(error(FailureReason::Network, FailureScope::Call));
    bench.run_for(Duration::from_mins(4)).await;
    bench.script.state().account = Ok("111122223333".to_owned());
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    assert_eq!(bench.known(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_gone_from_everything_is_gone_at_once() {
    let mut scripted = ScriptedTarget::fleet(3);
    scripted.fail_association(&id(1));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.change(|scripted| {
        scripted.unlist(&id(1));
        scripted.unset(&id(1), "Patch");
        scripted.unset(&id(1), "Association");
    });
    // The summaries end before the listing does, so the two could disagree for a while.
    bench.script.rule(|call| match call.operation {
        Operation::DescribeInstanceInformation => Step::After(Duration::from_secs(9)),
        _ => Step::Answer,
    });
    bench.refresh().await;
    assert_eq!(
        bench.known().into_keys().collect::<Vec<_>>(),
        [id(0), id(2)]
    );
}
