//! Reads both clocks for the model, which has none.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Now, Timestamp};

/// The monotonic clock, by which ages are measured, and the wall clock, which metrics show.
#[derive(Clone)]
pub struct Clock {
    // This is tokio's instant, so that tests can let hours pass in milliseconds.
    start: Instant,
    wall: Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>,
}

impl Clock {
    /// Creates a clock that starts now. `wall` reads the wall clock.
    pub fn new(wall: impl Fn() -> Option<Timestamp> + Send + Sync + 'static) -> Self {
        Self {
            start: Instant::now(),
            wall: Arc::new(wall),
        }
    }

    /// Returns the present time on both clocks.
    pub fn now(&self) -> Now {
        Now {
            since_start: self.start.elapsed(),
            wall: (self.wall)(),
        }
    }

    /// Returns the instant at this time since the start.
    pub(super) fn instant(&self, since_start: Duration) -> Instant {
        self.start + since_start
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}
