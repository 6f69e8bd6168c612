//! When details are due again: on a change, once more after it, and when it is their turn.

use super::bench::{Bench, FULL_EVERY, INTERVAL};
use super::details::{ITEMS, PATCHES, ids, unreadable};
use super::scripted_target::{ScriptedTarget, id};
use crate::model::Collector;

#[tokio::test(start_paused = true)]
async fn details_whose_summaries_are_the_same_are_hardly_asked_for_and_all_of_them_within_the_time_for_that()
 {
    let bench = Bench::new(ScriptedTarget::fleet(100));
    bench.refresh_as(true).await;
    bench.script.state().calls.clear();
    bench.run_for(FULL_EVERY + INTERVAL).await;
    let mut asked = bench.script.asked_about(PATCHES);
    assert!(asked.len() < 2 * 100, "{} for 100 instances", asked.len());
    asked.dedup();
    assert_eq!(asked, ids(0..100));
}

#[tokio::test(start_paused = true)]
async fn what_was_read_on_a_change_is_read_once_more() {
    let bench = Bench::new(ScriptedTarget::fleet(100));
    bench.refresh().await;
    // The summaries already show a change that the patch states do not have yet.
    bench
        .script
        .state()
        .scripted
        .summaries
        .iter_mut()
        .for_each(|row| row.execution_id = "new".into());
    bench.refresh().await;
    bench.script.state().scripted.set_missing(&id(7), 3);
    bench.refresh().await;
    assert_eq!(bench.known()[&id(7)].missing, Some(Some(3)));
}

#[tokio::test(start_paused = true)]
async fn one_instance_that_can_never_be_read_fails_no_refresh_in_which_little_else_is_due() {
    let bench = Bench::new(ScriptedTarget::fleet(50));
    bench
        .script
        .rule(unreadable(ids([5]).into_iter().collect()));
    for _ in 0..3 {
        bench.refresh().await;
        let attempt = bench.attempt(Collector::Patches);
        assert_eq!((attempt.result, attempt.skipped), (Ok(()), 1));
    }
    // Six of fifty are more than a tenth, and fail the collector.
    bench
        .script
        .change(|scripted| (0..6).for_each(|number| scripted.set_missing(&id(number), 1)));
    bench
        .script
        .rule(unreadable(ids(0..6).into_iter().collect()));
    bench.refresh().await;
    assert_eq!(bench.failures(), [("patches", "bad_response")]);
}

#[tokio::test(start_paused = true)]
async fn details_that_are_new_are_read_once_more_like_those_that_change() {
    let bench = Bench::new(ScriptedTarget::fleet(100));
    bench.refresh().await;
    bench.script.change(|scripted| {
        scripted.add("i-new");
        scripted.fail_association(&id(8));
    });
    bench.refresh().await;
    // The listing and the summaries already showed what the details did not have yet.
    bench.script.state().scripted.set_missing("i-new", 3);
    bench.script.state().scripted.items.get_mut(&id(8)).unwrap()[0].id = "now".into();
    bench.refresh().await;
    assert_eq!(bench.known()["i-new"].missing, Some(Some(3)));
    assert_eq!(bench.known()[&id(8)].items, Some(vec!["now".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn what_is_read_for_the_first_time_is_not_all_read_twice() {
    let mut scripted = ScriptedTarget::fleet(100);
    scripted.fail_association(&id(8));
    let bench = Bench::new(scripted);
    bench.refresh().await;
    bench.script.state().calls.clear();
    bench.refresh().await;
    // Only those are read whose turn it is.
    assert!(bench.script.asked_about(PATCHES).len() <= 1);
    assert!(bench.script.asked_about(ITEMS).len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn one_instance_that_cannot_be_read_any_more_keeps_no_other_from_its_turn() {
    let bench = Bench::new(ScriptedTarget::fleet(50));
    bench.refresh_as(true).await;
    bench
        .script
        .rule(unreadable(ids([0]).into_iter().collect()));
    bench.script.state().calls.clear();
    // This ends before what is known of the unreadable instance expires. From then on it has no
    // turn anyway.
    bench.run_for(INTERVAL * 9).await;
    let mut asked = bench.script.asked_about(PATCHES);
    asked.dedup();
    assert!(asked.len() >= 9, "one more at each refresh: {asked:?}");
}
