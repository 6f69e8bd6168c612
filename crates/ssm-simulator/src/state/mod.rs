//! What the requests of one simulator share: targets, faults, rate limits, sessions and the log.

mod bucket;
mod rate_limiter;
mod request_log;
mod sessions;
mod shared_state;
mod target_state;

pub use request_log::{LoggedRequest, RequestCount};
pub(crate) use shared_state::SharedState;
pub(crate) use target_state::TargetState;
