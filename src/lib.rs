//! Prometheus exporter for AWS Systems Manager Compliance.
//!
//! One way for the data: [`collect`] decides which calls a refresh needs and makes them through
//! [`aws`]; [`model`] keeps what came, and says what it means; [`metrics`] renders it once per
//! refresh; [`http`] hands it out. [`config`] says what is wanted, [`app`] wires it up, and [`sim`]
//! is an AWS to try it all on.

pub mod app;
pub mod aws;
pub mod collect;
pub mod config;
pub mod http;
mod locks;
pub mod metrics;
pub mod model;

// Here and not in the program, so that what is measured has it, too.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
