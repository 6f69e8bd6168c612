//! Prometheus exporter for AWS Systems Manager Compliance.

pub mod aws;
pub mod collect;
pub mod model;
