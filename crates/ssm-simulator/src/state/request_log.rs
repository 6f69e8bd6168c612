//! The requests so far: counts, the newest requests, and the busiest second of each target.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// When the request arrived.
    pub at: Instant,
    /// The account of its credentials.
    pub account: String,
    /// The region that it was signed for.
    pub region: String,
    /// The operation as AWS spells it, or an empty text if the request names none.
    pub operation: String,
    /// `ok`, the code of an error, or the name of a fault that leads to neither (`html503`,
    /// `reset`, `hang` and the like).
    pub outcome: String,
    /// The body, which is JSON, or a form for STS.
    pub body: String,
}

/// How many requests agree in account, region, operation and outcome. These are as in
/// [`LoggedRequest`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestCount {
    /// The account of the credentials.
    pub account: String,
    /// The region that the requests were signed for.
    pub region: String,
    /// The operation as AWS spells it.
    pub operation: String,
    /// The outcome.
    pub outcome: String,
    /// The number of requests.
    pub count: u64,
}

/// What requests are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CountKey {
    account: String,
    region: String,
    operation: String,
    outcome: String,
}

/// The arrivals of one target.
#[derive(Debug, Default)]
struct Arrivals {
    within_last_second: VecDeque<Instant>,
    busiest_second: usize,
}

impl Arrivals {
    fn add(&mut self, now: Instant) {
        // The second slides along with the requests. Fixed seconds would miss a burst across their
        // border.
        while let Some(oldest) = self.within_last_second.front()
            && now.saturating_duration_since(*oldest) >= Duration::from_secs(1)
        {
            self.within_last_second.pop_front();
        }
        self.within_last_second.push_back(now);
        self.busiest_second = self.busiest_second.max(self.within_last_second.len());
    }
}

/// The request log of one simulator.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    max_kept: usize,
    newest: VecDeque<LoggedRequest>,
    // The counts outlive the requests themselves, of which a long run has millions.
    counts: BTreeMap<CountKey, u64>,
    /// Arrivals by account and region.
    arrivals: BTreeMap<(String, String), Arrivals>,
}

impl RequestLog {
    /// A log that keeps the newest `max_kept` requests and counts all of them.
    pub(crate) fn new(max_kept: usize) -> Self {
        Self {
            max_kept,
            ..Self::default()
        }
    }

    /// Counts an arrival towards the busiest second of a target.
    pub(crate) fn note_arrival(&mut self, account: &str, region: &str, now: Instant) {
        let target = (account.to_owned(), region.to_owned());
        self.arrivals.entry(target).or_default().add(now);
    }

    pub(crate) fn record(&mut self, request: LoggedRequest) {
        let key = CountKey {
            account: request.account.clone(),
            region: request.region.clone(),
            operation: request.operation.clone(),
            outcome: request.outcome.clone(),
        };
        *self.counts.entry(key).or_default() += 1;
        // A log that keeps nothing still counts.
        if self.max_kept == 0 {
            return;
        }
        if self.newest.len() >= self.max_kept {
            self.newest.pop_front();
        }
        self.newest.push_back(request);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.newest.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> Vec<RequestCount> {
        self.counts
            .iter()
            .map(|(key, count)| RequestCount {
                account: key.account.clone(),
                region: key.region.clone(),
                operation: key.operation.clone(),
                outcome: key.outcome.clone(),
                count: *count,
            })
            .collect()
    }

    /// The most requests of a target that arrived within one second.
    pub(crate) fn busiest_second(&self, account: &str, region: &str) -> usize {
        let target = (account.to_owned(), region.to_owned());
        self.arrivals
            .get(&target)
            .map_or(0, |arrivals| arrivals.busiest_second)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.max_kept);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::RequestLog;

    #[test]
    fn the_busiest_second_is_a_sliding_one() {
        let mut request_log = RequestLog::new(1);
        let start = Instant::now();
        for at in [0, 600, 900, 1500, 1550, 3000] {
            request_log.note_arrival("a", "r", start + Duration::from_millis(at));
        }
        assert_eq!(request_log.busiest_second("a", "r"), 4, "600 to 1550 ms");
        assert_eq!(request_log.busiest_second("a", "other"), 0);
    }
}
