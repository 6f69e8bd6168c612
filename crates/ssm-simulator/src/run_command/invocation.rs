//! Makes the row of `ListCommandInvocations` of one run.

use super::documents::{self, Step};
use crate::rows::{CommandInvocation, CommandPlugin};

/// How long every step takes.
const STEP_SECONDS: f64 = 13.0;
/// How many characters of the output AWS keeps.
const MAX_OUTPUT_CHARACTERS: usize = 2500;

/// One run of a document on one instance.
#[derive(Clone, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) command_id: &'a str,
    pub(crate) instance_id: &'a str,
    /// The name of the computer.
    pub(crate) instance_name: &'a str,
    pub(crate) platform_type: &'a str,
    pub(crate) document: &'a str,
    /// When the run ended, in seconds since 1970.
    pub(crate) ended_at: f64,
    pub(crate) outcome: Outcome,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success {
        output: String,
    },
    Failed {
        exit_code: i32,
        output: String,
    },
    /// The step did not end in time.
    TimedOut,
    /// The command has not reached the instance yet.
    Pending,
    /// The command never reached the instance.
    Undelivered,
}

impl Outcome {
    /// The status, and what AWS says about it in detail.
    pub(crate) const fn status(&self) -> (&'static str, &'static str) {
        match self {
            Self::Success { .. } => ("Success", "Success"),
            Self::Failed { .. } => ("Failed", "Failed"),
            Self::TimedOut => ("TimedOut", "ExecutionTimedOut"),
            Self::Pending => ("Pending", "Pending"),
            Self::Undelivered => ("TimedOut", "DeliveryTimedOut"),
        }
    }

    const fn exit_code(&self) -> i32 {
        match self {
            Self::Success { .. } => 0,
            Self::Failed { exit_code, .. } => *exit_code,
            Self::TimedOut | Self::Pending | Self::Undelivered => -1,
        }
    }

    fn output(&self) -> &str {
        match self {
            Self::Success { output } | Self::Failed { output, .. } => output,
            Self::TimedOut | Self::Pending | Self::Undelivered => "",
        }
    }
}

impl Run<'_> {
    pub(crate) fn invocation(&self) -> CommandInvocation {
        let (status, status_details) = self.outcome.status();
        CommandInvocation {
            command_id: self.command_id.to_owned(),
            instance_id: self.instance_id.to_owned(),
            instance_name: self.instance_name.to_owned(),
            comment: String::new(),
            document_name: self.document.to_owned(),
            document_version: "1".to_owned(),
            requested_date_time: self.started_at(),
            status: status.to_owned(),
            status_details: status_details.to_owned(),
            command_plugins: documents::steps(self.document)
                .into_iter()
                .map(|step| self.plugin(step))
                .collect(),
        }
    }

    fn plugin(&self, step: Step) -> CommandPlugin {
        if let Some(platform) = step.platform
            && platform != self.platform_type
        {
            return self.skipped_plugin(step.name, platform);
        }
        let (status, status_details) = self.outcome.status();
        CommandPlugin {
            name: step.name.to_owned(),
            status: status.to_owned(),
            status_details: status_details.to_owned(),
            response_code: self.outcome.exit_code(),
            response_start_date_time: self.started_at(),
            response_finish_date_time: self.ended_at,
            output: self
                .outcome
                .output()
                .chars()
                .take(MAX_OUTPUT_CHARACTERS)
                .collect(),
        }
    }

    /// AWS lists the steps for other platforms too, and calls them a success.
    fn skipped_plugin(&self, name: &str, platform: &str) -> CommandPlugin {
        CommandPlugin {
            name: name.to_owned(),
            status: "Success".to_owned(),
            status_details: "Success".to_owned(),
            response_code: 0,
            response_start_date_time: self.started_at(),
            response_finish_date_time: self.started_at(),
            output: format!(
                "Step execution skipped due to unsatisfied preconditions: \
                 '\"StringEquals\": [platformType, {platform}]'. Step name: {name}"
            ),
        }
    }

    fn started_at(&self) -> f64 {
        self.ended_at - STEP_SECONDS
    }
}
