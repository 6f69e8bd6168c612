//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// The time of day, which is absent if the system's clock is set to before 1970.
// It is only shown. Ages and intervals are measured with a monotonic clock, which does not jump when
// someone sets the time.
pub(super) fn wall_clock() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?)
}
