//! When a refresh last received an answer.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::locks::locked;

/// The last sign of life of a refresh.
// It lives outside of the refresh, because a refresh whose thread is blocked cannot notice that
// itself.
#[derive(Debug)]
pub(super) struct Progress(Mutex<Instant>);

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Progress {
    /// Notes that a call has ended just now.
    pub(super) fn note(&self) {
        *locked(&self.0) = Instant::now();
    }

    /// Returns when the last call ended.
    pub(super) fn last(&self) -> Instant {
        *locked(&self.0)
    }

    /// Makes a call, and notes its end.
    pub(super) async fn noting<T>(&self, call: impl Future<Output = T>) -> T {
        let answer = call.await;
        self.note();
        answer
    }

    /// Ends when no call has ended for as long as `limit` says.
    pub(super) async fn silence(&self, limit: impl Fn() -> Duration) {
        loop {
            // The limit is asked for each time, because a source becomes more patient while AWS
            // tells it to wait.
            let end = self.last() + limit();
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }
}
