//! Classic dashboard JSON of Grafana, as far as these dashboards need it: what both file
//! provisioning and import take.
//!
//! Field names are those of `@grafana/schema`; `dashboards/schema-check` holds the generated files
//! to its types. What the panels show is decided in [`boards`](crate::boards).

mod column;
mod dashboard;
mod data_source;
mod panel;
mod panel_kinds;
mod query;
mod section;
mod variable;

pub(crate) use column::Column;
pub use dashboard::Dashboard;
pub(crate) use panel::Panel;
pub(crate) use query::Query;
pub(crate) use section::Section;
pub(crate) use variable::Variable;
