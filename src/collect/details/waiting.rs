//! The instances that are due and have not been asked about yet.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

/// The queue of instances that are due.
pub(super) struct WaitingIds {
    due: UnboundedReceiver<Arc<str>>,
    ids: Vec<Arc<str>>,
    /// Whether more instances may come due.
    is_open: bool,
}

impl WaitingIds {
    pub(super) fn new(due: UnboundedReceiver<Arc<str>>) -> Self {
        Self {
            due,
            ids: Vec::new(),
            is_open: true,
        }
    }

    /// Says whether more instances may come due.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Waits for the next instance that comes due, or returns `None` if no more will.
    pub(super) async fn next_due(&mut self) -> Option<Arc<str>> {
        self.due.recv().await
    }

    /// Adds an instance that has come due.
    pub(super) fn push(&mut self, id: Arc<str>) {
        self.ids.push(id);
    }

    /// Notes that no more instances will come due.
    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    /// Takes a whole batch or, once no more instances come due, whatever is left.
    pub(super) fn next_batch(&mut self, batch_instances: usize) -> Option<Vec<Arc<str>>> {
        // A call costs as much for one instance as for fifty, so a part of a batch waits.
        let is_worth_a_call = self.ids.len() >= batch_instances || !self.is_open;
        if self.ids.is_empty() || !is_worth_a_call {
            return None;
        }
        let rest = self.ids.len().saturating_sub(batch_instances);
        Some(self.ids.split_off(rest))
    }
}
