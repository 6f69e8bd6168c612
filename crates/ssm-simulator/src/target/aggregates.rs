//! Rows that follow from all resources of a target together.

use std::sync::{Arc, OnceLock};

use crate::rows::{Association, Total};

/// The totals and the associations of a target. Each is computed when somebody asks for it, and kept
/// until a resource changes.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    pub(super) totals: OnceLock<Arc<Vec<Total>>>,
    pub(super) associations: OnceLock<Arc<Vec<Association>>>,
}
