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
use super::credential_source::CredentialSource;
use super::metadata::MetadataService;
use super::problems::{Problem, Problems};
use super::reader::SettingReader;
use super::value_forms::header_word;
use super::variable_reader::VariableReader;

impl Environment {
    /// What is wrong now with where credentials come from, if something is: files change while the
    /// program runs.
    pub(in crate::aws) async fn credentials_fault(&self) -> Option<String> {
        let problems = Problems::default();
        let profile = self.profile_files.read(&problems).await;
        CredentialSource::check(SettingReader {
            variables: VariableReader::new(&self.variables, &problems),
            profile: &profile,
        })
        .await;
        // The page and the log have room for one line, and fixing the first often fixes the others.
        problems.into_list().first().map(Problem::on_one_line)
    }

    /// Why no request can be signed with these credentials, if none can. The SDK panics when it
    /// signs with a key that no header can hold.
    pub(in crate::aws) fn unusable(credentials: &Credentials) -> Option<&'static str> {
        if is_bad_in_header(credentials.access_key_id()) {
            Some("the access key id that was given is not one")
        } else if is_bad_in_header(credentials.secret_access_key()) {
            Some("the secret access key that was given is not one")
        } else if credentials.session_token().is_some_and(is_bad_in_header) {
            Some("the session token that was given is not one")
        } else {
            None
        }
    }

    /// The configuration of the SDK's clients behind the providers. What is set here is not read
    /// from the environment.
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
            // Without this the SDK would read AWS_RETRY_MODE and its key of the profile by itself.
            .with_retry_config(RetryConfig::standard())
            .with_timeout_config(timeouts)
            .with_use_fips(Some(self.endpoints.fips))
            .with_use_dual_stack(Some(self.endpoints.dual_stack))
    }

    /// The provider that asks the instance's metadata service, wherever it is.
    pub(in crate::aws) fn metadata_provider(
        &self,
        config: &ProviderConfig,
    ) -> ImdsCredentialsProvider {
        let client = self.metadata_client(config).build();
        ImdsCredentialsProvider::builder()
            .configure(config)
            .imds_client(client)
            .build()
    }

    fn metadata_client(&self, config: &ProviderConfig) -> imds::client::Builder {
        let client = imds::Client::builder().configure(config);
        // An address says by itself whether it is IPv6, so the mode matters only without one.
        let Some(endpoint) = &self.metadata.endpoint else {
            return client.endpoint_mode(self.metadata.mode());
        };
        // The endpoint was read as a URL already, so this does not fail.
        client
            .endpoint(endpoint)
            .unwrap_or_else(|_| imds::Client::builder().configure(config))
    }
}

impl MetadataService {
    fn mode(&self) -> EndpointMode {
        if self.is_ipv6 {
            EndpointMode::IpV6
        } else {
            EndpointMode::IpV4
        }
    }
}

fn is_bad_in_header(text: &str) -> bool {
    header_word(text).is_err()
}
