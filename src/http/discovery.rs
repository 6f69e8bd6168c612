//! Prometheus HTTP service discovery: one entry per target, so that any number of scrapers can
//! split a fleet.
//!
//! The format is that of Prometheus' "HTTP SD" page.

use bytes::Bytes;
use serde_json::{Value, json};

use super::exporter_state::DiscoveredTarget;
use super::routes::exporter_path;

/// Stands for the account of a target that is not known yet; [`PageSelector::Target`](super::Part) has it
/// empty.
pub(super) const UNKNOWN_ACCOUNT: &str = "unknown";

/// The document for clients that reach the exporter as `host`.
pub(super) fn document(host: &str, telemetry_path: &str, targets: &[DiscoveredTarget]) -> Bytes {
    let mut groups: Vec<Value> = targets
        .iter()
        .map(|target| group(host, telemetry_path, target))
        .collect();
    let labels = json!({ "instance": host, "__metrics_path__": exporter_path(telemetry_path) });
    groups.push(json!({ "targets": [host], "labels": labels }));
    Value::Array(groups).to_string().into()
}

fn group(host: &str, telemetry_path: &str, target: &DiscoveredTarget) -> Value {
    let region = &target.region;
    // Prometheus drops parameters that are empty.
    let account_id = if target.account_id.is_empty() {
        UNKNOWN_ACCOUNT
    } else {
        &target.account_id
    };
    // An address of its own for each, or relabelling and `up` could not tell them apart.
    let labels = json!({
        "instance": format!("{host}/{account_id}/{region}"),
        "__metrics_path__": telemetry_path,
        "__param_account_id": account_id,
        "__param_region": region,
    });
    json!({ "targets": [host], "labels": labels })
}
