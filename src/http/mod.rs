//! The web side of the exporter: listening, negotiating, answering, and staying up whatever clients
//! do.
//!
//! | path | handler | methods | answer | made in |
//! |---|---|---|---|---|
//! | `/metrics` | `metrics` | GET, HEAD | the page of the fleet and the exporter; with `account_id` and `region` that of one target | `answer` |
//! | `/metrics/exporter` | `exporter` | GET, HEAD | the exporter's own metrics | `answer` |
//! | `/sd` | `sd` | GET, HEAD | Prometheus HTTP service discovery, or 503 until the accounts are known | `discovery` |
//! | `/` | `landing` | GET, HEAD | the landing page | `pages` |
//! | `/instances` | `instances` | GET, HEAD | the instances as a table | `pages` |
//! | `/instances/{id}` | `instance` | GET, HEAD | why an instance is non-compliant | `pages` |
//! | `/-/healthy` | `healthy` | GET, HEAD | 200 as long as the server works | `answer` |
//! | `/healthz` | `healthy` | GET, HEAD | the same, by its Kubernetes name | `answer` |
//! | `/livez` | `healthy` | GET, HEAD | the same, by its Kubernetes name | `answer` |
//! | `/-/ready` | `ready` | GET, HEAD | 200, or 503 until every target's first attempt has ended | `answer` |
//! | `/readyz` | `ready` | GET, HEAD | the same, by its Kubernetes name | `answer` |
//! | `/-/reload` | `reload` | POST, PUT | reads the configuration anew; 403 unless a flag allows it | `reload` |
//!
//! A flag can give the metrics another path than `/metrics`, and the exporter's own metrics move
//! with it. Another one turns the pages about instances off. Any other path is answered with 404,
//! and any other method with 405. With a route prefix, which is the path of the external URL unless
//! a flag says otherwise, all paths are below it, and `/` alone redirects there.
//!
//! Before a route comes what a web configuration asks for: TLS (`tls`), a rate limit, and a login
//! (`access`, `auth`). It covers every path.
//!
//! What is shown comes from the rest of the program through the [`ExporterState`] trait, so this
//! module knows neither AWS nor how a page is rendered. Signals, flags and exit codes are left to
//! the caller.

mod access;
mod address;
mod answer;
mod auth;
mod body;
mod connection;
mod connections;
mod discovery;
mod exporter_state;
mod external_url;
mod health;
mod hosts;
mod http2;
mod inherited;
mod limits;
mod listen;
mod negotiate;
mod pages;
mod plain_path;
mod rate_limit;
mod recent_bytes;
mod registry;
mod reload;
mod responder;
mod route_answer;
mod route_prefix;
mod routes;
mod scrapes;
mod server;
mod standing;
mod state;
mod stream;
mod target_row;
#[cfg(test)]
mod tests;
mod tls;
mod web_config;

pub use address::{ListenAddress, ListenError, parse_listen_address};
pub use exporter_state::{
    DiscoveredTarget, ExporterState, Exposition, FleetSnapshot, PageSelector, PendingReload,
    Readiness, TargetSnapshot,
};
pub use external_url::{ExternalUrl, ExternalUrlError};
pub use health::{HealthError, HealthScheme, check_health};
pub use inherited::{InheritError, inherited_listeners};
pub use limits::{Limits, Options};
pub use listen::{BindError, bind, bind_for};
pub use negotiate::{negotiate_encoding, negotiate_format};
pub use route_prefix::{RoutePrefix, RoutePrefixError};
pub use routes::{TelemetryPathError, check_telemetry_path};
pub use server::{Server, ServerError};
pub use target_row::{InstanceCounts, NextRefresh, TargetRow, TargetState};
pub use web_config::{WebConfig, WebSecurity};
