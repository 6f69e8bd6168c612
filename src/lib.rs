//! Prometheus exporter for AWS Systems Manager Compliance.

pub mod aws;
pub mod collect;
pub mod config;
pub mod http;
pub mod metrics;
pub mod model;
