//! Drops data that has grown too old.
//!
//! Prometheus keeps no sample without a new one for more than five minutes, but an exporter that
//! serves the same old values at every scrape looks healthy. So data that nobody has confirmed for
//! too long disappears from the page.

use std::sync::Arc;
use std::time::Duration;

use super::Target;
use crate::model::collector::Collector;
use crate::model::details::{DetailKind, DetailMark};
use crate::model::instance::Instance;
use crate::model::outcome::CollectorState;
use crate::model::time::Now;

/// The result of a search for data that has grown too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expiry {
    /// When the next data grows too old, as time since the exporter's start, or `None` if no data
    /// can.
    pub next: Option<Duration>,
    /// Whether anything was dropped.
    pub has_dropped: bool,
}

/// The point in time at which data becomes too old.
#[derive(Clone, Copy)]
struct Deadline {
    now: Duration,
    keep: Duration,
    /// The number of the refresh under way, if there is one.
    under_way: Option<u32>,
}

/// The age of data, compared with the deadline.
enum Age {
    /// The data cannot grow too old now.
    Current,
    /// The data grows too old at this time.
    FreshUntil(Duration),
    /// The data is too old.
    Stale,
}

impl Target {
    /// Drops what has grown too old.
    pub fn expire(&mut self, now: Now) -> Expiry {
        let deadline = Deadline {
            now: now.since_start,
            keep: self.keep(),
            under_way: self.is_refreshing.then_some(self.refresh),
        };
        let mut expiry = Expiry::default();
        for collector in Collector::ALL {
            self.expire_collector(collector, deadline, &mut expiry);
        }
        self.expire_details(deadline, &mut expiry);
        expiry
    }

    /// Returns how long data is kept after it was confirmed.
    fn keep(&self) -> Duration {
        // What any collector has read is taken in when the whole refresh ends, so the slowest
        // collector counts for all of them. Three times as long leaves room for a refresh that
        // fails and one that takes longer than usual.
        let slowest = self.collectors.iter().map(CollectorState::longest).max();
        let longest = self.age_limits.interval.max(slowest.unwrap_or_default());
        self.age_limits.stale_after.max(3 * longest)
    }

    fn expire_collector(&mut self, collector: Collector, deadline: Deadline, expiry: &mut Expiry) {
        let state = &mut self.collectors[collector as usize];
        let Some(confirmed) = state.confirmed else {
            return;
        };
        match deadline.age(confirmed, state.confirmed_in) {
            Age::Current => {}
            Age::FreshUntil(end) => expiry.note(end),
            Age::Stale => {
                state.confirmed = None;
                expiry.has_dropped = true;
                self.drop_data(collector);
            }
        }
    }

    pub(super) fn drop_data(&mut self, collector: Collector) {
        match collector {
            Collector::Instances => self.chunks.update(|instance| instance.listing = None),
            Collector::Compliance => self.reconciliation.drop_summaries(&mut self.chunks),
            // Details expire instance by instance, because some of them may have been read since.
            Collector::Patches | Collector::Items | Collector::PatchDetails => {}
            Collector::ComplianceTotals => self.totals.clear(),
            Collector::Baselines => self.baselines.clear(),
            Collector::Associations => self.associations.clear(),
            Collector::Tags => self.tags = Arc::default(),
        }
    }

    /// Drops details that single instances have kept from an earlier refresh.
    fn expire_details(&mut self, deadline: Deadline, expiry: &mut Expiry) {
        let mut has_stale = false;
        for mark in self.instances().flat_map(marks) {
            match deadline.age_of(mark) {
                Age::Current => {}
                Age::FreshUntil(end) => expiry.note(end),
                Age::Stale => has_stale = true,
            }
        }
        // Changing an instance may mean copying its chunk, so the search comes first and the change
        // only if it has found anything.
        if has_stale {
            expiry.has_dropped = true;
            self.chunks
                .update(|instance| drop_stale_details(instance, deadline));
        }
    }
}

fn marks(instance: &Instance) -> impl Iterator<Item = &DetailMark> {
    DetailKind::ALL
        .into_iter()
        .filter_map(|kind| instance.mark(kind))
}

fn drop_stale_details(instance: &mut Instance, deadline: Deadline) {
    for kind in DetailKind::ALL {
        let mark = instance.mark(kind);
        if mark.is_some_and(|mark| matches!(deadline.age_of(mark), Age::Stale)) {
            instance.drop_detail(kind);
        }
    }
}

// === impl Deadline ===

impl Deadline {
    fn age(self, confirmed: Duration, confirmed_in: u32) -> Age {
        let end = confirmed + self.keep;
        // What the refresh under way has read is not too old, however slow the refresh is: it is
        // the newest data that there can be.
        if self.under_way == Some(confirmed_in) {
            Age::Current
        } else if end <= self.now {
            Age::Stale
        } else {
            Age::FreshUntil(end)
        }
    }

    fn age_of(self, mark: &DetailMark) -> Age {
        // The mark is in whole seconds, rounded down. A second more ensures that nothing expires
        // before its time.
        let confirmed = Duration::from_secs(u64::from(mark.confirmed_at) + 1);
        self.age(confirmed, mark.confirmed_in)
    }
}

// === impl Expiry ===

impl Expiry {
    fn note(&mut self, end: Duration) {
        self.next = Some(self.next.map_or(end, |next| next.min(end)));
    }
}
