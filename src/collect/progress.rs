//! When a refresh last got an answer.

use std::sync::Mutex;

use tokio::time::Instant;

use crate::locks::locked;

/// The last sign of life of a refresh. It is read from outside of the refresh, so that one whose
/// thread is blocked is noticed.
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
        *locked(&self.0) = Instant::now();
    }

    /// When the last call ended.
    pub(super) fn last(&self) -> Instant {
        *locked(&self.0)
    }

    /// Makes a call, and notes its end.
    pub(super) async fn noting<T>(&self, call: impl Future<Output = T>) -> T {
        let answer = call.await;
        self.note();
        answer
    }
}
