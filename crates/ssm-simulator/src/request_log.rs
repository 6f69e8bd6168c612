//! What was asked: counts, the newest requests, and the busiest second of each target.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// One request, as it came in.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// When it arrived.
    pub at: Instant,
    /// The account of its credentials.
    pub account: String,
    /// The region it was signed for.
    pub region: String,
    /// The operation, as AWS spells it; empty if unknown.
    pub operation: String,
    /// `ok`, the code of the error, or the name of a fault that is neither (`html503`, `reset`,
    /// `hang`, ...).
    pub outcome: String,
    /// Its body: JSON, or a form for STS.
    pub body: String,
}

/// Requests counted alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestCount {
    /// As in [`LoggedRequest`], as are the following.
    pub account: String,
    #[expect(missing_docs, reason = "as in RequestLog")]
    pub region: String,
    #[expect(missing_docs, reason = "as in RequestLog")]
    pub operation: String,
    #[expect(missing_docs, reason = "as in RequestLog")]
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// The record of one simulator.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    keep: usize,
    newest: VecDeque<LoggedRequest>,
    counts: BTreeMap<(String, String, String, String), u64>,
    /// By account and region: arrivals within the last second, and the most there ever were.
    busiest: BTreeMap<(String, String), (VecDeque<Instant>, usize)>,
}

impl RequestLog {
    pub(super) fn new(keep: usize) -> Self {
        Self {
            keep,
            ..Self::default()
        }
    }

    /// Counts an arrival towards the busiest second. STS has limits of its own and is left out by
    /// the caller.
    pub(super) fn arrive(&mut self, account: &str, region: &str, now: Instant) {
        let (recent, most) = self
            .busiest
            .entry((account.to_owned(), region.to_owned()))
            .or_default();
        while recent
            .front()
            .is_some_and(|at| now.saturating_duration_since(*at) >= Duration::from_secs(1))
        {
            recent.pop_front();
        }
        recent.push_back(now);
        *most = (*most).max(recent.len());
    }

    pub(super) fn record(&mut self, request: LoggedRequest) {
        let key = (
            request.account.clone(),
            request.region.clone(),
            request.operation.clone(),
            request.outcome.clone(),
        );
        *self.counts.entry(key).or_default() += 1;
        if self.keep == 0 {
            return;
        }
        if self.newest.len() >= self.keep {
            self.newest.pop_front();
        }
        self.newest.push_back(request);
    }

    pub(super) fn requests(&self) -> Vec<LoggedRequest> {
        self.newest.iter().cloned().collect()
    }

    pub(super) fn counts(&self) -> Vec<RequestCount> {
        let row = |((account, region, operation, outcome), count): (
            &(String, String, String, String),
            &u64,
        )| RequestCount {
            account: account.clone(),
            region: region.clone(),
            operation: operation.clone(),
            outcome: outcome.clone(),
            count: *count,
        };
        self.counts.iter().map(row).collect()
    }

    pub(super) fn busiest(&self, account: &str, region: &str) -> usize {
        self.busiest
            .get(&(account.to_owned(), region.to_owned()))
            .map_or(0, |(_, most)| *most)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.keep);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::RequestLog;

    #[test]
    fn the_busiest_second_is_a_sliding_one() {
        let (mut request_log, start) = (RequestLog::new(1), Instant::now());
        for at in [0, 600, 900, 1500, 1550, 3000] {
            request_log.arrive("a", "r", start + Duration::from_millis(at));
        }
        assert_eq!(request_log.busiest("a", "r"), 4, "600 to 1550 ms");
        assert_eq!(request_log.busiest("a", "other"), 0);
    }
}
