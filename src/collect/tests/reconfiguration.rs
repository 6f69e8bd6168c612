//! What happens to a target that stays when the configuration is read anew.

use std::sync::Arc;
use std::time::Duration;

use super::bench::{Bench, FULL_EVERY, INTERVAL, STALE_AFTER};
use super::script::{Script, Step};
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{AgeLimits, Selection};

const AGES: AgeLimits = AgeLimits {
    stale_after: STALE_AFTER,
    interval: INTERVAL,
    full_every: FULL_EVERY,
};

fn settings(script: &Script, selection: Selection) -> TargetSettings<Script> {
    TargetSettings {
        source: Arc::new(script.clone()),
        selection,
    }
}

/// Runs the schedule, and reconfigures the target `after` its start.
async fn run_and_reconfigure(bench: &Bench, after: Duration, age_limits: AgeLimits, all: Duration) {
    let reconfigure = async {
        tokio::time::sleep(after).await;
        let settings = settings(&bench.script, Selection::everything());
        bench.refresher.reconfigure(settings, age_limits).await;
    };
    tokio::join!(bench.run_for(all), reconfigure);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_interval_holds_at_once_and_no_data_is_lost() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_every(Duration::from_hours(10));
    let minute = Duration::from_mins(1);
    let ages = AgeLimits {
        interval: minute,
        ..AGES
    };
    let after = minute * 5 / 2;
    run_and_reconfigure(&bench, after, ages, minute * 5).await;
    let starts = bench.observer.observed().starts.clone();
    assert_eq!(starts, [Duration::ZERO, minute * 3, minute * 4, minute * 5]);
    assert_eq!(bench.known().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_schedule_stays_where_the_interval_does() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    let after = INTERVAL + INTERVAL / 3;
    run_and_reconfigure(&bench, after, AGES, INTERVAL * 3).await;
    let starts = bench.observer.observed().starts.clone();
    assert_eq!(
        starts,
        [Duration::ZERO, INTERVAL, INTERVAL * 2, INTERVAL * 3]
    );
}

#[tokio::test(start_paused = true)]
async fn data_that_may_not_grow_so_old_any_more_goes_while_a_refresh_hangs() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    bench.script.state().patience = Duration::from_hours(10);
    bench.script.rule(|_| Step::Hang);
    let ages = AgeLimits {
        stale_after: INTERVAL * 4,
        ..AGES
    };
    run_and_reconfigure(&bench, INTERVAL, ages, INTERVAL * 5).await;
    assert!(bench.known().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_under_way_ends_with_the_source_that_it_began_with() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    let mut other = ScriptedTarget::fleet(7);
    other.settle();
    let other = Script::new(other);
    let reconfigure = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let settings = settings(&other, Selection::everything());
        bench.refresher.reconfigure(settings, AGES).await;
    };
    tokio::join!(bench.refresh_as(true), reconfigure);
    assert_eq!(bench.known().len(), 3);
    assert!(other.state().calls.is_empty());
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known().len()), (vec![], 7));
}

#[tokio::test(start_paused = true)]
async fn what_is_deselected_in_the_middle_of_a_refresh_does_not_come_back_with_its_end() {
    let mut scripted = ScriptedTarget::fleet(3);
    scripted.fail_association(&id(1));
    let bench = Bench::new(scripted);
    bench.refresh_as(true).await;
    let selection = Selection::of_types(|name| name == PATCH, false);
    let reconfigure = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let settings = settings(&bench.script, selection);
        bench.refresher.reconfigure(settings, AGES).await;
        let known = bench.known();
        assert!(known.values().all(|known| known.summaries.len() == 1));
    };
    tokio::join!(bench.refresh(), reconfigure);
    let last = bench.observer.shown().pop().expect("the end is shown");
    for known in [bench.known(), last.known] {
        assert_eq!(known.len(), 3);
        assert!(known.values().all(|known| known.summaries.len() == 1));
        assert!(known.values().all(|known| known.items.is_none()));
    }
    bench.refresh().await;
    assert_eq!(bench.failures(), [], "less is no sudden loss");
}
