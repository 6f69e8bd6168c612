//! Both clocks, as the model wants them told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Now, Timestamp};

/// Both clocks: ages are measured with the monotonic one, series show the wall clock.
#[derive(Clone)]
pub struct Clock {
    start: Instant,
    wall: Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>,
}

impl Clock {
    /// A clock that starts now.
    pub fn new(wall: impl Fn() -> Option<Timestamp> + Send + Sync + 'static) -> Self {
        Self {
            start: Instant::now(),
            wall: Arc::new(wall),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        Now {
            since_start: self.start.elapsed(),
            wall: (self.wall)(),
        }
    }

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
