//! The exporter under everything at once, for minutes: whatever happens, the page says nothing that
//! is not true, it comes in time, and the process holds no more than before.
//!
//! The exporter runs in a process of its own, which is this test program started anew, so that
//! panics can be injected into its tasks: a layer of its log panics at some of the lines that a
//! target, the render thread and a connection write.

mod exporter;
pub(crate) mod resources;
mod scraping;
mod truth;
mod weather;

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ssm_simulator::Options;
use tokio::time::{Duration, Instant};

use crate::support::{Aws, Page, Program};
use resources::{Held, held};
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
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..SLOW_READERS)
        .map(|_| tokio::spawn(read_nothing(program.address, Arc::clone(&stop))))
        .collect();
    run_for(time / 4, &aws, &program, &truth).await;
    let before = held(&program);
    run_for(time.mul_f64(0.75), &aws, &program, &truth).await;
    let after = held(&program);
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.abort();
    }
    aws.heal();
    let page = until_all_up(program.address).await;
    truth.check(&page);
    assert_every_task_panicked(&page);
    let dropped = page
        .value("aws_ssm_exporter_log_lines_dropped_total", &[])
        .unwrap_or_default();
    assert!(dropped > 0.0, "the log was full");
    println!("{minutes} minutes: {before:?}, then {after:?}; {dropped} log lines dropped");
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

fn assert_every_task_panicked(page: &Page) {
    for task in ["target", "render", "connection"] {
        let panics = page.value("aws_ssm_exporter_panics_total", &[("task", task)]);
        assert!(
            panics >= Some(1.0),
            "{task}: {panics:?} panics: not much of a soak"
        );
    }
}

fn assert_no_growth(before: Held, after: Held) {
    let change = format!("{before:?} {after:?}");
    assert!(after.kilobytes < before.kilobytes + 24 * 1024, "{change}");
    assert!(after.threads <= before.threads + 6, "{change}");
    assert!(after.files <= before.files + 40, "{change}");
    // A credential process is a shell and what it runs.
    assert!(before.children <= 2 && after.children <= 2, "{change}");
}
