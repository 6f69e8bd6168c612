//! One connection's phase, deadline and progress.
//!
//! hyper has a single timeout, which also counts between requests; a scraper that comes once a
//! minute needs a long one there, and a client that dribbles a request header a short one. So the
//! phases are kept here, moved along by [`stream`](super::stream) and [`body`](super::body), and
//! enforced by [`connection`](super::connection).
//!
//! Progress is kept so that the [`registry`](super::registry) can tell a client that reads from one
//! that only holds its place.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;

/// The time in which the bytes that a client has taken come to count half. Short enough to tell a
/// reader that has stopped, long enough to bridge the pauses of one that is slow.
const PROGRESS_HALF_LIFE: Duration = Duration::from_secs(2);

/// How long a request may be under way before the connection is judged by its progress, and an
/// answer may pause before it counts as standing still.
const JUDGED_AFTER: Duration = Duration::from_secs(1);

/// The bound on any answer, however long it is.
const MAX_RESPONSE_TIME: Duration = Duration::from_hours(1);

/// Where a connection is in its request-response cycle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// No byte of the next request has come.
    Waiting,
    /// Some of a request's head has come.
    Reading,
    /// An answer is being made.
    Responding,
    /// The answer is made, but not all of it has been taken by the client's side.
    Flushing,
}

/// How much a connection is worth keeping: when room is needed, the least goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum ConnectionStanding {
    /// It has not sent a whole request yet, be it nothing or half a head. The oldest goes first,
    /// because an honest client asks soon after connecting.
    Newcomer { connected: Instant },
    /// A request is under way. The one that takes the least goes first, of equals the one that
    /// stands still for longest.
    Exchanging {
        recent_bytes: u64,
        last_progress: Instant,
    },
    /// It has been served and waits for its next request, as scrapers do for most of their time.
    Idle { since: Instant },
    /// Its next request has only just come, so nothing is known about its progress.
    Beginning { since: Instant },
}

/// Shared by the connection's task, its stream, its response bodies and the registry.
#[derive(Debug)]
pub(super) struct ConnectionState {
    limits: Limits,
    connected: Instant,
    cycle: Mutex<Cycle>,
    /// A place among the served connections is this one's.
    established: AtomicBool,
    evicted: Notify,
}

/// The part of the state that moves.
#[derive(Debug)]
struct Cycle {
    phase: Phase,
    since: Instant,
    /// When this phase ends at the latest.
    deadline: Instant,
    /// When the answer under way began, or last gave the client some bytes.
    last_progress: Instant,
    /// Whether the client has taken some of the answer under way.
    answer_begun: bool,
    taken: RecentBytes,
    /// More came from the client while an answer was under way: a pipelined request.
    more: bool,
}

/// A number of bytes that fades with time.
#[derive(Debug)]
struct RecentBytes {
    count: u64,
    at: Instant,
}

impl ConnectionStanding {
    /// Whether a request is under way whose answer stands still.
    pub(super) fn is_stalled(self, now: Instant) -> bool {
        matches!(self, Self::Exchanging { last_progress, .. }
            if now.saturating_duration_since(last_progress) >= JUDGED_AFTER)
    }
}

impl ConnectionState {
    /// A new connection: its first request is due within the header timeout.
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let cycle = Cycle {
            phase: Phase::Waiting,
            since: now,
            deadline: now + limits.header_timeout,
            last_progress: now,
            answer_begun: false,
            taken: RecentBytes { count: 0, at: now },
            more: false,
        };
        Self {
            limits,
            connected: now,
            cycle: Mutex::new(cycle),
            established: AtomicBool::new(false),
            evicted: Notify::new(),
        }
    }

    /// When the connection is to be dropped if nothing changes.
    pub(super) fn deadline(&self) -> Instant {
        let cycle = self.cycle();
        if cycle.is_answering() {
            cycle
                .deadline
                .min(cycle.last_progress + self.limits.stall_timeout)
        } else {
            cycle.deadline
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.cycle().phase
    }

    /// Whether an answer is under way, of which the client lacks some.
    pub(super) fn is_answering(&self) -> bool {
        self.cycle().is_answering()
    }

    pub(super) fn is_established(&self) -> bool {
        self.established.load(Ordering::Relaxed)
    }

    /// Whether it has been served and waits for its next request.
    pub(super) fn is_idle(&self) -> bool {
        self.is_established() && self.phase() == Phase::Waiting
    }

    /// Counts it among the served connections from now on.
    pub(super) fn establish(&self) {
        self.established.store(true, Ordering::Relaxed);
    }

    pub(super) fn standing(&self, now: Instant) -> ConnectionStanding {
        if !self.is_established() {
            return ConnectionStanding::Newcomer {
                connected: self.connected,
            };
        }
        let cycle = self.cycle();
        let since = cycle.since;
        match cycle.phase {
            Phase::Waiting => ConnectionStanding::Idle { since },
            _ if !cycle.answer_begun && now.saturating_duration_since(since) < JUDGED_AFTER => {
                ConnectionStanding::Beginning { since }
            }
            Phase::Reading => ConnectionStanding::Exchanging {
                recent_bytes: 0,
                last_progress: since,
            },
            Phase::Responding | Phase::Flushing => ConnectionStanding::Exchanging {
                recent_bytes: cycle.taken.at(now),
                last_progress: cycle.last_progress,
            },
        }
    }

    /// Asks the connection's task to end.
    pub(super) fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Completes once the connection has been evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Bytes came from the client.
    pub(super) fn received(&self) {
        let mut cycle = self.cycle();
        match cycle.phase {
            Phase::Waiting => {
                // A fresh connection's header timeout runs from connecting, so it only ever gets
                // nearer.
                let now = Instant::now();
                let deadline = cycle.deadline.min(now + self.limits.header_timeout);
                cycle.enter(Phase::Reading, now, deadline);
            }
            Phase::Responding | Phase::Flushing => cycle.more = true,
            Phase::Reading => {}
        }
    }

    /// A request's head is complete.
    pub(super) fn requested(&self) {
        let mut cycle = self.cycle();
        let now = Instant::now();
        if cycle.phase == Phase::Flushing {
            // The answer before this one is not out yet: its deadlines still count.
            let deadline = cycle.deadline;
            cycle.enter(Phase::Responding, now, deadline);
            cycle.answer_begun = true;
        } else {
            cycle.enter(Phase::Responding, now, now + self.limits.response_timeout);
            cycle.last_progress = now;
        }
    }

    /// The answer has so many bytes: a long one may take longer, as long as the client takes it at
    /// a fair rate.
    pub(super) fn answering(&self, bytes: u64) {
        let mut cycle = self.cycle();
        let latest = cycle.since + self.limits.time_for(bytes);
        // Unless an answer before this one is not out yet.
        if !cycle.answer_begun {
            cycle.deadline = latest;
        }
    }

    /// The last frame of the answer has been handed to the stream.
    pub(super) fn answered(&self) {
        let mut cycle = self.cycle();
        if cycle.phase == Phase::Responding {
            cycle.phase = Phase::Flushing;
        }
    }

    /// So many bytes have left for the client.
    pub(super) fn sent(&self, bytes: usize) {
        if bytes > 0 {
            let mut cycle = self.cycle();
            let now = Instant::now();
            cycle.last_progress = now;
            cycle.answer_begun = true;
            cycle.taken.add(bytes as u64, now);
        }
    }

    /// All that was written has left for the client.
    pub(super) fn flushed(&self) {
        let mut cycle = self.cycle();
        if cycle.phase == Phase::Flushing {
            let (phase, timeout) = if cycle.more {
                (Phase::Reading, self.limits.header_timeout)
            } else {
                (Phase::Waiting, self.limits.idle_timeout)
            };
            let now = Instant::now();
            cycle.enter(phase, now, now + timeout);
        }
    }

    fn cycle(&self) -> MutexGuard<'_, Cycle> {
        self.cycle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits {
    /// The longest that an answer of so many bytes may take.
    fn time_for(&self, bytes: u64) -> Duration {
        let reading = Duration::from_secs(bytes / self.min_bytes_per_second.max(1));
        self.response_timeout
            .saturating_add(reading)
            .min(MAX_RESPONSE_TIME.max(self.response_timeout))
    }
}

impl Cycle {
    fn is_answering(&self) -> bool {
        matches!(self.phase, Phase::Responding | Phase::Flushing)
    }

    fn enter(&mut self, phase: Phase, now: Instant, deadline: Instant) {
        self.phase = phase;
        self.since = now;
        self.deadline = deadline;
        self.answer_begun = false;
        self.more = false;
    }
}

impl RecentBytes {
    fn add(&mut self, bytes: u64, now: Instant) {
        self.count = self.at(now).saturating_add(bytes);
        self.at = now;
    }

    /// The count as of now: half of it after each half-life, in a straight line between.
    fn at(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.at).as_nanos();
        let half_life = PROGRESS_HALF_LIFE.as_nanos();
        let halvings = u32::try_from(elapsed / half_life).unwrap_or(u32::MAX);
        let count = u128::from(self.count.checked_shr(halvings).unwrap_or(0));
        let faded = count * (elapsed % half_life) / (2 * half_life);
        u64::try_from(count - faded).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
#[path = "tests/state.rs"]
mod tests;
