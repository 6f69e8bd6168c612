//! The SDK's default credentials chain, link by link: environment, profile, web identity,
//! container, instance.
//!
//! The providers and their order are the SDK's. Walking along them here tells which of them fails
//! and why, keeps away from the SDK the settings of clients (such as `retry_mode`) that it cannot
//! parse, and lets us run a `credential_process` ourselves. The chain is built anew for each
//! resolution, because its parts remember the files they once read.

mod failure;
mod link;
mod nothing_found;
mod profiles;
mod providers;

use std::time::Duration;

use aws_config::Region;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::call_timeouts::call_timeouts;
use super::environment::Environment;
use super::reach::naming_hosts;
use super::resolution::Stage;
use crate::collect::SourceResult;
use link::links;
use nothing_found::{EmptyLink, nothing_found};
use profiles::Profiles;
use providers::Providers;

/// Less than a resolution may take, so that a service that does not answer is named by its own
/// failure.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(25);

/// What the links are built with.
#[derive(Clone)]
pub(super) struct DefaultChain {
    pub(super) environment: Environment,
    pub(super) http: SharedHttpClient,
    pub(super) region: Option<Region>,
}

impl DefaultChain {
    /// Asks one link after the other. Blocks while files are read.
    pub(super) async fn load(self, stage: Stage) -> SourceResult<Credentials> {
        if let Some(credentials) = from_environment().await? {
            return usable(credentials);
        }
        let files = profiles::paths_text();
        stage.set(format!("a file of profiles ({files})"));
        // The SDK panics over some of what these files may say, so they are checked first.
        if let Some(fault) = self.environment.credentials_fault().await {
            return Err(failure::misconfigured(&fault));
        }
        let profiles = Profiles::load()
            .await
            .map_err(|error| failure::unreadable_profiles(&error))?;
        let providers = Providers {
            environment: &self.environment,
            config: self.provider_config(),
            profiles: &profiles,
            stage: &stage,
        };
        ask_links(&providers).await
    }

    fn provider_config(&self) -> ProviderConfig {
        let timeouts = call_timeouts(OPERATION_TIMEOUT);
        // The services of the chain have different hosts, and an error must tell which one failed.
        let http = naming_hosts(self.http.clone());
        self.environment
            .provider_config(http, self.region.clone(), timeouts)
    }
}

/// The credentials of the environment, if there are any.
async fn from_environment() -> SourceResult<Option<Credentials>> {
    let provider = EnvironmentVariableCredentialsProvider::new();
    match provider.provide_credentials().await {
        Ok(credentials) => Ok(Some(credentials)),
        Err(CredentialsError::CredentialsNotLoaded(_)) => Ok(None),
        // The SDK's own text would quote the value.
        Err(_) => Err(failure::unreadable_environment()),
    }
}

/// The credentials of the first link that has any. A link that fails ends the search: what is
/// configured there is meant.
async fn ask_links(providers: &Providers<'_>) -> SourceResult<Credentials> {
    let mut empty_links = Vec::new();
    for link in links(providers.profiles) {
        providers.stage.set(link.to_string());
        match providers.ask(&link).await {
            Ok(credentials) => return usable(credentials),
            // The link is not configured. What it says about that matters only if no other link has
            // credentials either.
            Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
                empty_links.push(EmptyLink { link, error });
            }
            Err(error) => return Err(failure::of_link(&link, providers.profiles, &error)),
        }
    }
    Err(nothing_found(providers.profiles, &empty_links))
}

/// The same credentials, if a request can be signed with them. The SDK panics over some texts.
fn usable(credentials: Credentials) -> SourceResult<Credentials> {
    match Environment::unusable(&credentials) {
        None => Ok(credentials),
        Some(fault) => Err(failure::misconfigured(fault)),
    }
}
