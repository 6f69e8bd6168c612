//! Prometheus exporter for AWS Systems Manager Compliance.

pub mod sim;
