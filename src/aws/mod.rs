//! AWS Systems Manager on the real SDK: [`SsmSource`] implements [`Source`](crate::collect::Source)
//! for one target.
//!
//! Hidden here: clients and connections, roles, the request ceiling, the one retry loop, what AWS's
//! errors mean, and the SDK's types. Which calls a refresh needs, and what their rows mean, is for
//! others.

mod acceptance;
mod adaptive_rate;
mod answer_guard;
mod attempt_log;
mod base;
mod base_credentials;
mod cached_credentials;
mod call_timeouts;
mod classify;
mod codes;
mod connector;
mod convert;
mod credential_process;
mod credentials;
mod default_chain;
mod detail;
mod diagnosis;
mod environment;
mod error_chain;
mod identity;
mod limiter;
mod network_failure;
mod provider_error;
mod reach;
mod redaction;
mod resolution;
mod retry;
mod source;
mod ssm_answer;
mod sts;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use base::{AwsBase, BaseOptions};
pub use credential_process::end_credential_processes;
pub use detail::one_line;
pub use environment::EnvironmentError;
pub use source::{SsmSource, TargetOptions};

use crate::collect::Operation;
use crate::model::FailureReason;

/// Who counts what a target does on the wire. An attempt is one HTTP request to SSM: a call that is
/// retried twice is three of them.
pub trait Meter: Send + Sync + 'static {
    /// An attempt has ended, well or badly, or was given up.
    fn attempted(&self, operation: Operation, took: Duration);

    /// The attempt failed.
    fn failed(&self, operation: Operation, reason: FailureReason);

    /// An attempt had to wait for the ceiling, or because AWS had throttled.
    fn waited(&self, took: Duration);

    /// What the limiter allows now, in requests per second.
    fn limit(&self, operation: Operation, per_second: f64);
}
