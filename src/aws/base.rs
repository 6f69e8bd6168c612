//! What all targets share: the SDK's settings, one HTTP client, the base credentials.

use std::fmt;
use std::sync::Arc;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::TokenError;
use aws_credential_types::provider::token::ProvideToken;
use aws_credential_types::provider::{SharedCredentialsProvider, future};
use aws_sdk_ssm::config::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::chain::Chain;
use super::{answer_guard, connector};

/// In the user agent and as the name of assumed sessions: how `CloudTrail` shows who called.
pub(super) const APP_NAME: &str = "ssm-compliance-exporter";

/// How to reach AWS, where the environment and the profile do not say.
#[derive(Clone, Default)]
pub struct BaseOptions {
    /// For simulators: asked for every service and region. Without it the SDK's own settings hold
    /// (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SSM`, the profile).
    pub endpoint_url: Option<String>,
    /// Access key id and secret key to use instead of the default chain: for the demo and for tests.
    pub static_credentials: Option<(String, String)>,
    /// Where the base credentials are asked for if neither environment nor profile names a region: any that is configured
    /// will do, and saves asking the instance metadata.
    pub fallback_region: Option<String>,
}

impl fmt::Debug for BaseOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseOptions").field("endpoint_url", &self.endpoint_url).finish_non_exhaustive()
    }
}

/// What all targets share. Loaded once at start.
#[derive(Debug)]
pub struct Base {
    pub(super) sdk: SdkConfig,
    pub(super) chain: Arc<Chain>,
}

impl Base {
    /// Reads environment and profile. Never fails and calls nobody: what is missing shows when a target begins.
    pub async fn load(options: BaseOptions) -> Self {
        let http = answer_guard::bounded(connector::shared(options.endpoint_url.as_deref()));
        let region = configured_region().await;
        let mut loader = loader(http.clone(), region.clone()).no_credentials();
        if let Some(url) = &options.endpoint_url {
            // Either of the two, from the environment or the profile, would make the SDK refuse the URL.
            loader = loader.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        let chain = match options.static_credentials {
            Some((id, secret)) => {
                Chain::fixed(SharedCredentialsProvider::new(Credentials::new(id, secret, None, None, "static")))
            }
            None => Chain::default_of(http, region.or(options.fallback_region.map(Region::new))),
        };
        Self { sdk: loader.load().await, chain: Arc::new(chain) }
    }

    /// The region of `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile.
    pub fn default_region(&self) -> Option<String> {
        self.sdk.region().map(ToString::to_string)
    }
}

/// The settings that clients and the credentials chain have in common.
pub(super) fn loader(http: SharedHttpClient, region: Option<Region>) -> ConfigLoader {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(RegionProviderChain::first_try(region))
        .token_provider(NoToken)
        // Every call has a timeout for the whole of an attempt, so a slow body needs no watch of its own.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    match AppName::new(APP_NAME) {
        Ok(name) => loader.app_name(name),
        Err(_) => loader,
    }
}

/// Systems Manager and STS take no bearer tokens. Without this the SDK makes a provider of them at load, and asks the
/// instance metadata for its region.
#[derive(Debug)]
struct NoToken;

impl ProvideToken for NoToken {
    fn provide_token<'a>(&'a self) -> future::ProvideToken<'a>
    where
        Self: 'a,
    {
        future::ProvideToken::ready(Err(TokenError::not_loaded("no service that is called takes one")))
    }
}

/// Environment, then profile. Not the instance metadata, which the SDK would ask over the network.
async fn configured_region() -> Option<Region> {
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .region()
        .await
}
