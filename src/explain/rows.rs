//! The rows that only an explanation reads: AWS's data, not yet cleaned or sorted.
//!
//! As in the model's rows, a missing text is empty, a missing time is `None`, and words of AWS's
//! vocabulary are kept as they come.

use crate::model::Timestamp;

/// One patch of one instance, from `DescribeInstancePatches`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstancePatchRow {
    /// The KB number, or the name of the package.
    pub id: String,
    /// The title, which is empty for patches that the baseline does not cover.
    pub title: String,
    /// The classification, for example `SecurityUpdates` or `Security`.
    pub classification: String,
    /// The severity that the vendor gives the patch.
    pub severity: String,
    /// The state: `Missing`, `Failed`, `InstalledPendingReboot`, `InstalledRejected`, ...
    pub state: String,
    /// When the patch was installed.
    pub installed: Option<Timestamp>,
    /// The vulnerabilities that the patch closes, for example `CVE-2026-20000`.
    pub cve_ids: Vec<String>,
}

/// The status of one association on one instance, from `DescribeInstanceAssociationsStatus`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssociationStatusRow {
    /// The association's id.
    pub association_id: String,
    /// The name that its owner gave it; often empty.
    pub association_name: String,
    /// The document that it runs: a name, or the ARN of a shared document.
    pub document: String,
    /// The status: `Success`, `Failed`, `TimedOut`, `Pending`, `Skipped`, ...
    pub status: String,
    /// The status in more detail, for example `Associated` for one that never ran.
    pub detailed_status: String,
    /// The error code; empty without an error.
    pub error_code: String,
    /// What the agent says of the run, for example how many plugins failed.
    pub execution_summary: String,
    /// When it last ran on the instance.
    pub executed: Option<Timestamp>,
    /// Where its output is stored in S3, if it is.
    pub output_url: String,
}

/// One execution of an association on all its instances, from `DescribeAssociationExecutions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssociationExecutionRow {
    /// The execution's id.
    pub execution_id: String,
    /// The status of the whole execution: one failed instance makes it `Failed`.
    pub status: String,
    /// The status in more detail.
    pub detailed_status: String,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// One instance in one execution of an association, from `DescribeAssociationExecutionTargets`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionTargetRow {
    /// The execution's id.
    pub execution_id: String,
    /// The status on this instance.
    pub status: String,
    /// The status in more detail.
    pub detailed_status: String,
    /// When it ran on this instance.
    pub executed: Option<Timestamp>,
    /// The id of the command that did the work (`OutputSource.OutputSourceId`).
    pub command_id: String,
}

/// A command on one instance, from `ListCommandInvocations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandInvocationRow {
    /// The command's id.
    pub command_id: String,
    /// The document that was run.
    pub document: String,
    /// The status of the command on the instance.
    pub status: String,
    /// The status in more detail.
    pub status_details: String,
    /// When the command was requested.
    pub requested: Option<Timestamp>,
    /// The steps of the document, in order.
    pub steps: Vec<CommandStepRow>,
}

/// One step of a command (`CommandPlugins`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandStepRow {
    /// The name of the step.
    pub name: String,
    /// The status of the step.
    pub status: String,
    /// The exit code of what the step ran (`ResponseCode`).
    pub exit_code: Option<i32>,
    /// The first 2,500 characters of what it wrote.
    pub output: String,
}

/// The settings of a patch baseline that decide about compliance, from `GetPatchBaseline`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaselineSettings {
    /// The id: `pb-...`, or the full ARN of a baseline that AWS provides.
    pub id: String,
    /// The name.
    pub name: String,
    /// The operating system that it is for, for example `AMAZON_LINUX_2023`.
    pub operating_system: String,
    /// The rules that approve patches.
    pub approval_rules: Vec<ApprovalRule>,
    /// Patches that are approved by name.
    pub approved_patches: Vec<String>,
    /// Patches that are rejected by name.
    pub rejected_patches: Vec<String>,
    /// What happens to rejected patches: `ALLOW_AS_DEPENDENCY` or `BLOCK`.
    pub rejected_patches_action: String,
    /// Whether available security updates count as `COMPLIANT` or `NON_COMPLIANT`; empty if AWS
    /// does not say. Only for Windows.
    pub available_security_updates: String,
    /// When the baseline was last changed.
    pub modified: Option<Timestamp>,
}

/// A rule of a patch baseline that approves patches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalRule {
    /// What a patch must be: pairs of a key such as `CLASSIFICATION` and the accepted values.
    pub filters: Vec<(String, Vec<String>)>,
    /// How many days after its release a patch is approved.
    pub approve_after_days: Option<i32>,
    /// The date until which released patches are approved, as `YYYY-MM-DD`; empty if the rule has
    /// none.
    pub approve_until_date: String,
    /// The compliance severity of a patch that the rule approves and that is missing.
    pub compliance_level: String,
}
