//! The settings with which the SDK calls the services of one target.

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::base::AwsBase;
use super::credentials::TargetCredentials;
use super::ssm_answer;
use super::target_options::TargetOptions;

/// The same as in the SDK.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// Settings without the SDK's own retries and without its own cache of credentials.
pub(super) fn target_sdk(
    base: &AwsBase,
    options: &TargetOptions,
    credentials: &Arc<TargetCredentials>,
) -> SdkConfig {
    let provider: Arc<dyn ProvideCredentials> = Arc::<TargetCredentials>::clone(credentials);
    let mut sdk = base
        .sdk
        .to_builder()
        .region(region_of(options))
        .timeout_config(timeouts(options.attempt_timeout))
        // The retry loop of this folder stays below the request ceiling.
        .retry_config(RetryConfig::disabled())
        // The credentials of a target are cached where it is known which of them AWS has refused.
        .identity_cache(IdentityCache::no_cache())
        .credentials_provider(SharedCredentialsProvider::from(provider));
    // Only clients of services that answer in JSON are wrapped. STS answers in XML, to which these
    // checks do not apply.
    sdk.set_http_client(base.sdk.http_client().map(ssm_answer::checked));
    sdk.build()
}

pub(super) fn region_of(options: &TargetOptions) -> Region {
    Region::new(options.region.clone())
}

fn timeouts(attempt_timeout: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        // Targets with the same timeouts share their connections.
        .connect_timeout(CONNECT_TIMEOUT.min(attempt_timeout))
        // The SDK makes one attempt per call, so a timeout of the whole call would add nothing.
        .operation_attempt_timeout(attempt_timeout)
        .build()
}
