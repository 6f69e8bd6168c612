//! The base credentials from wherever the environment and the profile say.

use std::panic::AssertUnwindSafe;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::client::EndpointMode;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, Region, imds};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::FutureExt;

use super::credential_source::{CredentialSource, unusable};
use super::profile::Profile;
use super::variables::Problems;
use super::{Environment, MetadataService};
use crate::aws::base::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT};

/// Reads the profile and asks its provider anew each time: files change, and the SDK's providers remember what they read.
#[derive(Debug)]
pub(in crate::aws) struct BaseCredentials {
    environment: Environment,
    http: SharedHttpClient,
    /// Where STS and IAM Identity Center are asked.
    region: Option<Region>,
}

impl BaseCredentials {
    pub(in crate::aws) fn new(environment: Environment, http: SharedHttpClient, region: Option<Region>) -> Self {
        Self { environment, http, region }
    }

    async fn resolve(&self) -> provider::Result {
        let problems = Problems::default();
        let profile = self.environment.profile_files.read(&problems).await;
        let source = CredentialSource::find(&self.environment.variables, &profile, &problems).await;
        if let Some(problem) = problems.into_list().first() {
            return Err(CredentialsError::invalid_configuration(problem.on_one_line()));
        }
        let Some(provider) = self.provider(source, &profile) else {
            return Err(CredentialsError::not_loaded_no_source());
        };
        // The SDK asserts things about what files, processes and services say. A panic here is a failure like any other.
        let resolved = AssertUnwindSafe(provider.provide_credentials()).catch_unwind().await;
        let credentials = resolved.unwrap_or_else(|_| {
            Err(CredentialsError::unhandled("the AWS SDK panicked over what it was given; see the log"))
        })?;
        match unusable(&credentials) {
            None => Ok(credentials),
            Some(fault) => Err(CredentialsError::invalid_configuration(fault)),
        }
    }

    fn provider(&self, source: CredentialSource, profile: &Profile) -> Option<SharedCredentialsProvider> {
        let settings = self.settings();
        Some(match source {
            CredentialSource::Variables(credentials) => SharedCredentialsProvider::new(credentials),
            CredentialSource::Profile => {
                let provider = ProfileFileCredentialsProvider::builder()
                    .configure(&settings)
                    .profile_name(profile.name())
                    .profile_files(profile.texts())
                    .with_custom_provider("Ec2InstanceMetadata", metadata(&self.environment.metadata, &settings)?);
                SharedCredentialsProvider::new(provider.build())
            }
            CredentialSource::WebIdentity(token) => {
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(&settings);
                SharedCredentialsProvider::new(provider.static_configuration(token).build())
            }
            CredentialSource::Container => {
                SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&settings).build())
            }
            CredentialSource::InstanceMetadata => {
                SharedCredentialsProvider::new(metadata(&self.environment.metadata, &settings)?)
            }
            CredentialSource::Nowhere => return None,
        })
    }

    /// For the SDK's clients behind the providers. What is set here is not read from the environment.
    fn settings(&self) -> ProviderConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        ProviderConfig::without_region()
            .with_region(self.region.clone())
            .with_http_client(self.http.clone())
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_retry_config(RetryConfig::standard())
            .with_timeout_config(timeouts)
            .with_use_fips(Some(self.environment.endpoints.fips))
            .with_use_dual_stack(Some(self.environment.endpoints.dual_stack))
    }
}

fn metadata(service: &MetadataService, settings: &ProviderConfig) -> Option<ImdsCredentialsProvider> {
    let client = imds::Client::builder().configure(settings);
    let client = match &service.endpoint {
        Some(endpoint) => client.endpoint(endpoint).ok()?,
        None if service.is_ipv6 => client.endpoint_mode(EndpointMode::IpV6),
        None => client.endpoint_mode(EndpointMode::IpV4),
    };
    Some(ImdsCredentialsProvider::builder().configure(settings).imds_client(client.build()).build())
}

impl ProvideCredentials for BaseCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.resolve())
    }
}
