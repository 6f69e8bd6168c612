//! Dropping what has grown too old.

use std::time::Duration;

use super::Target;
use crate::model::details::{DetailKind, DetailMark};
use crate::model::instance::Instance;
use crate::model::{Collector, Now};

/// What came of looking for data that has grown too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expiry {
    /// When the next data grows too old, since the exporter's start; `None` if there is none that
    /// could.
    pub next: Option<Duration>,
    /// Whether anything was dropped.
    pub has_dropped: bool,
}

/// How long data is kept, and as of when.
#[derive(Clone, Copy)]
struct Deadline {
    now: Duration,
    keep: Duration,
    /// The refresh under way, if there is one. What it brought is not too old while it goes on,
    /// however slow it is.
    under_way: Option<u32>,
}

/// What is to become of data.
enum Age {
    /// It cannot grow too old now.
    Current,
    /// It grows too old at this time.
    FreshUntil(Duration),
    /// It is too old.
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

    /// For how long data is kept once it was confirmed.
    ///
    /// What a collector has read is taken in when the whole refresh ends, so the slowest collector
    /// counts for all of them.
    fn keep(&self) -> Duration {
        let slowest = self.collectors.iter().map(|state| state.longest()).max();
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

    fn drop_data(&mut self, collector: Collector) {
        match collector {
            Collector::Instances => self.chunks.update(|instance| instance.listing = None),
            Collector::Compliance => self.reconciliation.drop_summaries(&mut self.chunks),
            // Details go instance by instance: some may have been read since.
            Collector::Patches | Collector::Items => {}
            Collector::ComplianceTotals => self.totals.clear(),
            Collector::Baselines => self.baselines.clear(),
            Collector::Associations => self.associations.clear(),
        }
    }

    /// Details that single instances kept from an earlier refresh expire by themselves.
    fn expire_details(&mut self, deadline: Deadline, expiry: &mut Expiry) {
        let mut has_stale = false;
        for mark in self.instances().flat_map(marks) {
            match deadline.age_of(mark) {
                Age::Current => {}
                Age::FreshUntil(end) => expiry.note(end),
                Age::Stale => has_stale = true,
            }
        }
        // To change an instance may mean to copy its chunk, so it is looked for first.
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
        if self.under_way == Some(confirmed_in) {
            Age::Current
        } else if end <= self.now {
            Age::Stale
        } else {
            Age::FreshUntil(end)
        }
    }

    fn age_of(self, mark: &DetailMark) -> Age {
        // The mark is in whole seconds, rounded down, so it is taken for a second more.
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
