//! The HTTP client that all targets share.
//!
//! The SDK's own shared client reads the trusted certificates anew for each service client, and
//! asks proxies for what is on this machine. So this one keeps its connectors (with their pools)
//! per pair of timeouts, and chooses among them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::environment::Proxies;

/// Connect and read timeout: what a connector is built for.
type Timeouts = (Option<Duration>, Option<Duration>);

/// TLS that trusts `trust_store`, through `proxies` where one is meant for a request.
pub(super) fn shared(proxies: Proxies, trust_store: TrustStore) -> SharedHttpClient {
    let connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>> = Mutex::default();
    let proxies = Arc::new(proxies);
    http_client_fn(move |settings, components| {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let new =
            || SharedHttpConnector::new(Router::new(&proxies, &trust_store, settings, components));
        connectors.entry(timeouts).or_insert_with(new).clone()
    })
}

/// Chooses the way of a request by its address.
#[derive(Debug)]
struct Router {
    direct: Connector,
    /// Through the proxy for `http` addresses, if there is one.
    http: Option<Connector>,
    https: Option<Connector>,
    proxies: Arc<Proxies>,
}

impl Router {
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

    fn way_to(&self, url: &str) -> &Connector {
        let proxied = if url.starts_with("https:") {
            &self.https
        } else {
            &self.http
        };
        match proxied {
            Some(proxied) if !self.proxies.is_direct(url) => proxied,
            _ => &self.direct,
        }
    }
}

impl HttpConnector for Router {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.way_to(request.uri()).call(request)
    }
}

fn build(
    proxy: ProxyConfig,
    trust_store: &TrustStore,
    settings: &HttpConnectorSettings,
    components: &RuntimeComponents,
) -> Connector {
    let mut builder: ConnectorBuilder<_> = Connector::builder()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .proxy_config(proxy)
        .connector_settings(settings.clone());
    // Building a context never fails: it only keeps what it is given.
    if let Ok(context) = TlsContext::builder()
        .with_trust_store(trust_store.clone())
        .build()
    {
        builder = builder.tls_context(context);
    }
    builder.set_sleep_impl(components.sleep_impl());
    builder.build()
}
