//! HTTP clients that do something more than the client that they wrap.

use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

/// A client that hands out the connectors of `client`, each wrapped by `wrap`.
///
/// Unlike the SDK's `http_client_fn`, it passes on the checks that the SDK asks a client for before
/// the first request, and the metadata that names the client.
pub(super) fn wrapped<C: HttpConnector + 'static>(
    client: SharedHttpClient,
    wrap: impl Fn(SharedHttpConnector) -> C + Send + Sync + 'static,
) -> SharedHttpClient {
    SharedHttpClient::new(WrappedClient { client, wrap })
}

struct WrappedClient<W> {
    client: SharedHttpClient,
    wrap: W,
}

impl<W> fmt::Debug for WrappedClient<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapped")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl<W, C> HttpClient for WrappedClient<W>
where
    W: Fn(SharedHttpConnector) -> C + Send + Sync,
    C: HttpConnector + 'static,
{
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new((self.wrap)(connector))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}
