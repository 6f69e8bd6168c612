//! Classic dashboard JSON of Grafana, as far as these dashboards need it: what file provisioning
//! and import both take.
//!
//! Field names are those of `@grafana/schema`, whose types `dashboards/schema-check` holds the
//! files to. What a panel shows is said elsewhere.

mod dashboard;
mod panel;
mod variable;

pub use dashboard::Dashboard;
pub(crate) use dashboard::Section;
pub(crate) use panel::{Column, Panel, Query};
pub(crate) use variable::Variable;

use serde_json::{Value, json};

/// Every query goes to the data source chosen at the top of the dashboard.
fn data_source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}
