//! Executions of associations, the newest one and those before it.
//!
//! Each association that has run has three executions from the start. The newest one shows the
//! statuses of now, and in the older ones every instance succeeded. Each start out of turn adds one.

use std::collections::{BTreeMap, BTreeSet};

use crate::random;
use crate::rows::InstanceAssociation;

const EXECUTION_COUNT: u32 = 3;
/// How many executions are remembered besides the newest one.
const MAX_ENDED_EXECUTIONS: usize = 10;
const SECONDS_BETWEEN_EXECUTIONS: f64 = 86_400.0;

/// One execution of an association.
#[derive(Clone, Debug)]
pub(crate) struct AssociationExecution {
    pub(crate) id: String,
    /// When it was, in seconds since 1970.
    pub(crate) time: f64,
    statuses: Statuses,
}

/// What is known of the statuses of instances in an execution.
#[derive(Clone, Debug)]
enum Statuses {
    /// No execution came after it, so they are those of now.
    Now,
    /// They were kept when the next execution began.
    Kept(EndedExecution),
    /// Every instance succeeded, except those on which the association was pending still.
    Success { pending: BTreeSet<String> },
}

/// An execution that another one has followed.
#[derive(Clone, Debug)]
pub(crate) struct EndedExecution {
    pub(super) id: String,
    /// When it was, in seconds since 1970.
    pub(super) time: f64,
    /// The status of the whole execution.
    pub(super) status: String,
    /// The statuses of the instances that did not succeed.
    pub(super) exceptions: BTreeMap<String, String>,
}

/// The executions that an association has had since the first start out of turn.
#[derive(Clone, Debug, Default)]
pub(super) struct ExecutionHistory {
    /// The number of starts, from which the id of the newest execution follows.
    starts: u64,
    /// All but the newest one, the newest of them first.
    ended: Vec<EndedExecution>,
}

impl ExecutionHistory {
    /// All executions, the newest one first, given when that was.
    pub(super) fn executions(
        &self,
        association_id: &str,
        newest: f64,
    ) -> Vec<AssociationExecution> {
        let first = AssociationExecution {
            id: started_id(association_id, self.starts),
            time: newest,
            statuses: Statuses::Now,
        };
        let kept = self.ended.iter().map(AssociationExecution::kept);
        // The newest execution from the start is the oldest one that was kept.
        let older = match self.ended.last() {
            Some(oldest) => executions_from_start(association_id, oldest.time, oldest.pending()),
            None => Vec::new(),
        };
        std::iter::once(first)
            .chain(kept)
            .chain(older.into_iter().skip(1))
            .collect()
    }

    /// Begins an execution after the one that ended.
    pub(super) fn start(&mut self, ended: EndedExecution) {
        self.starts += 1;
        self.ended.insert(0, ended);
        self.ended.truncate(MAX_ENDED_EXECUTIONS);
    }
}

impl AssociationExecution {
    fn kept(ended: &EndedExecution) -> Self {
        Self {
            id: ended.id.clone(),
            time: ended.time,
            statuses: Statuses::Kept(ended.clone()),
        }
    }

    /// The status of the whole execution, given that of now.
    pub(crate) fn overall_status<'a>(&'a self, now: &'a str) -> &'a str {
        match &self.statuses {
            Statuses::Now => now,
            Statuses::Kept(ended) => &ended.status,
            Statuses::Success { .. } => "Success",
        }
    }

    /// How many instances are in which status, given the counts of now.
    pub(crate) fn counts(&self, now: &BTreeMap<String, i32>) -> BTreeMap<String, i32> {
        let (mut counts, absent) = match &self.statuses {
            Statuses::Now => return now.clone(),
            Statuses::Kept(ended) => (ended.exception_counts(), 0),
            Statuses::Success { pending } => {
                let waiting = now.get("Pending").copied().unwrap_or(0);
                let waited = i32::try_from(pending.len()).unwrap_or(i32::MAX);
                (BTreeMap::new(), waiting.max(waited))
            }
        };
        let exceptions: i32 = counts.values().sum();
        let successes = now.values().sum::<i32>() - exceptions - absent;
        if successes > 0 {
            counts.insert("Success".to_owned(), successes);
        }
        counts
    }

    /// The status of an instance that has the status `now`, if the execution covered it. The fleet
    /// keeps no history of its instances, so older executions have those of today, but one on which
    /// the association is pending has not run it yet.
    pub(crate) fn status<'a>(&'a self, instance_id: &str, now: &'a str) -> Option<&'a str> {
        match &self.statuses {
            Statuses::Now => Some(now),
            Statuses::Kept(ended) => match ended.exceptions.get(instance_id) {
                Some(status) => Some(status),
                None => Some("Success"),
            },
            Statuses::Success { pending } => {
                (now != "Pending" && !pending.contains(instance_id)).then_some("Success")
            }
        }
    }

    /// When the document ran on an instance. What is pending has not run.
    pub(crate) fn time_on(&self, row: &InstanceAssociation) -> Option<f64> {
        match &self.statuses {
            Statuses::Now => row.execution_date,
            Statuses::Kept(_) | Statuses::Success { .. } => {
                let status = self.status(&row.instance_id, &row.status)?;
                (status != "Pending").then_some(self.time)
            }
        }
    }

    /// The id of the command that ran the document on an instance.
    pub(crate) fn command_id(&self, instance_id: &str) -> String {
        random::uuid(random::text(&format!("{}{instance_id}", self.id)))
    }
}

impl EndedExecution {
    /// The instances on which the association was pending.
    fn pending(&self) -> BTreeSet<String> {
        let exceptions = self.exceptions.iter();
        exceptions
            .filter(|(_, status)| *status == "Pending")
            .map(|(id, _)| id.clone())
            .collect()
    }

    fn exception_counts(&self) -> BTreeMap<String, i32> {
        let mut counts = BTreeMap::new();
        for status in self.exceptions.values() {
            *counts.entry(status.clone()).or_default() += 1;
        }
        counts
    }
}

/// The executions that an association has without ever having been started out of turn, given when
/// the newest one was, and the instances that were in none of the older ones.
pub(super) fn executions_from_start(
    association_id: &str,
    newest: f64,
    pending: BTreeSet<String>,
) -> Vec<AssociationExecution> {
    let association = random::text(association_id);
    let succeeded = Statuses::Success { pending };
    (0..EXECUTION_COUNT)
        .map(|age| AssociationExecution {
            id: random::uuid(random::join(association, u64::from(age))),
            time: newest - f64::from(age) * SECONDS_BETWEEN_EXECUTIONS,
            statuses: match age {
                0 => Statuses::Now,
                _ => succeeded.clone(),
            },
        })
        .collect()
}

/// The id of an execution that was started out of turn.
fn started_id(association_id: &str, number: u64) -> String {
    random::uuid(random::text(&format!("{association_id} {number}")))
}
