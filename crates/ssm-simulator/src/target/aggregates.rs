//! Rows that follow from all resources of a target together.

use crate::rows::{Association, Total};

/// The totals and the associations of a target. They are computed once and kept until a resource
/// changes.
#[derive(Debug, Default)]
pub(crate) struct Aggregates {
    pub(crate) totals: Vec<Total>,
    pub(crate) associations: Vec<Association>,
}
