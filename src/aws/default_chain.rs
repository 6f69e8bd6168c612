//! The SDK's default credentials chain, link by link: environment, profile, web identity,
//! container, instance.
//!
//! The providers and their order are the SDK's. Walking along them here tells which of them fails
//! and why, keeps settings of clients (such as `retry_mode`) that it cannot parse out of it, and
//! lets a `credential_process` be run by us. It is built anew for each resolution, because its
//! parts remember the files they once read.

use std::env;
use std::time::Duration;

use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::credential_process::CredentialProcess;
use super::environment::Environment;
use super::profiles::{self, Profiles};
use super::reach::{self, naming_hosts};
use super::resolution::Stage;
use super::unloaded::{self, Link};
use crate::collect::SourceResult;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// Less than a resolution may take, so that a service that does not answer is named by its own
/// failure.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(25);

/// Where container credentials come from, unless a full URL is given.
const CONTAINER_HOST: &str = "169.254.170.2";

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
        match EnvironmentVariableCredentialsProvider::new()
            .provide_credentials()
            .await
        {
            Ok(credentials) => return usable(credentials),
            Err(CredentialsError::CredentialsNotLoaded(_)) => {}
            // The SDK's text would quote the value.
            Err(_) => return Err(unloaded::unreadable_environment()),
        }
        let [config_file, credentials_file] = profiles::paths();
        stage.set(format!(
            "a file of profiles ({} or {})",
            config_file.display(),
            credentials_file.display()
        ));
        let config = self.provider_config();
        // The SDK panics over some of what files may say.
        if let Some(fault) = self.environment.credentials_fault().await {
            return Err(unloaded::misconfigured(&fault));
        }
        let profiles = Profiles::load()
            .await
            .map_err(|error| unloaded::unreadable_profiles(&error))?;
        let mut tried = Vec::new();
        for link in links(&profiles) {
            stage.set(link.to_string());
            let provided = self.provide(&link, &config, &profiles, &stage).await;
            match provided {
                Ok(credentials) => return usable(credentials),
                Err(error @ CredentialsError::CredentialsNotLoaded(_)) => tried.push((link, error)),
                Err(error) => return Err(unloaded::failed(&link, &profiles, &error)),
            }
        }
        Err(unloaded::nowhere(&profiles, &tried))
    }

    fn provider_config(&self) -> ProviderConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        self.environment.provider_config(
            naming_hosts(self.http.clone()),
            self.region.clone(),
            timeouts,
        )
    }

    async fn provide(
        &self,
        link: &Link,
        config: &ProviderConfig,
        profiles: &Profiles,
        stage: &Stage,
    ) -> provider::Result {
        match link {
            Link::Profile { .. } => {
                Box::pin(self.profile(config, profiles, stage).provide_credentials()).await
            }
            Link::WebIdentity { .. } => {
                let provider = WebIdentityTokenCredentialsProvider::builder()
                    .configure(config)
                    .build();
                Box::pin(provider.provide_credentials()).await
            }
            Link::Container { .. } => {
                let provider = EcsCredentialsProvider::builder().configure(config).build();
                Box::pin(provider.provide_credentials()).await
            }
            Link::Instance => {
                Box::pin(
                    self.environment
                        .metadata_provider(config)
                        .provide_credentials(),
                )
                .await
            }
        }
    }

    fn profile(
        &self,
        config: &ProviderConfig,
        profiles: &Profiles,
        stage: &Stage,
    ) -> ProfileFileCredentialsProvider {
        let with_process = profiles.with_process();
        let files = profiles::files(&with_process);
        let builder = ProfileFileCredentialsProvider::builder()
            .configure(config)
            .profile_files(files);
        let metadata = self.environment.metadata_provider(config);
        let builder = builder
            .profile_name(profiles.selected())
            .with_custom_provider("Ec2InstanceMetadata", metadata);
        let builder = with_process.into_iter().fold(builder, |builder, process| {
            let (profile, command) = (process.profile, process.command);
            builder.with_custom_provider(
                process.source,
                CredentialProcess {
                    profile,
                    command,
                    stage: stage.clone(),
                },
            )
        });
        builder.build()
    }
}

/// The SDK panics when it signs with some texts.
fn usable(credentials: Credentials) -> SourceResult<Credentials> {
    match Environment::unusable(&credentials) {
        None => Ok(credentials),
        Some(fault) => Err(unloaded::misconfigured(fault)),
    }
}

/// What there is to ask, in the SDK's order, after the environment.
fn links(profiles: &Profiles) -> Vec<Link> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let token_file = set("AWS_WEB_IDENTITY_TOKEN_FILE").map(|file| Link::WebIdentity { file });
    let relative = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|_| CONTAINER_HOST.to_owned());
    let container =
        relative.or_else(|| Some(reach::host_of(&set("AWS_CONTAINER_CREDENTIALS_FULL_URI")?)));
    let profile = Link::Profile {
        name: profiles.root().profile.to_owned(),
    };
    let links = [
        Some(profile),
        token_file,
        container.map(|host| Link::Container { host }),
        Some(Link::Instance),
    ];
    links.into_iter().flatten().collect()
}
