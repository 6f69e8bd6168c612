//! The open connections: how many there are, and which one makes room for the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::life::{Life, Phase};
use super::limits::Limits;

/// How often a full server looks for a connection that has become idle; closed ones are noticed at once.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All open connections of a server.
#[derive(Debug)]
pub(super) struct Registry {
    limits: Limits,
    open: Mutex<Open>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    lives: HashMap<u64, Arc<Life>>,
}

/// A connection's place among the open ones, given up when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    registry: Arc<Registry>,
    id: u64,
    life: Arc<Life>,
}

impl Registry {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, open: Mutex::default(), count: watch::Sender::new(0) })
    }

    /// A place for a new connection. At the cap the oldest idle connection is closed; if all are answering, this waits,
    /// which leaves further clients in the listener's backlog.
    pub(super) async fn admit(self: &Arc<Self>) -> Slot {
        let mut count = self.count.subscribe();
        loop {
            if let Some(slot) = self.try_admit() {
                return slot;
            }
            self.evict_oldest();
            // The sender lives as long as self, so only the timeout can be an error.
            let _ = tokio::time::timeout(LOOK_AGAIN, count.wait_for(|open| *open < self.limits.max_connections)).await;
        }
    }

    /// Closes the connection that has been idle for longest: between requests if there is one, else in mid-head.
    pub(super) fn evict_oldest(&self) {
        let open = self.open();
        let idle =
            open.lives.values().map(|life| (life.phase(), life)).filter(|((phase, _), _)| *phase <= Phase::Reading);
        if let Some((_, life)) = idle.min_by_key(|(order, _)| *order) {
            life.evict();
        }
    }

    /// Completes when no connection is open.
    pub(super) async fn emptied(&self) {
        let _ = self.count.subscribe().wait_for(|open| *open == 0).await;
    }

    fn try_admit(self: &Arc<Self>) -> Option<Slot> {
        let mut open = self.open();
        if open.lives.len() >= self.limits.max_connections.max(1) {
            return None;
        }
        let (id, life) = (open.next, Arc::new(Life::new(self.limits)));
        open.next += 1;
        open.lives.insert(id, Arc::clone(&life));
        self.count.send_replace(open.lives.len());
        Some(Slot { registry: Arc::clone(self), id, life })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    pub(super) fn life(&self) -> &Arc<Life> {
        &self.life
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.registry.open();
        open.lives.remove(&self.id);
        self.registry.count.send_replace(open.lives.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(max_connections: usize) -> Arc<Registry> {
        Registry::new(Limits { max_connections, ..Limits::default() })
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_idle_connection_makes_room() {
        let registry = registry(2);
        let busy = registry.admit().await;
        busy.life().request();
        tokio::time::advance(Duration::from_millis(1)).await;
        let idle = registry.admit().await;
        let life = Arc::clone(idle.life());
        let task = tokio::spawn(async move {
            life.evicted().await;
            drop(idle);
        });
        let third = registry.admit().await;
        task.await.unwrap();
        assert_eq!(busy.life().phase().0, Phase::Responding);
        assert_eq!(third.life().phase().0, Phase::Waiting);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_server_waits_while_all_connections_are_answering() {
        let registry = registry(1);
        let busy = registry.admit().await;
        busy.life().request();
        let waited = tokio::time::timeout(Duration::from_secs(5), registry.admit()).await;
        assert!(waited.is_err());
        drop(busy);
        registry.admit().await;
    }
}
