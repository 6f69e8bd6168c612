//! The rows of Run Command.

use serde::Serialize;

/// A row of `ListCommandInvocations`: what one command did on one instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's CommandInvocation")]
pub struct CommandInvocation {
    pub command_id: String,
    pub instance_id: String,
    pub instance_name: String,
    pub comment: String,
    pub document_name: String,
    pub document_version: String,
    pub requested_date_time: f64,
    pub status: String,
    pub status_details: String,
    /// AWS sends the steps only to those who ask for details.
    pub command_plugins: Vec<CommandPlugin>,
}

/// One step of a document on one instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's CommandPlugin")]
pub struct CommandPlugin {
    /// The name of the step in the document.
    pub name: String,
    pub status: String,
    pub status_details: String,
    /// The exit code, or -1 where there is none.
    pub response_code: i32,
    pub response_start_date_time: f64,
    pub response_finish_date_time: f64,
    /// AWS keeps 2,500 characters.
    pub output: String,
}
