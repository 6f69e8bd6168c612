//! The timeouts of the calls with which credentials are obtained: those of the providers and those
//! to STS.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;

/// The SDK's own connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
/// How long one attempt of a call may take.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Timeouts of a call that may take `operation_timeout` with all its retries.
pub(super) fn call_timeouts(operation_timeout: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        // With a limit of its own, a host that is not there is told from one that is slow.
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(operation_timeout)
        .build()
}
