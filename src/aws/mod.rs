//! AWS Systems Manager, and the tagging API beside it, on the real SDK: [`SsmSource`] implements
//! [`Source`](crate::collect::Source) for one target.
//!
//! This folder hides clients and connections, credentials and roles, the request ceiling, the one
//! retry loop, what AWS's errors mean, and the SDK's types. Which calls a refresh needs is decided
//! in `collect`, and what their rows mean in `model`.

mod acceptance;
mod answer_guard;
mod attempt_log;
mod backoff;
mod base;
mod base_credentials;
mod cached_credentials;
mod call_timeouts;
mod classify;
mod codes;
mod connector;
mod credential_process;
mod credentials;
mod default_chain;
mod detail;
mod diagnosis;
mod disguised_error;
mod environment;
mod error_chain;
mod global_service;
mod identity;
mod inspection;
mod limiter;
mod metered_attempt;
mod network_failure;
mod operations;
mod organization_lister;
mod provider_error;
mod reach;
mod redaction;
mod refused_answer;
mod region_lister;
mod resolution;
mod retry;
mod retry_budget;
mod source;
mod ssm_answer;
mod sts;
mod tagging;
mod target_options;
mod target_sdk;
#[cfg(test)]
mod tests;
mod wrapped_client;

use std::time::Duration;

pub use base::{AwsBase, BaseOptions};
pub use credential_process::end_credential_processes;
pub use detail::one_line;
pub use environment::{DefaultRegion, EnvironmentError, RegionOrigin};
pub use global_service::{AccountAccess, GlobalServiceOptions};
pub use organization_lister::OrganizationLister;
pub use region_lister::RegionLister;
pub use source::SsmSource;
pub use target_options::TargetOptions;

use crate::model::{FailureReason, Operation};

/// Counts what a target does on the wire.
///
/// An attempt is one HTTP request to SSM or to the tagging API. A call that is retried twice makes three of them.
pub trait Meter: Send + Sync + 'static {
    /// An attempt has ended, well or badly, or was given up.
    fn attempted(&self, operation: Operation, took: Duration);

    /// The attempt failed.
    fn failed(&self, operation: Operation, reason: FailureReason);

    /// An attempt had to wait for its permit, because of the ceiling or because AWS had throttled.
    fn waited(&self, took: Duration);

    /// An operation is going to be called, though not every configuration needs it.
    fn expected(&self, _operation: Operation) {}

    /// What the limiter allows an operation now, in requests per second.
    fn limit(&self, operation: Operation, per_second: f64);
}
