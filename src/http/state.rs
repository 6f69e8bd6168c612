//! One connection's phase, deadline and progress.
//!
//! hyper has a single timeout, which also counts between requests. A scraper that comes once a
//! minute needs a long one there, and a client that dribbles a request header a short one. So the
//! phases are kept here, moved along by [`stream`](super::stream) and [`body`](super::body), and
//! enforced by [`connection`](super::connection).
//!
//! Progress is kept so that the [`registry`](super::registry) can tell a client that reads from one
//! that only holds its place.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;
use super::recent_bytes::RecentBytes;
use super::standing::{ConnectionStanding, PROGRESS_GRACE};

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
    /// The answer is made, but the client's side has not taken all of it.
    Flushing,
}

/// Shared by the connection's task, its stream, its response bodies and the registry.
#[derive(Debug)]
pub(super) struct ConnectionState {
    limits: Limits,
    connected: Instant,
    cycle: Mutex<Cycle>,
    /// Whether one of the places for served connections is this one's.
    established: AtomicBool,
    /// Whether several answers may be under way at once, as in HTTP/2.
    multiplexed: AtomicBool,
    evicted: Notify,
    closing: Notify,
}

/// An answer that is being made or sent. It has ended when this is dropped.
#[derive(Debug)]
pub(super) struct OpenAnswer {
    state: Arc<ConnectionState>,
}

/// The part of the state that moves.
#[derive(Debug)]
struct Cycle {
    phase: Phase,
    /// When this phase began.
    since: Instant,
    /// When this phase ends at the latest.
    deadline: Instant,
    /// When the answer under way began, or last gave the client some bytes.
    last_progress: Instant,
    /// Whether the client has taken some of the answer under way.
    answer_begun: bool,
    /// Answers that are not wholly made: more than one only where they are multiplexed.
    open_answers: usize,
    /// How long they are together, as far as that is known.
    open_bytes: u64,
    /// What the client has taken of all answers.
    taken: RecentBytes,
    /// Whether more came from the client while an answer was under way: a pipelined request.
    has_pipelined: bool,
}

impl ConnectionState {
    /// A new connection, whose first request is due within the header timeout.
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            limits,
            connected: now,
            cycle: Mutex::new(Cycle::new(now, limits.header_timeout)),
            established: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
            evicted: Notify::new(),
            closing: Notify::new(),
        }
    }

    /// When the connection is to be dropped if nothing changes.
    pub(super) fn deadline(&self) -> Instant {
        self.cycle().nearest_deadline(self.limits.stall_timeout)
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

    /// Whether it has no place among the served connections yet.
    pub(super) fn is_newcomer(&self) -> bool {
        !self.is_established()
    }

    /// Whether it has been served and waits for its next request.
    pub(super) fn is_idle(&self) -> bool {
        self.is_established() && self.phase() == Phase::Waiting
    }

    /// Counts it among the served connections from now on.
    pub(super) fn establish(&self) {
        // No other memory depends on this flag, so the weakest ordering will do.
        self.established.store(true, Ordering::Relaxed);
    }

    /// How much it is worth keeping as of now.
    pub(super) fn standing(&self, now: Instant) -> ConnectionStanding {
        if self.is_established() {
            return self.cycle().standing(now);
        }
        let connected = self.connected;
        ConnectionStanding::Newcomer { connected }
    }

    /// Asks the connection's task to end.
    pub(super) fn evict(&self) {
        // The notice is kept if the task is not waiting for it yet.
        self.evicted.notify_one();
    }

    /// Completes once the connection has been evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Asks the connection's task to take no further request.
    pub(super) fn close(&self) {
        self.closing.notify_one();
    }

    /// Completes once the connection is to take no further request.
    pub(super) async fn closing(&self) {
        self.closing.notified().await;
    }

    /// Notes that the client speaks HTTP/2.
    pub(super) fn multiplex(&self) {
        self.multiplexed.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Ordering::Relaxed)
    }

    /// Notes that bytes came from the client.
    pub(super) fn received(&self) {
        // Of HTTP/2 they may be anything, such as a ping or more room for answers.
        if self.is_multiplexed() {
            return;
        }
        let mut cycle = self.cycle();
        match cycle.phase {
            Phase::Waiting => cycle.begin_head(Instant::now(), self.limits.header_timeout),
            Phase::Responding | Phase::Flushing => cycle.has_pipelined = true,
            Phase::Reading => {}
        }
    }

    /// Notes that a request's head is complete.
    pub(super) fn requested(&self) {
        let mut cycle = self.cycle();
        let now = Instant::now();
        if cycle.open_answers > 0 {
            cycle.join_answers(now, &self.limits);
        } else if cycle.phase == Phase::Flushing {
            cycle.append_answer(now);
        } else {
            cycle.begin_answer(now, self.limits.response_timeout);
        }
        cycle.open_answers += 1;
    }

    /// Notes how long the answer is, in bytes. A long one may take longer, as long as the client
    /// takes it at a fair rate.
    pub(super) fn answering(&self, bytes: u64) {
        let mut cycle = self.cycle();
        cycle.open_bytes = cycle.open_bytes.saturating_add(bytes);
        // Until the answer before this one is out, its deadline counts.
        if self.is_multiplexed() {
            // All of them share the connection, and so the time.
            let deadline = cycle.since + self.limits.time_for(cycle.open_bytes);
            cycle.deadline = cycle.deadline.max(deadline);
        } else if !cycle.answer_begun {
            cycle.deadline = cycle.since + self.limits.time_for(bytes);
        }
    }

    /// Notes that the last frame of an answer has been handed to the stream.
    pub(super) fn answered(&self) {
        let mut cycle = self.cycle();
        cycle.open_answers = cycle.open_answers.saturating_sub(1);
        if cycle.open_answers > 0 {
            return;
        }
        // Only the phase changes: the client has the time for the rest of the answer that it had
        // before.
        if cycle.phase == Phase::Responding {
            cycle.phase = Phase::Flushing;
        }
    }

    /// Notes that so many bytes have left for the client.
    pub(super) fn sent(&self, bytes: usize) {
        // A write of nothing is not progress.
        if bytes == 0 {
            return;
        }
        self.cycle().note_progress(bytes as u64, Instant::now());
    }

    /// Notes that all that was written has left for the client.
    pub(super) fn flushed(&self) {
        let mut cycle = self.cycle();
        // Before its last frame is handed over, a flush is only one within the answer.
        if cycle.phase == Phase::Flushing {
            cycle.end_answer(Instant::now(), &self.limits);
        }
    }

    fn cycle(&self) -> MutexGuard<'_, Cycle> {
        // Each change leaves the cycle consistent, so a panic while it was locked does no harm.
        self.cycle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenAnswer {
    /// Begins to answer a request whose head is complete.
    pub(super) fn begin(state: &Arc<ConnectionState>) -> Self {
        state.requested();
        let state = Arc::clone(state);
        Self { state }
    }

    pub(super) fn state(&self) -> &ConnectionState {
        &self.state
    }
}

/// An answer ends when it is sent, and also when its client has lost interest or the connection is
/// cut.
impl Drop for OpenAnswer {
    fn drop(&mut self) {
        self.state.answered();
    }
}

impl Limits {
    /// The longest that an answer of so many bytes may take.
    fn time_for(&self, bytes: u64) -> Duration {
        // A configured rate of 0 must not divide by zero.
        let reading = Duration::from_secs(bytes / self.min_bytes_per_second.max(1));
        // A response timeout above the bound is what its user wants.
        let longest = MAX_RESPONSE_TIME.max(self.response_timeout);
        self.response_timeout.saturating_add(reading).min(longest)
    }
}

impl Cycle {
    fn new(now: Instant, header_timeout: Duration) -> Self {
        Self {
            phase: Phase::Waiting,
            since: now,
            deadline: now + header_timeout,
            last_progress: now,
            answer_begun: false,
            open_answers: 0,
            open_bytes: 0,
            taken: RecentBytes::none(now),
            has_pipelined: false,
        }
    }

    fn is_answering(&self) -> bool {
        matches!(self.phase, Phase::Responding | Phase::Flushing)
    }

    fn nearest_deadline(&self, stall_timeout: Duration) -> Instant {
        if !self.is_answering() {
            return self.deadline;
        }
        // A client that has stopped reading does not get all the time that its answer may take.
        let stalled = self.last_progress + stall_timeout;
        self.deadline.min(stalled)
    }

    /// The first bytes of a request have come. A fresh connection's header timeout runs from
    /// connecting, so the deadline only ever gets nearer.
    fn begin_head(&mut self, now: Instant, header_timeout: Duration) {
        let deadline = self.deadline.min(now + header_timeout);
        self.enter(Phase::Reading, now, deadline);
    }

    fn begin_answer(&mut self, now: Instant, response_timeout: Duration) {
        self.enter(Phase::Responding, now, now + response_timeout);
        self.last_progress = now;
    }

    /// Others are being made beside this one. However they overlap, all of them together do not last
    /// longer than the longest single one.
    fn join_answers(&mut self, now: Instant, limits: &Limits) {
        let longest = self.since + MAX_RESPONSE_TIME.max(limits.response_timeout);
        let deadline = self.deadline.max(now + limits.response_timeout);
        self.deadline = deadline.min(longest);
    }

    /// The answer before this one is not out yet: its deadlines still count.
    fn append_answer(&mut self, now: Instant) {
        self.enter(Phase::Responding, now, self.deadline);
        self.answer_begun = true;
    }

    fn note_progress(&mut self, bytes: u64, now: Instant) {
        self.last_progress = now;
        self.answer_begun = true;
        self.taken.add(bytes, now);
    }

    /// The client has taken all of the answer.
    fn end_answer(&mut self, now: Instant, limits: &Limits) {
        // The bytes of a pipelined request have been read already, so nothing else would note that
        // it has begun.
        if self.has_pipelined {
            self.enter(Phase::Reading, now, now + limits.header_timeout);
        } else {
            self.enter(Phase::Waiting, now, now + limits.idle_timeout);
        }
    }

    fn enter(&mut self, phase: Phase, now: Instant, deadline: Instant) {
        self.phase = phase;
        self.since = now;
        self.deadline = deadline;
        self.answer_begun = false;
        self.open_bytes = 0;
        self.has_pipelined = false;
    }

    /// The standing of a connection that is being served.
    fn standing(&self, now: Instant) -> ConnectionStanding {
        let since = self.since;
        if self.phase == Phase::Waiting {
            return ConnectionStanding::Idle { since };
        }
        if !self.answer_begun && now.saturating_duration_since(since) < PROGRESS_GRACE {
            return ConnectionStanding::Beginning { since };
        }
        self.standing_in_exchange(now)
    }

    fn standing_in_exchange(&self, now: Instant) -> ConnectionStanding {
        // The head of a later request that does not come to its end: the client takes nothing.
        if self.phase == Phase::Reading {
            return ConnectionStanding::Exchanging {
                recent_bytes: 0,
                last_progress: self.since,
            };
        }
        ConnectionStanding::Exchanging {
            recent_bytes: self.taken.count_at(now),
            last_progress: self.last_progress,
        }
    }
}

#[cfg(test)]
#[path = "tests/state.rs"]
mod tests;
