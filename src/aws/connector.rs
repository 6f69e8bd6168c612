//! The HTTP client that all targets share.
//!
//! The SDK's own shared client reads the trusted certificates anew for each service client, and it
//! asks proxies for endpoints on this machine. So this one keeps its connectors, with their pools of
//! connections, per pair of timeouts, and chooses among them itself.

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

/// A client whose TLS trusts `trust_store`, and which uses `proxies` where one is meant for a
/// request.
pub(super) fn shared(proxies: Proxies, trust_store: TrustStore) -> SharedHttpClient {
    let connectors: Mutex<HashMap<ConnectorTimeouts, SharedHttpConnector>> = Mutex::default();
    let proxies = Arc::new(proxies);
    http_client_fn(move |settings, components| {
        // The SDK asks for a connector once per call, with the timeouts of that call.
        let mut connectors = locked(&connectors);
        connectors
            .entry(ConnectorTimeouts::of(settings))
            .or_insert_with(|| {
                let router = ProxyRouter::new(&proxies, &trust_store, settings, components);
                SharedHttpConnector::new(router)
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
    fn new(
        proxies: &Arc<Proxies>,
        trust_store: &TrustStore,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> Self {
        let through = |proxy: ProxyConfig| build(proxy, trust_store, settings, components);
        Self {
            direct: through(ProxyConfig::disabled()),
            http: proxies.http.clone().map(through),
            https: proxies.https.clone().map(through),
            proxies: Arc::clone(proxies),
        }
    }

    fn route(&self, url: &str) -> &Connector {
        let proxied = if url.starts_with("https:") {
            &self.https
        } else {
            &self.http
        };
        // What is on this machine is never proxied, whether NO_PROXY names it or not.
        match proxied {
            Some(proxied) if !self.proxies.is_direct(url) => proxied,
            _ => &self.direct,
        }
    }
}

impl HttpConnector for ProxyRouter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.route(request.uri()).call(request)
    }
}

fn build(
    proxy: ProxyConfig,
    trust_store: &TrustStore,
    settings: &HttpConnectorSettings,
    components: &RuntimeComponents,
) -> Connector {
    let mut builder: ConnectorBuilder<_> = Connector::builder()
        .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
        .proxy_config(proxy)
        .connector_settings(settings.clone());
    // Building a context never fails: it only keeps what it is given.
    let context = TlsContext::builder().with_trust_store(trust_store.clone());
    if let Ok(context) = context.build() {
        builder = builder.tls_context(context);
    }
    // The timeouts of a connector sleep on the clock of the SDK's configuration.
    builder.set_sleep_impl(components.sleep_impl());
    builder.build()
}
