//! How much a target says in the log.
//!
//! A fleet of eighty targets has more than twenty thousand refreshes a day, of which nearly all are
//! like the one before. So a target speaks when something has changed, and once an hour; all else
//! is for `--log.level debug`.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::locks::locked;
use crate::model::{Collector, Target};

/// How often a target speaks to which nothing happens.
const SUMMARY_INTERVAL: Duration = Duration::from_hours(1);

/// When the target last spoke without a reason.
#[derive(Debug, Default)]
pub(super) struct RefreshLog {
    state: Mutex<LogState>,
}

#[derive(Debug, Default)]
struct LogState {
    last_summary: Option<Instant>,
    /// Whether the refresh under way says everything: it is the first one, or an hour has passed.
    is_summary: bool,
}

/// What is compared at the end of a refresh with its beginning.
pub(super) struct RefreshStart {
    at: Instant,
    failed: Vec<Collector>,
}

impl RefreshStart {
    /// The time since then.
    pub(super) fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }

    /// The collectors that had failed then and have not failed now.
    pub(super) fn healed(&self, failed: &[Collector]) -> Vec<&'static str> {
        let before = self.failed.iter();
        before
            .filter(|collector| !failed.contains(collector))
            .map(|collector| collector.as_str())
            .collect()
    }
}

// === impl RefreshLog ===

impl RefreshLog {
    /// Begins a refresh, which says everything if it is due.
    pub(super) fn begin(&self, target: &Target) -> RefreshStart {
        let now = Instant::now();
        let mut state = locked(&self.state);
        state.is_summary = state
            .last_summary
            .is_none_or(|last| now.duration_since(last) >= SUMMARY_INTERVAL);
        if state.is_summary {
            state.last_summary = Some(now);
        }
        RefreshStart {
            at: now,
            failed: failed_collectors(target),
        }
    }

    pub(super) fn is_summary(&self) -> bool {
        locked(&self.state).is_summary
    }
}

/// The collectors whose last attempt failed.
pub(super) fn failed_collectors(target: &Target) -> Vec<Collector> {
    let has_failed = |collector: &Collector| {
        let attempt = target.collector(*collector).attempt;
        attempt.is_some_and(|attempt| attempt.result.is_err())
    };
    Collector::ALL.into_iter().filter(has_failed).collect()
}
