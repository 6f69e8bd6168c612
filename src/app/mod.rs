//! The wiring: what a configuration means in targets, how they start, what they share, and how they stop.
//!
//! The only place that knows all the others. `main` and `cli` call it; nothing else does.

mod board;
mod fleet;
mod plan;
mod render;
mod run;
mod simulate;
mod site;
mod telemetry;

pub use fleet::{Fleet, FleetError};
pub use plan::plan;
pub use run::{ServeOptions, once, serve};
pub use simulate::{demo, simulate, simulated_accounts};
pub use telemetry::{LogFormat, start_logging};

use crate::metrics::Build;

/// What this program was built from.
pub const BUILD: Build =
    Build { version: env!("CARGO_PKG_VERSION"), revision: env!("BUILD_REVISION"), rustc: env!("BUILD_RUSTC") };

/// The program's name, as logs, pages and errors give it.
pub const NAME: &str = env!("CARGO_PKG_NAME");
