//! The results of a collector's attempts, and what is remembered of them.

use std::time::Duration;

use super::collected::Collected;
use super::collector::Collector;
use super::failure::FailureReason;
use super::time::Timestamp;

/// How an attempt of a collector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Success, or the first reason for a failure that came up.
    pub result: Result<(), FailureReason>,
    /// The number of instances or rows that could not be read.
    pub skipped: u64,
    /// The time from the first call to the last answer.
    pub took: Duration,
}

/// The end of one collector's attempt, with the data that it has read.
#[derive(Debug)]
pub struct Outcome {
    /// The collector that has ended.
    pub collector: Collector,
    /// How its attempt ended.
    pub attempt: Attempt,
    /// The data that it has read. A failed listing has none. Failed details have the instances that
    /// could be read.
    // Half a listing says nothing about the instances that it lacks. Details of one instance are
    // complete in themselves, whatever became of the others.
    pub data: Option<Collected>,
}

/// What is remembered of a collector.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectorState {
    /// The last attempt, or `None` before the first has ended and for a collector that is off.
    pub attempt: Option<Attempt>,
    /// The wall-clock time of the last success.
    pub last_success: Option<Timestamp>,
    /// The duration of the last success.
    pub(super) success_took: Duration,
    /// When the collector's data was last confirmed, as time since the exporter's start, or `None`
    /// if there is no data.
    pub(super) confirmed: Option<Duration>,
    /// The number of the refresh that last succeeded.
    pub(super) confirmed_in: u32,
}

// === impl Attempt ===

impl Attempt {
    /// Creates an attempt that succeeded.
    pub fn succeeded(skipped: u64, took: Duration) -> Self {
        Self {
            result: Ok(()),
            skipped,
            took,
        }
    }

    /// Creates an attempt that failed and has read nothing.
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
    /// Creates the outcome of a collector that failed and has read nothing.
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
    /// Says whether the last attempt succeeded, or `None` before the first has ended.
    pub(super) fn has_succeeded(&self) -> Option<bool> {
        self.attempt.map(|attempt| attempt.result.is_ok())
    }

    /// Returns the duration of the last attempt or of the last success, whichever was longer.
    pub(super) fn longest(&self) -> Duration {
        // The last attempt alone would not do: one that fails at once does not make the next
        // success any faster, and data must not expire before that success can arrive.
        let last = self.attempt.map_or(Duration::ZERO, |attempt| attempt.took);
        last.max(self.success_took)
    }
}
