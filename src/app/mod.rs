//! The wiring: what a configuration means in targets, how they start, what they share, and how they
//! stop.
//!
//! The only place that knows all the others. `main` and `cli` call it; nothing else does.

mod configured;
mod exporter_state;
mod fleet;
mod fleet_state;
mod panics;
mod plan;
mod render;
mod run;
mod runtime;
mod simulate;
mod slot;
mod telemetry;

pub use configured::FleetError;
pub use fleet::{Fleet, FleetRefresher};
pub use fleet_state::TargetPublisher;
pub use panics::log_panics;
pub use plan::plan;
pub use render::RenderError;
pub use run::{ServeOptions, once, serve};
pub use runtime::{NoThreads, block_on};
pub use simulate::{demo, simulate, simulated_accounts};
pub use slot::TargetStatus;
pub use telemetry::{LogError, LogFormat, LogGuard, LogLayer, log_layer, start_logging};

use crate::metrics::Build;

/// What this program was built from.
pub const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    revision: env!("BUILD_REVISION"),
    rustc: env!("BUILD_RUSTC"),
};

/// The program's name, as logs, pages and errors give it.
pub const NAME: &str = env!("CARGO_PKG_NAME");
