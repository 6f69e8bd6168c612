//! The dashboards, each in a folder with a file for each of its sections.

mod age_classes;
mod associations;
mod exporter;
mod fleet;
mod instance;
mod instance_columns;
mod patching;
mod variables;

use crate::grafana::Dashboard;

/// Every dashboard.
pub fn all() -> Vec<Dashboard> {
    vec![
        fleet::dashboard(),
        instance::dashboard(),
        patching::dashboard(),
        associations::dashboard(),
        exporter::dashboard(),
    ]
}
