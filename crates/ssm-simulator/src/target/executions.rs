//! Which executions an association of a target has.

use std::collections::BTreeSet;

use super::execution_history::{AssociationExecution, executions_from_start};
use super::simulated_target::SimulatedTarget;
use crate::rows::Association;

impl SimulatedTarget {
    /// The executions of an association, the newest one first. One that never ran has none.
    pub(crate) fn executions(&self, association: &Association) -> Vec<AssociationExecution> {
        let Some(newest) = association.last_execution_date else {
            return Vec::new();
        };
        let id = association.association_id.as_str();
        match self.histories.get(id) {
            Some(history) => history.executions(id, newest),
            None => executions_from_start(id, newest, BTreeSet::new()),
        }
    }
}
