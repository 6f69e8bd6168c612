//! Prometheus HTTP service discovery: one entry per target, so that any number of scrapers can
//! split a fleet.
//!
//! The format is that of Prometheus' "HTTP SD" page.

use bytes::Bytes;
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::exporter_state::DiscoveredTarget;
use super::external_url::ExternalUrl;
use super::hosts;
use super::limits::Options;
use super::routes::exporter_path;

/// Stands in a URL for the account of a target that is not known yet, because Prometheus drops
/// parameters that are empty. Elsewhere such an account id is empty.
pub(super) const UNKNOWN_ACCOUNT: &str = "unknown";

/// By which proxies tell the `Host` that they were asked for, if they ask for another one.
const FORWARDED_HOST: &str = "x-forwarded-host";

/// How the client that asks can scrape the exporter: in the way in which it asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ScrapeWay<'a> {
    /// The scheme, if it is another one than the client's job may have.
    scheme: Option<&'a str>,
    /// Host and port.
    host: &'a str,
    metrics_path: String,
    exporter_path: String,
}

impl<'a> ScrapeWay<'a> {
    /// The way of this request.
    pub(super) fn of(request: &'a Parts, options: &'a Options) -> Self {
        match asked_url(request, options) {
            Some(url) => Self::through_proxy(url, &options.telemetry_path),
            None => Self::direct(request, options),
        }
    }

    /// The way of a client that asks by the external URL. Its scheme and path are the proxy's.
    fn through_proxy(url: &'a ExternalUrl, telemetry_path: &str) -> Self {
        Self {
            scheme: Some(url.scheme()),
            ..Self::below(url.authority(), url.base_path(), telemetry_path)
        }
    }

    fn direct(request: &'a Parts, options: &'a Options) -> Self {
        // A request of HTTP/1.0 need not say where it is going.
        let host = hosts::asked_for(request).unwrap_or("localhost");
        Self {
            // A server that speaks TLS answers nothing else.
            scheme: options.has_tls().then_some("https"),
            ..Self::below(host, options.route_base(), &options.telemetry_path)
        }
    }

    fn below(host: &'a str, base: &str, telemetry_path: &str) -> Self {
        Self {
            scheme: None,
            host,
            metrics_path: format!("{base}{telemetry_path}"),
            exporter_path: format!("{base}{}", exporter_path(telemetry_path)),
        }
    }

    /// A group of one target, because the labels of a group are those of all its members.
    fn group(&self, mut labels: Value) -> Value {
        if let Some(scheme) = self.scheme {
            labels["__scheme__"] = scheme.into();
        }
        json!({ "targets": [self.host], "labels": labels })
    }
}

/// The external URL, if it is there and the client asks by it.
// Nothing is believed of the headers: they only choose between two addresses that are known.
fn asked_url<'a>(request: &Parts, options: &'a Options) -> Option<&'a ExternalUrl> {
    let url = options.external_url.as_ref()?;
    let is_asked = |host: Option<&str>| host.is_some_and(|host| url.is_at(host));
    let forwarded = forwarded_host(&request.headers);
    (is_asked(hosts::asked_for(request)) || is_asked(forwarded)).then_some(url)
}

/// The host that the first of several proxies was asked for.
fn forwarded_host(headers: &HeaderMap) -> Option<&str> {
    let hosts = headers.get(FORWARDED_HOST)?.to_str().ok()?;
    Some(hosts.split(',').next()?.trim())
}

/// The document for clients that come this way.
pub(super) fn document(way: &ScrapeWay<'_>, targets: &[DiscoveredTarget]) -> Bytes {
    let mut groups = Vec::with_capacity(targets.len() + 1);
    for target in targets {
        groups.push(target_group(way, target));
    }
    groups.push(exporter_group(way));
    // Prometheus reads the whole list at each refresh, so a target that has gone needs no entry.
    Value::Array(groups).to_string().into()
}

/// A scrape of one target.
fn target_group(way: &ScrapeWay<'_>, target: &DiscoveredTarget) -> Value {
    let region = &target.region;
    let account_id = account_in_url(&target.account_id);
    // Each needs an `instance` of its own, or relabelling and `up` could not tell them apart.
    way.group(json!({
        "instance": format!("{}/{account_id}/{region}", way.host),
        "__metrics_path__": way.metrics_path,
        "__param_account_id": account_id,
        "__param_region": region,
    }))
}

/// The word for an account, which may not be known, in a URL.
pub(super) fn account_in_url(account_id: &str) -> &str {
    match account_id {
        "" => UNKNOWN_ACCOUNT,
        known => known,
    }
}

/// A scrape of the exporter's own metrics, which no target's page has.
fn exporter_group(way: &ScrapeWay<'_>) -> Value {
    way.group(json!({ "instance": way.host, "__metrics_path__": way.exporter_path }))
}
