//! The executions of associations.
//!
//! Each association that has run has three executions. The newest one shows the statuses of now,
//! and in the older ones every instance succeeded.

use super::simulated_target::SimulatedTarget;
use crate::random;
use crate::rows::{Association, InstanceAssociation};

const EXECUTION_COUNT: u32 = 3;
const SECONDS_BETWEEN_EXECUTIONS: f64 = 86_400.0;

/// One execution of an association.
#[derive(Clone, Debug)]
pub(crate) struct AssociationExecution {
    pub(crate) id: String,
    /// When it was, in seconds since 1970.
    pub(crate) time: f64,
    /// Whether no execution came after it.
    is_newest: bool,
}

impl SimulatedTarget {
    /// The executions of an association, the newest one first. One that never ran has none.
    pub(crate) fn executions(&self, association: &Association) -> Vec<AssociationExecution> {
        let Some(newest) = association.last_execution_date else {
            return Vec::new();
        };
        (0..EXECUTION_COUNT)
            .map(|age| AssociationExecution {
                id: execution_id(&association.association_id, age),
                time: newest - f64::from(age) * SECONDS_BETWEEN_EXECUTIONS,
                is_newest: age == 0,
            })
            .collect()
    }
}

impl AssociationExecution {
    /// The status in this execution of an instance that has the status `now`. The fleet keeps no
    /// history of its instances, so older executions have those of today.
    pub(crate) fn status<'a>(&self, now: &'a str) -> &'a str {
        if self.is_newest { now } else { "Success" }
    }

    /// When the document ran on an instance.
    pub(crate) fn time_on(&self, row: &InstanceAssociation) -> Option<f64> {
        if self.is_newest {
            row.execution_date
        } else {
            Some(self.time)
        }
    }

    /// The id of the command that ran the document on an instance.
    pub(crate) fn command_id(&self, instance_id: &str) -> String {
        random::uuid(random::text(&format!("{}{instance_id}", self.id)))
    }

    /// Whether the execution covered an instance. One on which the association is pending has not
    /// run it yet, and so was in no older execution.
    pub(crate) fn covers(&self, now: &str) -> bool {
        self.is_newest || now != "Pending"
    }
}

fn execution_id(association_id: &str, age: u32) -> String {
    let association = random::text(association_id);
    random::uuid(random::join(association, u64::from(age)))
}
