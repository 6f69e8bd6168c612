//! What all targets share: the SDK's settings, one HTTP client and the base credentials.

use std::fmt;
use std::sync::Arc;

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ssm::config::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::sdk_config::Builder;

use super::base_credentials::BaseCredentials;
use super::default_chain::DefaultChain;
use super::environment::{
    CheckedParts, DefaultRegion, Environment, EnvironmentError, RegionOrigin,
};
use super::{answer_guard, connector};

/// Stands in the user agent and is the name of assumed sessions, by which `CloudTrail` shows who
/// has called.
pub(super) const APP_NAME: &str = "ssm-compliance-exporter";

/// How to reach AWS, where the environment and the profile do not say.
#[derive(Clone, Default)]
pub struct BaseOptions {
    /// For simulators: the URL that is asked for every service and region. Without it the SDK's own
    /// settings hold (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SSM`, the profile).
    pub endpoint_url: Option<String>,
    /// Access key id and secret key to use instead of the default chain, for the demo and for
    /// tests.
    pub static_credentials: Option<(String, String)>,
    /// Where the base credentials are asked for if neither environment nor profile names a region.
    /// Any configured region will do, and saves asking the instance metadata.
    pub fallback_region: Option<String>,
}

impl fmt::Debug for BaseOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseOptions")
            .field("endpoint_url", &self.endpoint_url)
            .finish_non_exhaustive()
    }
}

/// What all targets share. Loaded once at start; clones share the credentials.
#[derive(Clone, Debug)]
pub struct AwsBase {
    pub(super) sdk: SdkConfig,
    pub(super) credentials: Arc<BaseCredentials>,
    pub(super) region: DefaultRegion,
}

impl AwsBase {
    /// Reads the environment and the profile. Makes no call: credentials that are missing show when
    /// a target begins its refresh.
    ///
    /// # Errors If a setting of the environment or the profile is invalid.
    pub async fn load(options: BaseOptions) -> Result<Self, EnvironmentError> {
        let environment = options.environment().await?;
        let http = connector::shared(environment.proxies.clone(), environment.trust_store.clone());
        // Providers of credentials get this client, too, so that no answer of anybody is unbounded.
        let http = answer_guard::bounded(http);
        let region = environment.region.clone();
        let mut sdk = settings(http.clone(), sdk_region(&region));
        set_endpoints(&mut sdk, options.endpoint_url.clone(), &environment);
        let credentials = options.credentials(environment, http);
        Ok(Self {
            sdk: sdk.build(),
            credentials: Arc::new(credentials),
            region,
        })
    }

    /// The region of `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile.
    pub fn default_region(&self) -> Option<String> {
        self.region.name().map(str::to_owned)
    }

    /// What names the default region, if anything does.
    pub fn default_region_origin(&self) -> Option<&RegionOrigin> {
        self.region.origin()
    }
}

impl BaseOptions {
    async fn environment(&self) -> Result<Environment, EnvironmentError> {
        // The environment of a developer is often set up for something else, and must not matter
        // then.
        if self.needs_no_environment() {
            return Ok(Environment::isolated());
        }
        let checked = CheckedParts {
            credentials: self.static_credentials.is_none(),
            endpoints: self.endpoint_url.is_none(),
        };
        Environment::load(checked).await
    }

    /// Whether a simulator is asked: without TLS no certificates are needed either.
    fn needs_no_environment(&self) -> bool {
        let url = self.endpoint_url.as_deref().unwrap_or_default();
        self.static_credentials.is_some() && url.starts_with("http://")
    }

    fn credentials(self, environment: Environment, http: SharedHttpClient) -> BaseCredentials {
        if let Some((id, secret)) = self.static_credentials {
            return static_credentials(id, secret);
        }
        let fallback = self.fallback_region.map(Region::new);
        let region = sdk_region(&environment.region).or(fallback);
        BaseCredentials::from_default_chain(DefaultChain {
            environment,
            http,
            region,
        })
    }
}

fn sdk_region(region: &DefaultRegion) -> Option<Region> {
    let name = region.name()?;
    Some(Region::new(name.to_owned()))
}

fn static_credentials(id: String, secret: String) -> BaseCredentials {
    let credentials = Credentials::new(id, secret, None, None, "static");
    BaseCredentials::from_provider(SharedCredentialsProvider::new(credentials))
}

fn set_endpoints(sdk: &mut Builder, endpoint_url: Option<String>, environment: &Environment) {
    // A simulator has one address for all services, so nothing else may choose an endpoint.
    if endpoint_url.is_some() {
        sdk.set_endpoint_url(endpoint_url);
        return;
    }
    let endpoints = environment.endpoints();
    sdk.set_use_fips(Some(endpoints.fips))
        .set_use_dual_stack(Some(endpoints.dual_stack))
        .set_service_config(Some(endpoints));
}

/// The settings that all clients have in common. The SDK's loader would fill the rest from the
/// environment and the profile, and panics over some of it; here the rest is the SDK's default.
pub(super) fn settings(http: SharedHttpClient, region: Option<Region>) -> Builder {
    let mut settings = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(region)
        // Every call has a timeout for the whole of an attempt, so a slow body does not have to be
        // watched.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    // A user agent allows every character of this name, so the name is never left out.
    settings.set_app_name(AppName::new(APP_NAME).ok());
    settings
}
