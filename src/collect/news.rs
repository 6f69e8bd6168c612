//! What a target says in the log: what has changed, and once an hour how it is.

use tracing::{debug, error, info, warn};

use super::refresh_log::{RefreshStart, failed_collectors};
use super::refresher::{RefreshObserver, Refresher};
use super::source::{Source, SourceError};
use crate::model::{Attempt, Collector, FailureReason, Outcome, Target};

/// Logs at the given level what is news, and at debug what is not.
macro_rules! log_news {
    ($is_news:expr, $level:ident, $($event:tt)*) => {
        if $is_news {
            $level!($($event)*);
        } else {
            debug!($($event)*);
        }
    };
}

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// Begins a refresh that starts now.
    pub(super) fn log_start(&self) -> RefreshStart {
        self.log.begin(&self.target.lock())
    }

    /// Logs that no call of a refresh could be made.
    pub(super) fn log_not_begun(&self, error: &SourceError) {
        log_news!(
            self.is_news_of_all(error.reason),
            warn,
            target_name = self.name,
            reason = error.reason.as_str(),
            error = error.detail,
            request_id = error.request_id.as_deref(),
            "refresh failed before its first call"
        );
    }

    /// Logs that a refresh was given up although its thread still runs.
    pub(super) fn log_stalled(&self) {
        log_news!(
            self.is_news_of_all(FailureReason::Timeout),
            error,
            target_name = self.name,
            "the refresh stands still: something that it calls blocks its thread"
        );
    }

    /// Logs how a collector has ended, before that is taken in.
    pub(super) fn log_outcome(&self, outcome: &Outcome, error: Option<SourceError>) {
        match (outcome.attempt.result, error) {
            (Err(reason), error) => self.log_failure(outcome, reason, error),
            (Ok(()), Some(error)) => self.log_skipped(outcome, &error),
            (Ok(()), None) => debug!(
                target_name = self.name,
                collector = outcome.collector.as_str(),
                seconds = outcome.attempt.took.as_secs_f64(),
                "collector finished"
            ),
        }
    }

    fn log_failure(&self, outcome: &Outcome, reason: FailureReason, error: Option<SourceError>) {
        let (error, request_id) = match error {
            Some(error) => (error.detail, error.request_id),
            None => (String::new(), None),
        };
        log_news!(
            self.is_news(outcome.collector, |last| last.result != Err(reason)),
            warn,
            target_name = self.name,
            collector = outcome.collector.as_str(),
            reason = reason.as_str(),
            error,
            request_id,
            "collector failed"
        );
    }

    fn log_skipped(&self, outcome: &Outcome, error: &SourceError) {
        log_news!(
            self.is_news(outcome.collector, |last| last.skipped == 0),
            warn,
            target_name = self.name,
            collector = outcome.collector.as_str(),
            skipped = outcome.attempt.skipped,
            reason = error.reason.as_str(),
            error = error.detail,
            request_id = error.request_id,
            "some instances could not be read"
        );
    }

    /// Logs the end of a refresh that has made calls.
    pub(super) fn log_end(&self, start: &RefreshStart) {
        let target = self.target.lock();
        let failed = failed_collectors(&target);
        self.log_healed(start, &failed);
        let known = target.instances().count();
        let listed = count_listed(&target);
        log_news!(
            self.log.is_summary(),
            info,
            target_name = self.name,
            seconds = start.elapsed().as_secs_f64(),
            instances = listed,
            unlisted = known - listed,
            failed_collectors = failed.len(),
            "refresh finished"
        );
    }

    fn log_healed(&self, start: &RefreshStart, failed: &[Collector]) {
        let healed = start.healed(failed);
        if !healed.is_empty() {
            info!(
                target_name = self.name,
                collectors = healed.join(","),
                failed_collectors = failed.len(),
                "collectors work again"
            );
        }
    }

    /// Whether it is news that all collectors fail for this reason.
    fn is_news_of_all(&self, reason: FailureReason) -> bool {
        let is_new = |collector| self.is_news(collector, |last| last.result != Err(reason));
        self.settings().selection.collectors().any(is_new)
    }

    /// Whether a collector has something to say: for the first time, or because its last attempt
    /// was another one, or because an hour has passed.
    fn is_news(&self, collector: Collector, is_other: impl Fn(Attempt) -> bool) -> bool {
        let last = self.target.lock().collector(collector).attempt;
        self.log.is_summary() || last.is_none_or(is_other)
    }
}

fn count_listed(target: &Target) -> usize {
    target
        .instances()
        .filter(|instance| instance.listing.is_some())
        .count()
}
