//! Prometheus exporter for AWS Systems Manager Compliance.
