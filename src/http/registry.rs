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
//!
//! [`ConnectionStanding`]: super::standing::ConnectionStanding

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::connections::{Connections, newcomers_share};
use super::limits::Limits;
use super::state::ConnectionState;

/// How many connections may have been told to close without having done so, before newcomers wait
/// for them. Closing takes them one turn of the scheduler.
const MAX_CLOSING: usize = 16;

/// How many newcomers may be admitted before the first of them is looked at. Accepting must not
/// outrun serving, or the oldest newcomer might be closed although its request has already come.
const MAX_STARTING: usize = 16;

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
