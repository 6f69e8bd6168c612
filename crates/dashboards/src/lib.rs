//! The dashboards of `dashboards/`: described as data and written as classic Grafana JSON.
//!
//! `make generate` writes the files; the tests of this crate hold them to their rules;
//! `docs/dashboards.md` says how to read the dashboards.

mod boards;
mod grafana;
pub mod looks;
mod queries;

pub use boards::all;
pub use grafana::Dashboard;
