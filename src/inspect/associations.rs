//! Reads what explains the compliance type Association.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::join_all;

use super::calls::{known, known_if_any};
use super::inspector::{Breadth, Inspector};
use super::purpose;
use super::shared::FailedTargets;
use super::sighting::{Sighting, Standing};
use super::source::{ExecutionOf, InspectionSource, TargetsOf};
use crate::collect::SourceResult;
use crate::explain::{
    AssociationExecutionRow, AssociationHistory, AssociationStatusRow, ExecutionTargetRow, Read,
};
use crate::model::{ComplianceType, ItemRow};

const ASSOCIATION: &str = ComplianceType::ASSOCIATION;
const PATCH: &str = ComplianceType::PATCH;

/// The statuses with which an association ends badly on an instance.
const FAILED_STATUSES: [&str; 2] = ["Failed", "TimedOut"];
/// How many executions are searched for the instance.
// An execution may be for new instances only, so the newest one that failed need not have this one.
const MAX_SEARCHED_EXECUTIONS: usize = 3;
impl<S: InspectionSource> Inspector<S> {
    pub(super) async fn statuses_if_needed(
        &self,
        sighting: &Sighting,
    ) -> Read<Vec<AssociationStatusRow>> {
        // Patches that only an association reports have no summary of the type Patch.
        let is_needed = sighting.standing(ASSOCIATION).may_be_noncompliant()
            || matches!(sighting.standing(PATCH), Standing::Unreported);
        if !is_needed || !sighting.may_be_listed() {
            return Read::Unasked;
        }
        let source = &self.calls.source;
        let fetch = async |page| source.association_statuses(&sighting.id, &page).await;
        let answer = self.calls.rows(purpose::STATUSES, fetch).await;
        known(purpose::STATUSES.operation, answer)
    }

    /// Reads the history of each association that failed on the instance.
    pub(super) async fn histories(
        &self,
        sighting: &Sighting,
        items: &Read<Vec<ItemRow>>,
        statuses: &Read<Vec<AssociationStatusRow>>,
    ) -> Vec<AssociationHistory> {
        if !sighting.standing(ASSOCIATION).may_be_noncompliant() {
            return Vec::new();
        }
        let failed = failed_associations(items, statuses);
        let histories = failed.into_iter().map(|id| self.history(&sighting.id, id));
        join_all(histories).await
    }

    async fn history(&self, instance_id: &str, association_id: &str) -> AssociationHistory {
        let executions = self.executions(association_id).await;
        let rows = executions.done().map(Vec::as_slice).unwrap_or_default();
        let run = self.failed_run(instance_id, association_id, rows).await;
        let command = self.command_of(instance_id, &run).await;
        AssociationHistory {
            association_id: association_id.to_owned(),
            executions,
            run,
            command,
        }
    }

    async fn executions(&self, association_id: &str) -> Read<Vec<AssociationExecutionRow>> {
        let read = async {
            let answer = self.read_executions(association_id).await;
            known(purpose::EXECUTIONS.operation, answer)
        };
        let key = association_id.to_owned();
        self.shared.executions.get(key, read).await
    }

    async fn read_executions(
        &self,
        association_id: &str,
    ) -> SourceResult<Vec<AssociationExecutionRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.association_executions(association_id, &page).await;
        // The newest page goes back far enough to say since when, as a rule. An association that
        // runs each half hour has thirty pages.
        let mut rows = self.calls.first_rows(purpose::EXECUTIONS, fetch).await?;
        rows.sort_by_key(|row: &AssociationExecutionRow| Reverse(row.created));
        Ok(rows)
    }

    /// The instance in the newest execution in which it failed, or else in any of those searched.
    async fn failed_run(
        &self,
        instance_id: &str,
        association_id: &str,
        executions: &[AssociationExecutionRow],
    ) -> Read<Option<ExecutionTargetRow>> {
        let mut first = Read::Unasked;
        for execution in suspects(executions) {
            let execution = ExecutionOf {
                association_id,
                execution_id: &execution.execution_id,
            };
            let run = self.target_of(execution, instance_id).await;
            // What AWS does not tell about one execution, it will not tell about the next one.
            if is_failed(&run) || run.failure().is_some() {
                return run;
            }
            if !matches!(first, Read::Done(Some(_))) {
                first = run;
            }
        }
        first
    }

    async fn target_of(
        &self,
        execution: ExecutionOf<'_>,
        instance_id: &str,
    ) -> Read<Option<ExecutionTargetRow>> {
        if self.breadth == Breadth::Fleet
            && let Some(row) = self.failed_target(execution, instance_id).await
        {
            return Read::Done(Some(row));
        }
        let answer = self.read_target(execution, instance_id).await;
        known_if_any(purpose::EXECUTION_TARGETS.operation, answer)
    }

    async fn read_target(
        &self,
        execution: ExecutionOf<'_>,
        instance_id: &str,
    ) -> SourceResult<Option<ExecutionTargetRow>> {
        let source = &self.calls.source;
        let of = TargetsOf::Resource(instance_id);
        let fetch = async |page| source.execution_targets(execution, of, &page).await;
        let rows = self.calls.rows(purpose::EXECUTION_TARGETS, fetch).await?;
        let mut rows = rows.into_iter();
        Ok(rows
            .find(|target| target.instance_id == instance_id)
            .map(|target| target.row))
    }

    /// The instance among all that failed in this execution.
    async fn failed_target(
        &self,
        execution: ExecutionOf<'_>,
        instance_id: &str,
    ) -> Option<ExecutionTargetRow> {
        for status in FAILED_STATUSES {
            let targets = self.failed_targets(execution, status).await;
            if let Some(row) = targets.done().and_then(|rows| rows.get(instance_id)) {
                return Some(row.clone());
            }
        }
        None
    }

    async fn failed_targets(
        &self,
        execution: ExecutionOf<'_>,
        status: &'static str,
    ) -> FailedTargets {
        let key = (
            execution.association_id.to_owned(),
            execution.execution_id.to_owned(),
            status,
        );
        let read = async {
            let answer = self.read_failed_targets(execution, status).await;
            known(purpose::FAILED_TARGETS.operation, answer.map(Arc::new))
        };
        self.shared.failed_targets.get(key, read).await
    }

    async fn read_failed_targets(
        &self,
        execution: ExecutionOf<'_>,
        status: &str,
    ) -> SourceResult<HashMap<String, ExecutionTargetRow>> {
        let source = &self.calls.source;
        let of = TargetsOf::Status(status);
        let fetch = async |page| source.execution_targets(execution, of, &page).await;
        let rows = self.calls.rows(purpose::FAILED_TARGETS, fetch).await?;
        let by_instance = rows
            .into_iter()
            .map(|target| (target.instance_id, target.row));
        Ok(by_instance.collect())
    }

    async fn command_of(
        &self,
        instance_id: &str,
        run: &Read<Option<ExecutionTargetRow>>,
    ) -> Read<Option<crate::explain::CommandInvocationRow>> {
        match run.done() {
            Some(Some(run)) if !run.command_id.is_empty() => {
                self.command(purpose::RUN_COMMAND, &run.command_id, instance_id)
                    .await
            }
            _ => Read::Unasked,
        }
    }
}

/// The associations that failed: those of the items, or where these could not be read, those whose
/// status says so.
fn failed_associations<'a>(
    items: &'a Read<Vec<ItemRow>>,
    statuses: &'a Read<Vec<AssociationStatusRow>>,
) -> BTreeSet<&'a str> {
    if let Read::Done(items) = items {
        let items = items
            .iter()
            .filter(|item| item.compliance_type == ASSOCIATION);
        return items.map(|item| item.id.as_str()).collect();
    }
    let statuses = statuses.done().into_iter().flatten();
    statuses
        .filter(|row| FAILED_STATUSES.contains(&row.status.as_str()))
        .map(|row| row.association_id.as_str())
        .collect()
}

/// The newest executions that did not succeed on all their instances.
fn suspects(
    executions: &[AssociationExecutionRow],
) -> impl Iterator<Item = &AssociationExecutionRow> {
    let failed = executions
        .iter()
        .filter(|execution| execution.status != "Success");
    failed.take(MAX_SEARCHED_EXECUTIONS)
}

fn is_failed(run: &Read<Option<ExecutionTargetRow>>) -> bool {
    let run = run.done().and_then(Option::as_ref);
    run.is_some_and(|run| FAILED_STATUSES.contains(&run.status.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_that_succeeded_everywhere_are_not_searched() {
        let execution = |id: &str, status: &str| AssociationExecutionRow {
            execution_id: id.to_owned(),
            status: status.to_owned(),
            ..AssociationExecutionRow::default()
        };
        let executions = [
            execution("d", "Failed"),
            execution("c", "Success"),
            execution("b", "InProgress"),
            execution("a", "Failed"),
            execution("0", "Failed"),
        ];
        let ids: Vec<&str> = suspects(&executions)
            .map(|row| row.execution_id.as_str())
            .collect();
        assert_eq!(ids, ["d", "b", "a"]);
    }

    #[test]
    fn without_items_the_statuses_say_which_associations_failed() {
        let status = |id: &str, status: &str| AssociationStatusRow {
            association_id: id.to_owned(),
            status: status.to_owned(),
            ..AssociationStatusRow::default()
        };
        let statuses = Read::Done(vec![status("a", "Success"), status("b", "TimedOut")]);
        let failed = failed_associations(&Read::Unasked, &statuses);
        assert_eq!(failed.into_iter().collect::<Vec<&str>>(), ["b"]);
        assert!(failed_associations(&Read::Done(Vec::new()), &statuses).is_empty());
    }
}
