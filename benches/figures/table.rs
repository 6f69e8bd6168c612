//! Rows of the printed table, and the clocks that fill them.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The measured figures, to be printed as Markdown.
pub(crate) struct Table(Vec<[String; 5]>);

impl Table {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a figure: its name, the size of the fleet, what was measured, what it was measured
    /// against, and the bar that it must meet.
    pub(crate) fn row(
        &mut self,
        figure: &str,
        instances: usize,
        measured: String,
        against: &str,
        bar: &str,
    ) {
        eprintln!("{figure}, {instances}: {measured} (bar {bar})");
        self.0.push([
            figure.to_owned(),
            instances.to_string(),
            measured,
            against.to_owned(),
            bar.to_owned(),
        ]);
    }

    pub(crate) fn print(&self) {
        println!("| figure | instances | measured | against | bar |\n|---|---|---|---|---|");
        for row in &self.0 {
            println!("| {} |", row.join(" | "));
        }
    }
}

/// The time that this thread has spent on a processor, to the nanosecond.
pub(crate) fn thread_time() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

/// The time that all threads of this process have spent on a processor, to the nanosecond. Threads
/// that have ended are included.
pub(crate) fn own_time() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

fn clock(clock: ClockId) -> Duration {
    clock_gettime(clock)
        .try_into()
        .expect("clocks of work done start at zero")
}

/// The time that the threads of another process have spent on a processor.
///
/// The kernel updates it when a thread goes to sleep, and at each tick (4 ms at 250 Hz) while it
/// runs. So ask while the process has nothing to do, or measure work that takes many ticks. Threads
/// that have ended do not count any more.
pub(crate) fn process_time(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let nanos = |path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        Duration::from_nanos(
            text.split(' ')
                .next()
                .and_then(|nanos| nanos.parse().ok())
                .unwrap_or_default(),
        )
    };
    tasks
        .map(|task| nanos(task.expect("a task").path().join("schedstat")))
        .sum()
}

/// A figure of `/proc/PID/status`, in bytes.
pub(crate) fn status(pid: u32, key: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = text
        .lines()
        .find(|line| line.starts_with(key))
        .expect("a line of this name");
    line.split_whitespace()
        .nth(1)
        .expect("a number")
        .parse::<u64>()
        .expect("a number")
        * 1024
}

/// The processor time that `work` costs this thread: the least of some runs, because noise only
/// adds.
pub(crate) fn least(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut once = || {
        let before = thread_time();
        work();
        thread_time().saturating_sub(before)
    };
    (0..runs).map(|_| once()).min().expect("a run")
}

/// A ratio, as the table shows it.
pub(crate) fn ratio(measured: Duration, against: Duration) -> String {
    format!("{:.2}", measured.as_secs_f64() / against.as_secs_f64())
}

/// The time in the middle.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
