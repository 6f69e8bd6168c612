//! How the attempts of a collector end, and what is remembered of them.

use std::time::Duration;

use super::collected::Collected;
use super::{Collector, FailureReason, Timestamp};

/// How an attempt of a collector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The reason of a failure, the first that was met.
    pub result: Result<(), FailureReason>,
    /// How many instances or rows could not be read.
    pub skipped: u64,
    /// The time from its first call to its last answer.
    pub took: Duration,
}

/// What a collector ended with.
#[derive(Debug)]
pub struct Outcome {
    /// Which collector it was.
    pub collector: Collector,
    /// How it ended.
    pub attempt: Attempt,
    /// What it has read. A listing that failed brings nothing; details that failed bring the
    /// instances that could be read.
    pub data: Option<Collected>,
}

/// What is known of a collector.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectorState {
    /// The last attempt; `None` before the first has ended, and for a collector that is off.
    pub attempt: Option<Attempt>,
    /// The wall clock at the last success.
    pub last_success: Option<Timestamp>,
    /// How long the last success took.
    pub(super) success_took: Duration,
    /// When its data was last confirmed, since the exporter's start; `None` without data.
    pub(super) confirmed: Option<Duration>,
    /// The refresh of the last success.
    pub(super) confirmed_in: u32,
}

// === impl Attempt ===

impl Attempt {
    /// An attempt that succeeded.
    pub fn succeeded(skipped: u64, took: Duration) -> Self {
        Self {
            result: Ok(()),
            skipped,
            took,
        }
    }

    /// An attempt that failed and has read nothing.
    pub fn failed(reason: FailureReason, took: Duration) -> Self {
        Self {
            result: Err(reason),
            skipped: 0,
            took,
        }
    }
}

// === impl Outcome ===

impl Outcome {
    /// The outcome of a collector that failed and has read nothing.
    pub fn failed(collector: Collector, reason: FailureReason, took: Duration) -> Self {
        Self {
            collector,
            attempt: Attempt::failed(reason, took),
            data: None,
        }
    }
}

// === impl CollectorState ===

impl CollectorState {
    /// Whether the last attempt succeeded; `None` before the first has ended.
    pub(super) fn has_succeeded(&self) -> Option<bool> {
        self.attempt.map(|attempt| attempt.result.is_ok())
    }

    /// How long the last attempt or the last success took, whichever took longer. An attempt that
    /// fails at once does not make the next success any faster.
    pub(super) fn longest(&self) -> Duration {
        let last = self.attempt.map_or(Duration::ZERO, |attempt| attempt.took);
        last.max(self.success_took)
    }
}
