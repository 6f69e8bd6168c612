//! State Manager associations: how each fares on each node, and the rows that follow.

mod instance_rows;
mod items;
mod listing;
mod names;
mod status;

pub(crate) use listing::association_rows;
pub(crate) use names::association_id;
