//! The name of the program, and what it was built from.

use crate::metrics::Build;

/// What this program was built from.
pub const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    // build.rs sets these two: cargo itself knows neither the revision nor the compiler.
    revision: env!("BUILD_REVISION"),
    rustc: env!("BUILD_RUSTC"),
};

/// The program's name, as logs, pages and errors give it.
pub const NAME: &str = env!("CARGO_PKG_NAME");
