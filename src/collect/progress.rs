//! When a refresh last got an answer.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// The last sign of life of a refresh. Read from outside of it, so that a refresh whose thread is
/// blocked is noticed.
#[derive(Debug)]
pub(super) struct Progress(Mutex<Instant>);

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Progress {
    /// A call has ended.
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// When the last call ended.
    pub(super) fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
