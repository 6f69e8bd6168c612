//! One connection's phase and deadline.
//!
//! hyper has a single timeout, which also counts between requests; a scraper that comes once a minute needs a long one
//! there, and a client that dribbles a request header a short one. So the phases are kept here, moved along by
//! [`stream`](super::stream) and [`body`](super::body), and enforced by [`connection`](super::connection).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;

/// Where a connection is in its request-response cycle.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Phase {
    /// No byte of the next request has come.
    Waiting,
    /// Some of a request's head has come.
    Reading,
    /// An answer is being made.
    Responding,
    /// The answer is made, but not all of it has been taken by the client's side.
    Flushing,
    /// Told to close, to make room.
    Evicted,
}

/// Shared by the connection's task, its stream, its response bodies and the registry.
#[derive(Debug)]
pub(super) struct Life {
    limits: Limits,
    state: Mutex<State>,
    evicted: Notify,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    deadline: Instant,
    /// More came from the client while an answer was under way: a pipelined request.
    more: bool,
}

impl Life {
    /// A new connection: its first request is due within the header timeout.
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let state = State { phase: Phase::Waiting, since: now, deadline: now + limits.header_timeout, more: false };
        Self { limits, state: Mutex::new(state), evicted: Notify::new() }
    }

    /// When the connection is to be dropped if nothing changes.
    pub(super) fn deadline(&self) -> Instant {
        self.state().deadline
    }

    /// The phase and its beginning.
    pub(super) fn phase(&self) -> (Phase, Instant) {
        let state = self.state();
        (state.phase, state.since)
    }

    /// Asks an idle connection to end; does nothing to one that is answering.
    pub(super) fn evict(&self) {
        let mut state = self.state();
        if state.phase <= Phase::Reading {
            state.phase = Phase::Evicted;
            self.evicted.notify_one();
        }
    }

    /// Completes once the connection has been evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// A request's head is complete.
    pub(super) fn request(&self) {
        let mut state = self.state();
        let pending = (state.phase == Phase::Flushing).then_some(state.deadline);
        state.enter(Phase::Responding, Instant::now() + self.limits.response_timeout);
        // The answer before this one is not out yet: its deadline still counts.
        state.deadline = pending.unwrap_or(state.deadline);
    }

    /// The last frame of the answer has been handed to the stream.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        if state.phase == Phase::Responding {
            state.phase = Phase::Flushing;
        }
    }

    /// Bytes came from the client.
    pub(super) fn received(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::Waiting => {
                // A fresh connection's header timeout runs from connecting, so it only ever gets nearer.
                let deadline = state.deadline.min(Instant::now() + self.limits.header_timeout);
                state.enter(Phase::Reading, deadline);
            }
            Phase::Responding | Phase::Flushing => state.more = true,
            Phase::Reading | Phase::Evicted => {}
        }
    }

    /// All that was written has left for the client.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        if state.phase == Phase::Flushing {
            let now = Instant::now();
            let (phase, timeout) = if state.more {
                (Phase::Reading, self.limits.header_timeout)
            } else {
                (Phase::Waiting, self.limits.idle_timeout)
            };
            state.enter(phase, now + timeout);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase, deadline: Instant) {
        if self.phase != Phase::Evicted {
            self.phase = phase;
            self.since = Instant::now();
        }
        self.deadline = deadline;
        self.more = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// All in milliseconds.
    const HEADER: u64 = 1_000;
    const IDLE: u64 = 10_000;
    const RESPONSE: u64 = 5_000;
    const TICK: u64 = 100;

    fn life() -> Life {
        Life::new(Limits {
            header_timeout: Duration::from_millis(HEADER),
            idle_timeout: Duration::from_millis(IDLE),
            response_timeout: Duration::from_millis(RESPONSE),
            ..Limits::default()
        })
    }

    /// Phase and milliseconds left, after a moment has passed.
    async fn after_a_tick(life: &Life) -> (Phase, u64) {
        tokio::time::advance(Duration::from_millis(TICK)).await;
        let left = life.deadline().saturating_duration_since(Instant::now());
        (life.phase().0, u64::try_from(left.as_millis()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_its_own_deadline() {
        let life = life();
        assert_eq!(after_a_tick(&life).await, (Phase::Waiting, HEADER - TICK));
        life.received();
        assert_eq!(after_a_tick(&life).await, (Phase::Reading, HEADER - 2 * TICK));
        life.received();
        assert_eq!(after_a_tick(&life).await, (Phase::Reading, HEADER - 3 * TICK));
        life.request();
        assert_eq!(after_a_tick(&life).await, (Phase::Responding, RESPONSE - TICK));
        life.flushed();
        life.answered();
        assert_eq!(after_a_tick(&life).await, (Phase::Flushing, RESPONSE - 2 * TICK));
        life.flushed();
        assert_eq!(after_a_tick(&life).await, (Phase::Waiting, IDLE - TICK));
        life.received();
        assert_eq!(after_a_tick(&life).await, (Phase::Reading, HEADER - TICK));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pipelined_request_neither_extends_the_answer_before_it_nor_counts_as_idle() {
        let life = life();
        life.request();
        life.received();
        life.answered();
        assert_eq!(after_a_tick(&life).await, (Phase::Flushing, RESPONSE - TICK));
        life.request();
        assert_eq!(after_a_tick(&life).await, (Phase::Responding, RESPONSE - 2 * TICK));
        life.received();
        life.answered();
        life.flushed();
        assert_eq!(after_a_tick(&life).await, (Phase::Reading, HEADER - TICK));
    }

    #[tokio::test(start_paused = true)]
    async fn only_idle_connections_are_evicted_and_they_stay_so() {
        let life = life();
        life.request();
        life.evict();
        assert_eq!(life.phase().0, Phase::Responding);
        life.answered();
        life.flushed();
        life.evict();
        life.request();
        assert_eq!(life.phase().0, Phase::Evicted);
        tokio::time::timeout(Duration::from_secs(1), life.evicted()).await.unwrap();
    }
}
