//! What the providers of base credentials need of the environment, so that they need not read it
//! themselves.

use aws_config::imds::client::EndpointMode;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, imds};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::Environment;
use super::credential_source::{self, CredentialSource};
use super::variables::Problems;

impl Environment {
    /// What is wrong now with where credentials come from, if something is: files change while the
    /// program runs.
    pub(in crate::aws) async fn credentials_fault(&self) -> Option<String> {
        let problems = Problems::default();
        let profile = self.profile_files.read(&problems).await;
        CredentialSource::check(&self.variables, &profile, &problems).await;
        problems
            .into_list()
            .first()
            .map(super::variables::Problem::on_one_line)
    }

    /// Why nothing can be signed with these, if nothing can.
    pub(in crate::aws) fn unusable(credentials: &Credentials) -> Option<&'static str> {
        credential_source::unusable(credentials)
    }

    /// For the SDK's clients behind the providers. What is set here is not read from the
    /// environment.
    pub(in crate::aws) fn provider_config(
        &self,
        http: SharedHttpClient,
        region: Option<Region>,
        timeouts: TimeoutConfig,
    ) -> ProviderConfig {
        ProviderConfig::without_region()
            .with_region(region)
            .with_http_client(http)
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_retry_config(RetryConfig::standard())
            .with_timeout_config(timeouts)
            .with_use_fips(Some(self.endpoints.fips))
            .with_use_dual_stack(Some(self.endpoints.dual_stack))
    }

    /// The instance's metadata service, wherever it is.
    pub(in crate::aws) fn metadata_provider(
        &self,
        settings: &ProviderConfig,
    ) -> ImdsCredentialsProvider {
        let client = imds::Client::builder().configure(settings);
        let mode = if self.metadata.is_ipv6 {
            EndpointMode::IpV6
        } else {
            EndpointMode::IpV4
        };
        let client = match &self.metadata.endpoint {
            // Read as a URL already, so it is one; else the usual place is asked.
            Some(endpoint) => client
                .endpoint(endpoint)
                .unwrap_or_else(|_| imds::Client::builder().configure(settings)),
            None => client.endpoint_mode(mode),
        };
        ImdsCredentialsProvider::builder()
            .configure(settings)
            .imds_client(client.build())
            .build()
    }
}
