//! For how long a target is tried, and with which of all random inputs.

use std::env;
use std::time::Duration;

/// Says how many seconds each target is to be tried.
const SECONDS_VARIABLE: &str = "FUZZ_SECONDS";

/// Says with which number the random inputs begin.
const SEED_VARIABLE: &str = "FUZZ_SEED";

/// Without another seed the inputs are the same ones each time: a check of a change must not fail
/// because of a fault that was there before. Those are looked for with other seeds.
const USUAL_SEED: u64 = 1;

/// Among other tests a target only shows that it still works.
const BRIEF: Duration = Duration::from_millis(100);

pub(crate) fn budget() -> Duration {
    let seconds = env::var(SECONDS_VARIABLE).ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds.map_or(BRIEF, Duration::from_secs)
}

pub(crate) fn seed() -> u64 {
    let seed = env::var(SEED_VARIABLE).ok();
    let seed = seed.and_then(|seed| seed.parse().ok());
    seed.unwrap_or(USUAL_SEED)
}
