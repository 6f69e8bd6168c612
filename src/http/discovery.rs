//! Prometheus HTTP service discovery: one entry per target, so that any number of scrapers can
//! split a fleet.
//!
//! The format is that of Prometheus' "HTTP SD" page.

use bytes::Bytes;
use serde_json::{Value, json};

use super::exporter_state::DiscoveredTarget;
use super::routes::exporter_path;

/// Stands in a URL for the account of a target that is not known yet, because Prometheus drops
/// parameters that are empty. Elsewhere such an account id is empty.
pub(super) const UNKNOWN_ACCOUNT: &str = "unknown";

/// The document for clients that reach the exporter as `host`.
pub(super) fn document(host: &str, telemetry_path: &str, targets: &[DiscoveredTarget]) -> Bytes {
    let groups = groups(host, telemetry_path, targets);
    // Prometheus reads the whole list at each refresh, so a target that has gone needs no entry.
    Value::Array(groups).to_string().into()
}

/// One group per target, because the labels of a group are those of all its members.
fn groups(host: &str, telemetry_path: &str, targets: &[DiscoveredTarget]) -> Vec<Value> {
    let mut groups = Vec::with_capacity(targets.len() + 1);
    for target in targets {
        groups.push(target_group(host, telemetry_path, target));
    }
    groups.push(exporter_group(host, telemetry_path));
    groups
}

/// A scrape of one target.
fn target_group(host: &str, telemetry_path: &str, target: &DiscoveredTarget) -> Value {
    let region = &target.region;
    let account_id = account_in_url(target);
    // Each needs an `instance` of its own, or relabelling and `up` could not tell them apart.
    let labels = json!({
        "instance": format!("{host}/{account_id}/{region}"),
        "__metrics_path__": telemetry_path,
        "__param_account_id": account_id,
        "__param_region": region,
    });
    json!({ "targets": [host], "labels": labels })
}

fn account_in_url(target: &DiscoveredTarget) -> &str {
    match target.account_id.as_str() {
        "" => UNKNOWN_ACCOUNT,
        known => known,
    }
}

/// A scrape of the exporter's own metrics, which no target's page has.
fn exporter_group(host: &str, telemetry_path: &str) -> Value {
    let labels = json!({ "instance": host, "__metrics_path__": exporter_path(telemetry_path) });
    json!({ "targets": [host], "labels": labels })
}
