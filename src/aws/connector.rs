//! The HTTP client that all targets share.
//!
//! The SDK's own shared client reads the trusted certificates again for each service client, and it
//! asks proxies for endpoints on this machine. So this one keeps its connectors, with their pools
//! of connections, per pair of timeouts, and chooses among them itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::environment::Proxies;
use crate::locks::locked;

/// What a connector is built for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ConnectorTimeouts {
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl ConnectorTimeouts {
    fn of(settings: &HttpConnectorSettings) -> Self {
        Self {
            connect: settings.connect_timeout(),
            read: settings.read_timeout(),
        }
    }
}

/// A client that trusts the certificates of `trust_store` and sends each request through the one
/// of `proxies` that is meant for it.
pub(super) fn shared(proxies: Proxies, trust_store: TrustStore) -> SharedHttpClient {
    let connectors: Mutex<HashMap<ConnectorTimeouts, SharedHttpConnector>> = Mutex::default();
    let proxies = Arc::new(proxies);
    http_client_fn(move |settings, components| {
        // The SDK asks for a connector once per call, with the timeouts of that call.
        let mut connectors = locked(&connectors);
        connectors
            .entry(ConnectorTimeouts::of(settings))
            .or_insert_with(|| {
                let parts = ConnectorParts {
                    trust_store: &trust_store,
                    settings,
                    components,
                };
                SharedHttpConnector::new(ProxyRouter::new(&proxies, parts))
            })
            .clone()
    })
}

/// Sends each request through the proxy that is meant for its address, if there is one.
#[derive(Debug)]
struct ProxyRouter {
    direct: Connector,
    /// Through the proxy for `http` addresses.
    http: Option<Connector>,
    /// Through the proxy for `https` addresses.
    https: Option<Connector>,
    proxies: Arc<Proxies>,
}

impl ProxyRouter {
    fn new(proxies: &Arc<Proxies>, parts: ConnectorParts<'_>) -> Self {
        Self {
            direct: parts.connector_through(ProxyConfig::disabled()),
            http: parts.optional_connector_through(proxies.http.as_ref()),
            https: parts.optional_connector_through(proxies.https.as_ref()),
            proxies: Arc::clone(proxies),
        }
    }

    fn route(&self, url: &str) -> &Connector {
        // What is on this machine is never proxied, whether NO_PROXY names it or not.
        match self.proxied(url) {
            Some(proxied) if !self.proxies.is_direct(url) => proxied,
            _ => &self.direct,
        }
    }

    /// The connector through the proxy for addresses of this kind.
    fn proxied(&self, url: &str) -> Option<&Connector> {
        if url.starts_with("https:") {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        }
    }
}

impl HttpConnector for ProxyRouter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.route(request.uri()).call(request)
    }
}

/// What the connectors of all proxies have in common.
#[derive(Clone, Copy)]
struct ConnectorParts<'a> {
    trust_store: &'a TrustStore,
    settings: &'a HttpConnectorSettings,
    components: &'a RuntimeComponents,
}

impl ConnectorParts<'_> {
    fn optional_connector_through(self, proxy: Option<&ProxyConfig>) -> Option<Connector> {
        Some(self.connector_through(proxy?.clone()))
    }

    fn connector_through(self, proxy: ProxyConfig) -> Connector {
        let mut builder: ConnectorBuilder<_> = Connector::builder()
            .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
            .proxy_config(proxy)
            .connector_settings(self.settings.clone());
        if let Some(context) = self.tls_context() {
            builder = builder.tls_context(context);
        }
        // The timeouts of a connector sleep on the clock of the SDK's configuration.
        builder.set_sleep_impl(self.components.sleep_impl());
        builder.build()
    }

    fn tls_context(self) -> Option<TlsContext> {
        let context = TlsContext::builder().with_trust_store(self.trust_store.clone());
        // Building a context never fails: it only keeps what it is given.
        context.build().ok()
    }
}
