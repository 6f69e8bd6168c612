//! The open connections: how many there are, and which one makes room for the next.
//!
//! Two rules keep the server open to newcomers, whatever the others do. A quarter of the places is
//! for connections that have not sent a request yet, and of those the oldest makes room for the
//! next, so a newcomer is admitted at once and costs nobody who is being served. With its first
//! request a connection takes one of the other places; if there is none, the served connection of
//! the least [`ConnectionStanding`] is closed, with its answer under way. That spares kept connections, which
//! are idle most of the time. Only if they fill more than half of the places, one of them makes
//! room before an answer that goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use super::limits::Limits;
use super::state::{ConnectionStanding, ConnectionState};

/// How many connections may be told to close and not have done so yet, before newcomers wait for
/// them. It takes them one turn of the scheduler.
const MAX_CLOSING: usize = 16;

/// How many newcomers may be admitted before the first of them is looked at. Accepting must not
/// outrun serving: the oldest newcomer might be closed though its request is there already.
const MAX_STARTING: usize = 16;

/// One of so many places is for newcomers.
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

#[derive(Debug)]
struct Connections {
    max_idle: usize,
    next_id: u64,
    open: HashMap<u64, Arc<ConnectionState>>,
    /// Connections that are told to close; their places are others' already.
    closing: usize,
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
        let max_open = limits.max_connections.max(2);
        let for_newcomers = (max_open / NEWCOMERS_SHARE).max(1);
        let max_established = max_open - for_newcomers;
        let connections = Connections {
            max_idle: max_established / 2,
            next_id: 0,
            open: HashMap::new(),
            closing: 0,
        };
        Arc::new(Self {
            limits,
            max_open,
            max_established,
            starting: Arc::new(Semaphore::new(MAX_STARTING.min(for_newcomers))),
            connections: Mutex::new(connections),
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
        let (id, state) = (
            connections.next_id,
            Arc::new(ConnectionState::new(self.limits)),
        );
        connections.next_id += 1;
        connections.open.insert(id, Arc::clone(&state));
        self.count.send_replace(connections.unended());
        Some(ConnectionSlot {
            registry: Arc::clone(self),
            id,
            state,
        })
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    /// Those whose task has not ended.
    fn unended(&self) -> usize {
        self.open.len() + self.closing
    }

    /// Makes room for a newcomer: at the cost of another one if they have their share of the
    /// places, else of one that is served. `false` if nothing is open.
    fn evict_in_proportion(&mut self) -> bool {
        let newcomers = self
            .open
            .values()
            .filter(|state| !state.is_established())
            .count();
        if newcomers >= (self.open.len() / NEWCOMERS_SHARE).max(1) {
            let least = self.least(|state| !state.is_established());
            self.evict(least)
        } else {
            self.evict_established()
        }
    }

    /// Makes room among the served connections. `false` if there is none.
    fn evict_established(&mut self) -> bool {
        let least = self.least(ConnectionState::is_established);
        let idle = self.open.values().filter(|state| state.is_idle()).count();
        let goes_on = least.is_some_and(|(standing, _)| !standing.is_stalled(Instant::now()));
        if goes_on && idle > self.max_idle {
            let longest_idle = self.least(ConnectionState::is_idle);
            self.evict(longest_idle)
        } else {
            self.evict(least)
        }
    }

    /// The one of the least standing among `candidates`.
    fn least(
        &self,
        candidates: impl Fn(&ConnectionState) -> bool,
    ) -> Option<(ConnectionStanding, u64)> {
        let now = Instant::now();
        let candidates = self.open.iter().filter(|(_, state)| candidates(state));
        candidates
            .map(|(&id, state)| (state.standing(now), id))
            .min()
    }

    /// Tells a connection to close; `false` if there is none.
    fn evict(&mut self, connection: Option<(ConnectionStanding, u64)>) -> bool {
        let Some(state) = connection.and_then(|(_, id)| self.open.remove(&id)) else {
            return false;
        };
        self.closing += 1;
        state.evict();
        true
    }
}

impl ConnectionSlot {
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    /// Takes a place among the served connections, once the first request has come. Answers whether
    /// it has one; a probe of health or readiness takes none from others, because it is answered at
    /// once and can do without.
    pub(super) fn establish(&self, is_probe: bool) -> bool {
        if self.state.is_established() {
            return true;
        }
        let mut connections = self.registry.connections();
        if !connections.open.contains_key(&self.id) {
            // Evicted meanwhile.
            return false;
        }
        let established = connections
            .open
            .values()
            .filter(|state| state.is_established())
            .count();
        if established >= self.registry.max_established {
            if is_probe {
                return false;
            }
            connections.evict_established();
        }
        self.state.establish();
        true
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut connections = self.registry.connections();
        if connections.open.remove(&self.id).is_none() {
            connections.closing = connections.closing.saturating_sub(1);
        }
        self.registry.count.send_replace(connections.unended());
    }
}

#[cfg(test)]
#[path = "tests/registry.rs"]
mod tests;
