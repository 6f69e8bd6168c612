//! The open connections: how many there are, and which one makes room for the next.
//!
//! Two rules keep the server open to newcomers, whatever the others do:
//!
//! - A quarter of the places is for connections that have not sent a request yet. Of those the
//!   oldest makes room for the next, so a newcomer is admitted at once, at the cost of nobody who
//!   is being served.
//! - With its first request a connection takes one of the other places. If there is none, the
//!   served connection of the least [`ConnectionStanding`] is closed, even with an answer under
//!   way. This spares kept connections, which are idle most of the time. Only if they fill more
//!   than half of the places does one of them make room before an answer that makes progress.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use super::limits::Limits;
use super::standing::ConnectionStanding;
use super::state::ConnectionState;

/// How many connections may have been told to close without having done so, before newcomers wait
/// for them. Closing takes them one turn of the scheduler.
const MAX_CLOSING: usize = 16;

/// How many newcomers may be admitted before the first of them is looked at. Accepting must not
/// outrun serving, or the oldest newcomer might be closed although its request has already come.
const MAX_STARTING: usize = 16;

/// One in this many places is for newcomers.
const NEWCOMERS_SHARE: usize = 4;

/// All open connections of a server.
#[derive(Debug)]
pub(super) struct Registry {
    limits: Limits,
    max_open: usize,
    max_established: usize,
    starting: Arc<Semaphore>,
    connections: Mutex<Connections>,
    /// Connections whose task has not ended.
    count: watch::Sender<usize>,
}

/// The connections that have places, and those that are about to end.
#[derive(Debug)]
struct Connections {
    max_idle: usize,
    next_id: u64,
    open: HashMap<u64, Arc<ConnectionState>>,
    /// Connections that have been told to close. Others have their places already.
    closing: usize,
}

/// A connection that might make room; the least goes first.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Candidate {
    standing: ConnectionStanding,
    id: u64,
}

/// What becomes of a connection behind the answer to its request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AfterAnswer {
    KeepOpen,
    Close,
}

/// A connection's place among the open ones, given up when dropped.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    registry: Arc<Registry>,
    id: u64,
    state: Arc<ConnectionState>,
}

impl Registry {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        // With a single place there would be none for a newcomer beside a connection being served.
        let max_open = limits.max_connections.max(2);
        let for_newcomers = newcomers_share(max_open);
        let max_established = max_open - for_newcomers;
        Arc::new(Self {
            limits,
            max_open,
            max_established,
            // More turns than places for newcomers would let accepting outrun serving again.
            starting: Arc::new(Semaphore::new(MAX_STARTING.min(for_newcomers))),
            connections: Mutex::new(Connections::none(max_established / 2)),
            count: watch::Sender::new(0),
        })
    }

    /// A turn to start serving a connection, to be dropped when what its client has sent so far is
    /// read.
    pub(super) async fn start(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so this is never `None`.
        Arc::clone(&self.starting).acquire_owned().await.ok()
    }

    /// A place for a new connection, at once unless closed ones have yet to notice it.
    pub(super) async fn admit(self: &Arc<Self>) -> ConnectionSlot {
        let mut count = self.count.subscribe();
        loop {
            if let Some(slot) = self.try_admit() {
                return slot;
            }
            // The sender lives as long as self, so this cannot be an error.
            let _ = count.changed().await;
        }
    }

    /// Closes the connection of the least standing, and completes when its files are closed too.
    /// Never completes if there is none.
    pub(super) async fn make_room(&self) {
        let mut count = self.count.subscribe();
        // The count is watched from before the eviction, or the end of a fast task could be missed.
        let evicted = self.connections().evict_in_proportion();
        if !evicted || count.changed().await.is_err() {
            std::future::pending().await
        }
    }

    /// Completes when no connection is open.
    pub(super) async fn emptied(&self) {
        let _ = self.count.subscribe().wait_for(|open| *open == 0).await;
    }

    fn try_admit(self: &Arc<Self>) -> Option<ConnectionSlot> {
        let mut connections = self.connections();
        if connections.closing >= MAX_CLOSING {
            return None;
        }
        if connections.open.len() >= self.max_open {
            connections.evict_in_proportion();
        }
        Some(self.open(&mut connections))
    }

    /// Gives a new connection a place.
    fn open(self: &Arc<Self>, connections: &mut Connections) -> ConnectionSlot {
        let state = Arc::new(ConnectionState::new(self.limits));
        let id = connections.add(Arc::clone(&state));
        self.publish_count(connections);
        ConnectionSlot {
            registry: Arc::clone(self),
            id,
            state,
        }
    }

    /// Wakes the tasks that wait in `admit`, `make_room` or `emptied`.
    fn publish_count(&self, connections: &Connections) {
        // Unlike `send`, this keeps the number even while nobody waits for it.
        self.count.send_replace(connections.unended());
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    fn none(max_idle: usize) -> Self {
        Self {
            max_idle,
            next_id: 0,
            open: HashMap::new(),
            closing: 0,
        }
    }

    /// Adds a connection and returns the number by which it is known.
    fn add(&mut self, state: Arc<ConnectionState>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.open.insert(id, state);
        id
    }

    /// Forgets a connection whose task has ended.
    fn forget(&mut self, id: u64) {
        // One that was evicted has lost its place before.
        if self.open.remove(&id).is_none() {
            self.closing = self.closing.saturating_sub(1);
        }
    }

    /// The number of connections whose task has not ended.
    fn unended(&self) -> usize {
        self.open.len() + self.closing
    }

    /// Makes room for a newcomer: at the cost of another newcomer if they have their share of the
    /// places, else of a connection that is being served. `false` if nothing is open.
    fn evict_in_proportion(&mut self) -> bool {
        if self.have_newcomers_their_share() {
            self.evict_least(ConnectionState::is_newcomer)
        } else {
            self.evict_established()
        }
    }

    fn have_newcomers_their_share(&self) -> bool {
        let newcomers = self.count(ConnectionState::is_newcomer);
        newcomers >= newcomers_share(self.open.len())
    }

    /// Makes room among the served connections. `false` if there is none.
    fn evict_established(&mut self) -> bool {
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
    fn established(&self) -> usize {
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
fn newcomers_share(places: usize) -> usize {
    // Even a server of very few places has to let somebody in.
    (places / NEWCOMERS_SHARE).max(1)
}

impl Candidate {
    fn new(id: u64, state: &ConnectionState, now: Instant) -> Self {
        let standing = state.standing(now);
        Self { standing, id }
    }
}

impl ConnectionSlot {
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    /// Takes a place among the served connections, once the first request has come. Without one the
    /// request is answered all the same, but the connection is to close behind the answer. A probe
    /// of health or readiness takes no place from others, because it is answered at once.
    pub(super) fn establish(&self, is_probe: bool) -> AfterAnswer {
        if self.state.is_established() {
            return AfterAnswer::KeepOpen;
        }
        let mut connections = self.registry.connections();
        // It may have been evicted as a newcomer while its request was on its way.
        let is_evicted = !connections.open.contains_key(&self.id);
        if is_evicted {
            return AfterAnswer::Close;
        }
        if connections.established() >= self.registry.max_established {
            if is_probe {
                return AfterAnswer::Close;
            }
            connections.evict_established();
        }
        self.state.establish();
        AfterAnswer::KeepOpen
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut connections = self.registry.connections();
        connections.forget(self.id);
        self.registry.publish_count(&connections);
    }
}

#[cfg(test)]
#[path = "tests/registry.rs"]
mod tests;
