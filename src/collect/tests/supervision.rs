//! What happens to a target whose refresh panics or whose thread is blocked for ever.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};

use super::bench::{Bench, INTERVAL, STALE_AFTER};
use super::script::Step;
use super::scripted_target::ScriptedTarget;
use super::*;
use crate::model::Target;

const LISTING: Operation = Operation::DescribeInstanceInformation;

#[tokio::test(start_paused = true)]
async fn a_refresh_that_panics_fails_every_collector_keeps_the_data_and_goes_on_at_the_next_tick() {
    let scripted = ScriptedTarget::fleet(30);
    let expected = scripted.known();
    let bench = Bench::new(scripted);
    bench.script.rule(|call| {
        if call.operation == LISTING && call.number == 1 {
            Step::Panic
        } else {
            Step::Answer
        }
    });
    bench.run_for(Duration::from_mins(6)).await;
    let failures = bench.failures();
    assert_eq!(failures.len(), 7);
    assert!(
        failures.iter().all(|(_, reason)| *reason == "internal"),
        "{failures:?}"
    );
    assert_eq!(bench.target(Target::is_up), Some(false));
    assert_eq!(bench.known(), expected);
    assert_eq!(bench.observer.observed().panics, 1);
    bench.run_for(Duration::from_mins(1)).await;
    assert_eq!((bench.failures(), bench.known()), (vec![], expected));
}

#[tokio::test(start_paused = true)]
async fn data_of_a_target_that_panics_at_every_refresh_expires_as_ever() {
    let bench = Bench::new(ScriptedTarget::fleet(30));
    bench.refresh().await;
    bench.script.rule(|_| Step::Panic);
    bench.run_for(STALE_AFTER + INTERVAL).await;
    assert!(bench.known().is_empty());
    assert_eq!(bench.target(Target::is_up), Some(false));
    assert!(
        bench.observer.observed().panics > 10,
        "it is tried at every tick"
    );
}

#[tokio::test(start_paused = true)]
async fn a_state_that_a_panic_left_half_changed_is_not_shown() {
    let bench = Bench::new(ScriptedTarget::fleet(30));
    bench.refresh().await;
    let refresher = Arc::clone(&bench.refresher);
    let poisoned = std::thread::spawn(move || {
        let _half_changed = refresher.target.lock();
        panic!("on purpose");
    });
    poisoned.join().expect_err("it panics");
    bench.script.rule(|_| Step::Panic);
    bench.refresh().await;
    assert!(bench.known().is_empty());
    bench.script.rule(|_| Step::Answer);
    bench.refresh().await;
    assert_eq!((bench.failures(), bench.known().len()), (vec![], 30));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_schedule_itself_is_survived() {
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.observer.observed().panics_when_shown = 1;
    bench.run_for(Duration::from_mins(16)).await;
    assert!(bench.observer.observed().panics > 0);
    assert_eq!((bench.failures(), bench.known().len()), (vec![], 3));
}

// This test runs in real time, because a blocked thread stops a paused clock as well.
#[test]
fn a_refresh_whose_thread_is_blocked_is_given_up_and_its_data_expires() {
    let workers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .expect("a thread");
    let schedule = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let (unblock, blocked) = mpsc::channel();
    let blocked = Arc::new(Mutex::new(blocked));
    schedule.block_on(async {
        let bench = Bench::new(ScriptedTarget::fleet(3))
            .giving_up_after(Duration::from_millis(200), Duration::from_millis(200));
        bench
            .script
            .rule(move |call| match (call.operation, call.number) {
                (LISTING, 1) => Step::Block(Arc::clone(&blocked)),
                _ => Step::Answer,
            });
        run(&bench, workers.handle(), Duration::from_millis(1500)).await;
        assert_eq!(bench.target(Target::is_up), Some(false));
        assert!(
            bench
                .failures()
                .iter()
                .all(|(_, reason)| *reason == "timeout"),
            "{:?}",
            bench.failures()
        );
        assert_eq!(
            bench.script.calls(LISTING).len(),
            2,
            "no refresh begins while another lingers"
        );
        drop(unblock);
        run(&bench, workers.handle(), Duration::from_millis(1500)).await;
        assert_eq!((bench.failures(), bench.known().len()), (vec![], 3));
    });
    workers.shutdown_background();
}

async fn run(bench: &Bench, workers: &Handle, time: Duration) {
    bench.refresh_every(Duration::from_millis(100));
    let run = Arc::clone(&bench.refresher).run(workers.clone(), Duration::ZERO);
    let _ = tokio::time::timeout(time, run).await;
}
