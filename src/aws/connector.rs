//! The HTTP client that all targets share.
//!
//! The SDK's own shared client reads the trusted certificates anew for each service client, and the public builder for
//! it leaves out the proxy of the environment. So this one keeps a connector (with its pool) per pair of timeouts.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// Connect and read timeout: what a connector is built for.
type Timeouts = (Option<Duration>, Option<Duration>);

/// TLS with the system's certificates, through the proxy that `HTTPS_PROXY` and `NO_PROXY` name.
///
/// An endpoint on this machine is never asked through a proxy.
pub(super) fn shared(endpoint_url: Option<&str>) -> SharedHttpClient {
    let direct = endpoint_url.is_some_and(is_loopback);
    let connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>> = Mutex::default();
    http_client_fn(move |settings, components| {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = connectors.lock().unwrap_or_else(PoisonError::into_inner);
        connectors.entry(timeouts).or_insert_with(|| connector(settings, components, direct)).clone()
    })
}

fn connector(settings: &HttpConnectorSettings, components: &RuntimeComponents, direct: bool) -> SharedHttpConnector {
    let mut builder = Connector::builder()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .proxy_config(if direct { ProxyConfig::disabled() } else { ProxyConfig::from_env() })
        .connector_settings(settings.clone());
    builder.set_sleep_impl(components.sleep_impl());
    SharedHttpConnector::new(builder.build())
}

fn is_loopback(url: &str) -> bool {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = after_scheme.split(['/', '?']).next().unwrap_or_default();
    host.starts_with("127.") || host.starts_with("[::1]") || host.split(':').next() == Some("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_endpoint_on_this_machine_goes_around_the_proxy() {
        for url in ["http://127.0.0.1:4566", "http://localhost", "http://localhost:1/x", "http://[::1]:80"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://ssm.eu-west-1.amazonaws.com", "http://localhost.example.com", "http://10.127.0.1"] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
