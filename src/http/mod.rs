//! The web side of the exporter: listening, negotiating, answering, and staying up whatever clients
//! do.
//!
//! What is shown comes from the rest of the program through the [`ExporterState`] trait, so this module
//! knows neither AWS nor how a page is rendered. Signals, flags and exit codes are the caller's.

mod answer;
mod body;
mod connection;
mod discovery;
mod exporter_state;
mod health;
mod landing;
mod limits;
mod listen;
mod negotiate;
mod registry;
mod routes;
mod server;
mod state;
mod stream;
#[cfg(test)]
mod tests;

pub use exporter_state::{
    DiscoveredTarget, ExporterState, Exposition, PageSelector, Readiness, TargetRow,
};
pub use health::{HealthError, check_health};
pub use limits::{Limits, Options};
pub use listen::{BindError, ListenAddress, ListenError, bind, parse_listen_address};
pub use negotiate::{negotiate_encoding, negotiate_format};
pub use routes::{HANDLERS, TelemetryPathError, check_telemetry_path};
pub use server::{Server, ServerError};
