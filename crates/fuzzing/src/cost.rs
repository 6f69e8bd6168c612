//! How much of the processor an input takes, and how much it may.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// For what does not depend on the length of the input, on a busy machine and without optimisation.
const BASE: Duration = Duration::from_millis(100);

/// How long this thread has had the processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// What the work takes of the processor.
pub(crate) fn cost_of(work: impl FnOnce()) -> Duration {
    let start = processor_time();
    work();
    processor_time().saturating_sub(start)
}

/// The most that an input of so many bytes may take.
pub(crate) fn allowance(bytes: usize, per_kilobyte: Duration) -> Duration {
    let kilobytes = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
    BASE + per_kilobyte.saturating_mul(kilobytes)
}
