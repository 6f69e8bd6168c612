//! The real SDK over real sockets, against answers that a test scripts.

mod answers;
mod attempts;
mod bodies;
mod calls;
mod credentials;
mod faults;
mod fuzz;
mod identities;
mod processes;
mod regions;
mod resolutions;
pub(super) mod scripted_aws;
mod secrets;
mod sessions;
mod storm;
mod tagging;
mod throttles;

use std::sync::Arc;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use self::scripted_aws::Server;
use super::AwsBase;
use super::base_credentials::BaseCredentials;

/// What targets of this server share, with the credentials of this provider.
async fn base_of(server: &Server, provider: impl ProvideCredentials + 'static) -> AwsBase {
    let provider = SharedCredentialsProvider::new(provider);
    with_credentials(server, BaseCredentials::from_provider(provider)).await
}

async fn with_credentials(server: &Server, credentials: BaseCredentials) -> AwsBase {
    AwsBase {
        credentials: Arc::new(credentials),
        ..server.base().await
    }
}
