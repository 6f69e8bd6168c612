//! Prometheus exporter for AWS Systems Manager Compliance.
//!
//! Data goes one way. [`collect`] decides which calls a refresh needs and makes them through [`aws`];
//! [`model`] keeps the answers and says what they mean; [`metrics`] renders a page from them once per
//! refresh; [`http`] serves the page. [`inspect`] reads one instance live, and [`explain`] says why it is
//! non-compliant. [`config`] reads what the user wants, and [`app`] wires all of
//! them up. [`program`] is what starts it from the command line.

pub mod app;
pub mod aws;
mod cli;
pub mod collect;
pub mod config;
pub mod discovery;
pub mod explain;
pub mod http;
pub mod inspect;
mod locks;
pub mod metrics;
pub mod model;
pub mod program;

// The allocator is set in the library and not in the program, so that tests and benchmarks have it,
// too. glibc's allocator holds on to much of what a refresh has allocated and freed.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
