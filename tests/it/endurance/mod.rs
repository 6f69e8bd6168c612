//! The exporter under everything at once, for minutes: whatever happens, the page says nothing that
//! is not true, it comes in time, and the process holds no more than before.
//!
//! The exporter runs in a process of its own, which is this test program started anew, so that
//! panics can be injected into its tasks: a layer of its log panics at some of the lines that a
//! target, the render thread and a connection write.

mod exporter;
mod scraping;
mod truth;
mod weather;

use std::env;

use ssm_simulator::Options;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant};

use crate::support::{Aws, Held, Page, Program, held};
use scraping::{read_nothing, until_all_up};
use truth::Truth;
use weather::run_for;

/// Instances of each target. Their state never changes, so every page must say the same of them, or
/// nothing.
const FLEET: u32 = 120;
/// Clients that ask for the page and never read it.
const SLOW_READERS: usize = 48;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_the_page_is_true_and_in_time_and_the_process_does_not_grow() {
    let minutes = env::var("SOAK_MINUTES").ok().map_or(2.0, |text| {
        text.parse::<f64>().expect("a number of minutes")
    });
    let time = Duration::from_secs_f64(minutes * 60.0);
    let aws = Aws::start(Options {
        instances: FLEET as usize,
        noncompliant: 0.4,
        drift: 0.0,
        ..Options::default()
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start_with(exporter::command(folder.path(), &aws), false).await;
    let truth = Truth::of(&until_all_up(program.address).await);
    soak(time / 4, &aws, &program, &truth).await;
    let before = held(&program);
    let mut page = soak(time.mul_f64(0.75), &aws, &program, &truth).await;
    let longest = Instant::now() + time * 3;
    while !missing(&page).is_empty() && Instant::now() < longest {
        page = soak(time / 4, &aws, &program, &truth).await;
    }
    let after = held(&program);
    truth.check(&page);
    assert!(missing(&page).is_empty(), "{:?}", missing(&page));
    println!("{minutes} minutes: {before:?}, then {after:?}");
    assert_no_growth(before, after);
    let asked = Instant::now();
    program.signal("TERM").await;
    assert_eq!(program.ended().await.code(), Some(0));
    assert!(
        asked.elapsed() < Duration::from_secs(6),
        "{:?}",
        asked.elapsed()
    );
}

/// Everything at once for this long. Afterwards AWS and all targets are well again and the readers
/// are gone, so that what the process holds does not depend on how many it was about to end.
async fn soak(time: Duration, aws: &Aws, program: &Program, truth: &Truth) -> Page {
    let mut readers: JoinSet<()> = (0..SLOW_READERS)
        .map(|_| read_nothing(program.address))
        .collect();
    run_for(time, aws, program, truth).await;
    readers.shutdown().await;
    aws.heal();
    until_all_up(program.address).await
}

/// What has not happened yet, without which this is not much of a soak. On a machine that is busy
/// with other tests, it takes longer.
fn missing(page: &Page) -> Vec<String> {
    let happened = |family, labels: &[_]| page.value(family, labels) >= Some(1.0);
    let panics = ["target", "render", "connection"]
        .into_iter()
        .filter(|task| !happened("aws_ssm_exporter_panics_total", &[("task", *task)]))
        .map(|task| format!("no {task} panicked"));
    let log = (!happened("aws_ssm_exporter_log_lines_dropped_total", &[]))
        .then(|| "the log was never full".to_owned());
    panics.chain(log).collect()
}

fn assert_no_growth(before: Held, after: Held) {
    let change = format!("{before:?} {after:?}");
    assert!(after.kilobytes < before.kilobytes + 24 * 1024, "{change}");
    assert!(after.threads <= before.threads + 6, "{change}");
    assert!(after.files <= before.files + 40, "{change}");
    // A credential process is a shell and what it runs.
    assert!(before.children <= 2 && after.children <= 2, "{change}");
}
