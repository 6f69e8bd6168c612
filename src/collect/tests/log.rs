//! What a target says in the log: much when something changes, and little when nothing does.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::bench::Bench;
use super::script::{Step, error};
use super::scripted_target::ScriptedTarget;
use super::*;
use crate::model::FailureReason;

const REFRESH: &str = "refresh finished";
const FAILED: &str = "collector failed";
const HEALED: &str = "collectors work again";
const NOT_BEGUN: &str = "refresh failed before its first call";

/// The messages of this thread that are shown by default.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn record() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = Registry::default().with(lines.clone());
        (lines, tracing::subscriber::set_default(subscriber))
    }

    /// What was said since this was last asked.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panics inside"))
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() <= Level::INFO {
            let mut message = Message::default();
            event.record(&mut message);
            self.0.lock().expect("no test panics").push(message.0);
        }
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_to_which_nothing_happens_speaks_once_an_hour() {
    let (lines, _guard) = Lines::record();
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.run_for(Duration::from_mins(59)).await;
    assert_eq!(lines.take(), [REFRESH], "the first of twelve");
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.run_for(Duration::from_hours(24)).await;
    assert_eq!(lines.take(), [REFRESH; 24]);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_keeps_failing_says_so_when_it_begins_and_once_an_hour() {
    let (lines, _guard) = Lines::record();
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    assert_eq!(lines.take(), [REFRESH]);
    let fails = |reason| {
        bench.script.rule(move |call| match call.operation {
            Operation::ListAssociations => Step::Fail(reason, FailureScope::Call),
            _ => Step::Answer,
        });
    };
    fails(FailureReason::AccessDenied);
    for said in [&[FAILED][..], &[], &[]] {
        bench.refresh().await;
        assert_eq!(lines.take(), said);
    }
    fails(FailureReason::Throttled);
    for said in [&[FAILED][..], &[]] {
        bench.refresh().await;
        assert_eq!(lines.take(), said, "another reason is news");
    }
    tokio::time::advance(Duration::from_hours(1)).await;
    bench.refresh().await;
    assert_eq!(lines.take(), [FAILED, REFRESH]);
    bench.script.rule(|_| Step::Answer);
    for said in [&[HEALED][..], &[]] {
        bench.refresh().await;
        assert_eq!(lines.take(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_a_target_says_one_line_and_one_when_they_are_back() {
    let (lines, _guard) = Lines::record();
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.script.state().account = Err(error(FailureReason::Network, FailureScope::Call));
    for said in [&[NOT_BEGUN][..], &[], &[]] {
        bench.refresh_as(said == [NOT_BEGUN]).await;
        assert_eq!(lines.take(), said);
    }
    bench.script.state().account = Ok("111122223333".to_owned());
    for said in [&[HEALED][..], &[]] {
        bench.refresh().await;
        assert_eq!(lines.take(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn instances_that_cannot_be_read_are_told_once() {
    let (lines, _guard) = Lines::record();
    let bench = Bench::new(ScriptedTarget::fleet(3));
    bench.refresh_as(true).await;
    lines.take();
    bench.script.rule(|call| match call.operation {
        Operation::DescribeInstancePatchStates => {
            Step::Fail(FailureReason::BadResponse, FailureScope::Content)
        }
        _ => Step::Answer,
    });
    bench
        .script
        .change(|scripted| scripted.set_missing("i-00001", 3));
    let mut said = Vec::new();
    for _ in 0..3 {
        bench
            .script
            .change(|scripted| scripted.set("i-00001", PATCH, false));
        bench.refresh().await;
        said.extend(lines.take());
    }
    assert!(said.len() <= 1, "{said:?}");
}
