//! For how long a target is tried.

use std::env;
use std::time::Duration;

/// Says how many seconds each target is to be tried.
const SECONDS_VARIABLE: &str = "FUZZ_SECONDS";

/// Among other tests a target only shows that it still works.
const BRIEF: Duration = Duration::from_millis(100);

pub(crate) fn budget() -> Duration {
    let seconds = env::var(SECONDS_VARIABLE).ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds.map_or(BRIEF, Duration::from_secs)
}
