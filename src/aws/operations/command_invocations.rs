//! `ListCommandInvocations`: a command on one instance, with what its steps wrote.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_command_invocations::{
    ListCommandInvocationsError, ListCommandInvocationsOutput,
};
use aws_sdk_ssm::types::{CommandInvocation, CommandPlugin, CommandPluginStatus};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp, word};
use crate::collect::{Page, PageRequest};
use crate::explain::{CommandInvocationRow, CommandStepRow};
use crate::model::Operation;

/// Lists the invocation of a command on the instance with this id.
pub(in crate::aws) struct ListCommandInvocations<'a> {
    pub(in crate::aws) command_id: &'a str,
    pub(in crate::aws) instance_id: &'a str,
}

impl ListOperation for ListCommandInvocations<'_> {
    const OPERATION: Operation = Operation::ListCommandInvocations;
    type Output = ListCommandInvocationsOutput;
    type Error = ListCommandInvocationsError;
    type Row = CommandInvocationRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .list_command_invocations()
            .command_id(self.command_id)
            .instance_id(self.instance_id)
            // Without the details there are no steps, and so no exit codes.
            .details(true)
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<CommandInvocationRow> {
        page_of(output.command_invocations, output.next_token, invocation)
    }
}

fn invocation(from: CommandInvocation) -> Option<CommandInvocationRow> {
    let plugins = from.command_plugins.unwrap_or_default();
    Some(CommandInvocationRow {
        command_id: non_empty(from.command_id)?,
        document: from.document_name.unwrap_or_default(),
        status: word(from.status.as_ref()),
        status_details: from.status_details.unwrap_or_default(),
        requested: from.requested_date_time.and_then(timestamp),
        steps: plugins.into_iter().map(step).collect(),
    })
}

fn step(from: CommandPlugin) -> CommandStepRow {
    CommandStepRow {
        exit_code: exit_code(&from),
        name: from.name.unwrap_or_default(),
        status: word(from.status.as_ref()),
        output: from.output.unwrap_or_default(),
    }
}

/// The exit code of a step that has ended.
fn exit_code(step: &CommandPlugin) -> Option<i32> {
    // AWS gives -1 while a step has no exit code, and the SDK makes 0 of a code that is absent.
    let is_over = !matches!(
        step.status,
        None | Some(CommandPluginStatus::Pending | CommandPluginStatus::InProgress)
    );
    (is_over && step.response_code != -1).then_some(step.response_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code_of(status: CommandPluginStatus, code: i32) -> Option<i32> {
        let plugin = CommandPlugin::builder()
            .name("PatchLinux")
            .status(status)
            .response_code(code)
            .build();
        step(plugin).exit_code
    }

    #[test]
    fn a_step_has_an_exit_code_once_it_has_ended() {
        assert_eq!(exit_code_of(CommandPluginStatus::Failed, 156), Some(156));
        assert_eq!(exit_code_of(CommandPluginStatus::Success, 0), Some(0));
        assert_eq!(exit_code_of(CommandPluginStatus::TimedOut, -1), None);
        assert_eq!(exit_code_of(CommandPluginStatus::Pending, 0), None);
        assert_eq!(exit_code_of(CommandPluginStatus::InProgress, 0), None);
    }

    #[test]
    fn the_steps_stay_in_their_order() {
        let steps = ["first", "second"].map(|name| CommandPlugin::builder().name(name).build());
        let from = CommandInvocation::builder()
            .command_id("c-1")
            .set_command_plugins(Some(steps.to_vec()))
            .build();
        let row = invocation(from).expect("it has an id");
        let names: Vec<&str> = row.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["first", "second"]);
    }
}
