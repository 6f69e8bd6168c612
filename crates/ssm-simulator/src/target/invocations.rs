//! The commands that ran on an instance: those that somebody has sent, that of the last patch
//! operation, and those of its associations.

use super::command_log::SentCommand;
use super::execution_history::AssociationExecution;
use super::simulated_target::SimulatedTarget;
use crate::rows::{
    Association, CommandInvocation, ExecutionSummary, Instance, InstanceAssociation,
};
use crate::run_command::{PATCH_DOCUMENT, PatchRun, Run, association_outcome, patch_outcome};

impl SimulatedTarget {
    /// What a command did on the instance in a slot.
    pub(crate) fn invocation(&self, slot: u32, command_id: &str) -> Option<CommandInvocation> {
        if let Some(command) = self.sent_command(command_id) {
            return self.sent_invocation(slot, command);
        }
        if let Some(run) = self.patch_invocation(slot)
            && run.command_id == command_id
        {
            return Some(run);
        }
        self.association_invocation(slot, command_id)
    }

    /// Every command that is known to have run on the instance in a slot, the newest one of each
    /// association only.
    pub(crate) fn invocations(&self, slot: u32) -> Vec<CommandInvocation> {
        let known = self.associations();
        let associations = self
            .instance_associations(slot)
            .into_iter()
            .filter_map(|row| {
                let association = association_of(&known, &row)?;
                let newest = self.executions(association).into_iter().next()?;
                self.run_of_association(slot, &row, &newest)
            });
        let id = self.computer(slot).instance_id;
        let sent = self
            .commands
            .of_instance(&id)
            .filter_map(|command| self.sent_invocation(slot, command));
        // The last patch operation may be one of the commands that somebody has sent.
        let patching = self
            .patch_invocation(slot)
            .filter(|run| self.sent_command(&run.command_id).is_none());
        sent.chain(patching).chain(associations).collect()
    }

    fn sent_invocation(&self, slot: u32, command: &SentCommand) -> Option<CommandInvocation> {
        let computer = self.computer(slot);
        let run = Run {
            command_id: &command.id,
            instance_id: &computer.instance_id,
            instance_name: &computer.computer_name,
            platform_type: &computer.platform_type,
            document: &command.document,
            ended_at: command.sent_at,
            outcome: command.outcome(&computer.instance_id, self.clock)?,
        };
        Some(CommandInvocation {
            comment: command.comment.clone(),
            ..run.invocation()
        })
    }

    /// The patch operation that the summary is of, if `AWS-RunPatchBaseline` has reported.
    fn patch_invocation(&self, slot: u32) -> Option<CommandInvocation> {
        let execution = self.patch_execution(slot)?;
        let state = self.patch_state(slot, false)?;
        // An installation after it has an execution of its own, which AWS names nowhere.
        let ended_at = state.operation_end_time.min(execution.execution_time);
        let was_before = ended_at < state.operation_end_time;
        let operation = if was_before { "Scan" } else { &state.operation };
        let patches = self.patches(slot, false);
        let failed = patches.iter().filter(|patch| patch.state == "Failed");
        let computer = self.computer(slot);
        let outcome = patch_outcome(&PatchRun {
            operation,
            baseline_id: &state.baseline_id,
            snapshot_id: &state.snapshot_id,
            platform_type: &computer.platform_type,
            failed: failed.map(|patch| patch.kb_id.as_str()).collect(),
        });
        let run = Run {
            command_id: execution.execution_id.as_deref()?,
            instance_id: &state.instance_id,
            instance_name: &computer.computer_name,
            platform_type: &computer.platform_type,
            document: PATCH_DOCUMENT,
            ended_at,
            outcome,
        };
        Some(run.invocation())
    }

    fn association_invocation(&self, slot: u32, command_id: &str) -> Option<CommandInvocation> {
        let known = self.associations();
        self.instance_associations(slot)
            .into_iter()
            .find_map(|row| {
                let association = association_of(&known, &row)?;
                let execution = self
                    .executions(association)
                    .into_iter()
                    .find(|execution| execution.command_id(&row.instance_id) == command_id)?;
                self.run_of_association(slot, &row, &execution)
            })
    }

    fn run_of_association(
        &self,
        slot: u32,
        row: &InstanceAssociation,
        execution: &AssociationExecution,
    ) -> Option<CommandInvocation> {
        let computer = self.computer(slot);
        let status = execution.status(&row.instance_id, &row.status)?;
        let run = Run {
            command_id: &execution.command_id(&row.instance_id),
            instance_id: &row.instance_id,
            instance_name: &computer.computer_name,
            platform_type: &computer.platform_type,
            document: &row.name,
            ended_at: execution.time_on(row)?,
            outcome: association_outcome(&row.name, status, &computer.platform_type)?,
        };
        Some(run.invocation())
    }

    /// The execution of the summary of type Patch.
    fn patch_execution(&self, slot: u32) -> Option<ExecutionSummary> {
        (0..self.part_count(slot))
            .filter_map(|part| self.summary(slot, part))
            .find(|summary| summary.compliance_type == "Patch")
            .map(|summary| summary.execution_summary.clone())
    }

    /// The instance, or one without any names if it is not listed any more.
    fn computer(&self, slot: u32) -> Instance {
        let instance = self.instance(slot);
        instance
            .map(std::borrow::Cow::into_owned)
            .unwrap_or_default()
    }
}

fn association_of<'a>(
    associations: &'a [Association],
    row: &InstanceAssociation,
) -> Option<&'a Association> {
    associations
        .iter()
        .find(|association| association.association_id == row.association_id)
}
