//! Prometheus exporter for AWS Systems Manager Compliance.

pub mod collect;
pub mod metrics;
pub mod model;
