//! The wiring: which targets a configuration has, how they start, what they share, and how they
//! stop.
//!
//! It is the only module that knows all others. `main` and `cli` call it, and nothing else does.
//!
//! # Locks
//!
//! The lock for publishing (`FleetState`) is taken before that of a slot's account (`TargetSlot`) and
//! before those of the publisher's targets (`metrics::Publisher`) and of what a slot shows. Those three
//! are never held together. None of the four is held while AWS is called, a page is rendered, or a
//! client waits.

mod build_info;
mod check_config;
mod clock;
mod config_reader;
mod configuration;
mod configured;
mod demo_example;
mod discovery;
mod error_log;
mod explain;
mod exporter_state;
mod fleet;
mod fleet_state;
mod json_lines;
mod output_file;
mod page_change;
mod panics;
mod plan;
mod reload_error;
mod reload_requests;
mod reloader;
mod render;
mod run;
mod running_fleet;
mod runtime;
mod service_manager;
mod shard;
mod simulate;
mod slot;
mod telemetry;
mod web;

pub use build_info::{BUILD, NAME};
pub use check_config::check_config;
pub use config_reader::ConfigReader;
pub use configuration::read_configuration;
pub use configured::FleetError;
pub use error_log::log_error;
pub use explain::{Answer, ColorWhen, ExplainOptions, OutputFormat, Scope, Subject, explain};
pub use fleet::{Fleet, FleetRefresher};
pub use fleet_state::TargetPublisher;
pub use output_file::{OutputError, OutputFile};
pub use panics::log_panics;
pub use plan::plan;
pub use reloader::ReloadOptions;
pub use render::RenderError;
pub use run::{ServeOptions, once, once_to_file, serve};
pub use runtime::{NoThreads, block_on};
pub use shard::Shard;
pub use simulate::{demo, demo_config, simulate, simulated_accounts};
pub use slot::TargetStatus;
pub use telemetry::{LogError, LogFormat, LogGuard, LogLayer, log_layer, start_logging};
pub use web::{WebConfigFile, health_schemes, read_web_config, with_web_config};
