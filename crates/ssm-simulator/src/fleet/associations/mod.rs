//! State Manager associations: how each fares on each node, and the rows that follow.

mod instance_rows;
mod items;
mod listing;
mod names;
mod runs;
mod status;

pub(crate) use instance_rows::{error_code, execution_summary};
pub(crate) use listing::association_rows;
pub(crate) use names::association_id;
pub(crate) use runs::AssociationRuns;
pub(crate) use status::association_overview;
