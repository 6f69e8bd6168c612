//! A target, and how far its clock has come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::target::SimulatedTarget;

const SECONDS_PER_MINUTE: f64 = 60.0;

/// The time of all targets.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetTime {
    started_at: Instant,
    /// The share of the instances that changes per minute.
    drift: f64,
}

impl TargetTime {
    pub(super) fn starting_now(drift: f64) -> Self {
        Self {
            started_at: Instant::now(),
            drift,
        }
    }
}

/// A target that requests share.
#[derive(Debug)]
pub(crate) struct TargetState {
    target: Mutex<SimulatedTarget>,
    /// How many seconds of drift were made.
    drifted_seconds: AtomicU64,
    time: TargetTime,
}

impl TargetState {
    pub(super) fn new(target: SimulatedTarget, time: TargetTime) -> Self {
        Self {
            target: Mutex::new(target),
            drifted_seconds: AtomicU64::new(0),
            time,
        }
    }

    /// The target as of now.
    pub(crate) fn lock(&self) -> MutexGuard<'_, SimulatedTarget> {
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        // Without drift the clock stands still, and tests see the same rows at every look.
        if self.time.drift > 0.0 {
            self.catch_up(&mut target);
        }
        target
    }

    /// Makes the drift since the last look. It goes on in steps of a second, but those that nobody
    /// has looked at are made as one.
    fn catch_up(&self, target: &mut SimulatedTarget) {
        let elapsed = self.time.started_at.elapsed();
        // The swap under the lock of the target makes each second drift once only.
        let before = self
            .drifted_seconds
            .swap(elapsed.as_secs(), Ordering::Relaxed);
        let seconds = elapsed.as_secs().saturating_sub(before);
        if seconds == 0 {
            return;
        }
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        target.clock = target.start + elapsed.as_secs_f64().floor();
        target.accumulate_drift(self.time.drift / SECONDS_PER_MINUTE * f64::from(seconds));
    }
}
