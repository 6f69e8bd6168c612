//! The SDK's providers behind the links of the chain.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::{self, ProvideCredentials};

use super::link::Link;
use super::profiles::{self, ProcessProfile, Profiles};
use crate::aws::credential_process::CredentialProcess;
use crate::aws::environment::Environment;
use crate::aws::resolution::Stage;

/// What the providers of one resolution are built with.
pub(super) struct Providers<'a> {
    pub(super) environment: &'a Environment,
    pub(super) config: ProviderConfig,
    pub(super) profiles: &'a Profiles,
    pub(super) stage: &'a Stage,
}

impl Providers<'_> {
    /// Asks the provider of a link.
    pub(super) async fn ask(&self, link: &Link) -> provider::Result {
        match link {
            Link::Profile { .. } => ask(&self.profile()).await,
            Link::WebIdentity { .. } => {
                let builder = WebIdentityTokenCredentialsProvider::builder();
                ask(&builder.configure(&self.config).build()).await
            }
            Link::Container { .. } => {
                let builder = EcsCredentialsProvider::builder();
                ask(&builder.configure(&self.config).build()).await
            }
            Link::Instance => ask(&self.environment.metadata_provider(&self.config)).await,
        }
    }

    fn profile(&self) -> ProfileFileCredentialsProvider {
        let with_process = self.profiles.with_process();
        // The SDK would build a client of the metadata service by itself, without our settings.
        let metadata = self.environment.metadata_provider(&self.config);
        let mut builder = ProfileFileCredentialsProvider::builder()
            .configure(&self.config)
            .profile_files(profiles::files(&with_process))
            .profile_name(self.profiles.selected())
            .with_custom_provider("Ec2InstanceMetadata", metadata);
        for process in with_process {
            let source = process.source.clone();
            builder = builder.with_custom_provider(source, self.process(process));
        }
        builder.build()
    }

    fn process(&self, process: ProcessProfile) -> CredentialProcess {
        CredentialProcess {
            profile: process.profile,
            command: process.command,
            stage: self.stage.clone(),
        }
    }
}

/// The futures of the SDK's providers are too large for the stack of a caller.
async fn ask(provider: &impl ProvideCredentials) -> provider::Result {
    Box::pin(provider.provide_credentials()).await
}
