//! The connections that are open, and the choice of the one that makes room.
//!
//! When room is needed, and for whom, is left to the [`registry`](super::registry).

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::standing::ConnectionStanding;
use super::state::ConnectionState;

/// One in this many places is for newcomers.
const NEWCOMERS_SHARE: usize = 4;

/// The connections that have places, and those that are about to end.
#[derive(Debug)]
pub(super) struct Connections {
    max_idle: usize,
    next_id: u64,
    pub(super) open: HashMap<u64, Arc<ConnectionState>>,
    /// Connections that have been told to close. Others have their places already.
    pub(super) closing: usize,
}

/// A connection that might make room; the least goes first.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Candidate {
    standing: ConnectionStanding,
    id: u64,
}

impl Connections {
    pub(super) fn none(max_idle: usize) -> Self {
        Self {
            max_idle,
            next_id: 0,
            open: HashMap::new(),
            closing: 0,
        }
    }

    /// Adds a connection and returns the number by which it is known.
    pub(super) fn add(&mut self, state: Arc<ConnectionState>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.open.insert(id, state);
        id
    }

    /// Forgets a connection whose task has ended.
    pub(super) fn forget(&mut self, id: u64) {
        // One that was evicted has lost its place before.
        if self.open.remove(&id).is_none() {
            self.closing = self.closing.saturating_sub(1);
        }
    }

    /// The number of connections whose task has not ended.
    pub(super) fn unended(&self) -> usize {
        self.open.len() + self.closing
    }

    /// Makes room for a newcomer: at the cost of another newcomer if they have their share of the
    /// places, else of a connection that is being served. `false` if nothing is open.
    pub(super) fn evict_in_proportion(&mut self) -> bool {
        if self.newcomers_have_their_share() {
            self.evict_least(ConnectionState::is_newcomer)
        } else {
            self.evict_established()
        }
    }

    fn newcomers_have_their_share(&self) -> bool {
        let newcomers = self.count(ConnectionState::is_newcomer);
        newcomers >= newcomers_share(self.open.len())
    }

    /// Makes room among the served connections. `false` if there is none.
    pub(super) fn evict_established(&mut self) -> bool {
        let Some(least) = self.least(ConnectionState::is_established) else {
            return false;
        };
        if least.standing.is_stalled(Instant::now()) || !self.has_many_idle() {
            return self.evict(least.id);
        }
        self.evict_least(ConnectionState::is_idle)
    }

    /// Whether kept connections hold so many places that one of them is to go first.
    fn has_many_idle(&self) -> bool {
        self.count(ConnectionState::is_idle) > self.max_idle
    }

    /// Makes room among the connections of a kind. `false` if there is none.
    fn evict_least(&mut self, is_candidate: fn(&ConnectionState) -> bool) -> bool {
        match self.least(is_candidate) {
            Some(least) => self.evict(least.id),
            None => false,
        }
    }

    /// How many connections have a place among the served ones.
    pub(super) fn established(&self) -> usize {
        self.count(ConnectionState::is_established)
    }

    /// How many open connections are of a kind.
    fn count(&self, is_counted: fn(&ConnectionState) -> bool) -> usize {
        self.open.values().filter(|state| is_counted(state)).count()
    }

    /// The connection of the least standing among those of a kind.
    fn least(&self, is_candidate: fn(&ConnectionState) -> bool) -> Option<Candidate> {
        let now = Instant::now();
        let candidates = self.open.iter().filter(|(_, state)| is_candidate(state));
        let candidates = candidates.map(|(id, state)| Candidate::new(*id, state, now));
        candidates.min()
    }

    /// Tells a connection to close; `false` if it is not open.
    fn evict(&mut self, id: u64) -> bool {
        let Some(state) = self.open.remove(&id) else {
            return false;
        };
        // The place is free at once. The task notices a moment later, and until then it still has
        // its file descriptors.
        self.closing += 1;
        state.evict();
        true
    }
}

/// How many of so many places are for newcomers.
pub(super) fn newcomers_share(places: usize) -> usize {
    // Even a server of very few places has to let somebody in.
    (places / NEWCOMERS_SHARE).max(1)
}

impl Candidate {
    fn new(id: u64, state: &ConnectionState, now: Instant) -> Self {
        let standing = state.standing(now);
        Self { standing, id }
    }
}
