//! What was read of one instance, and what could not be read.

use std::fmt;

use super::rows::{
    AssociationExecutionRow, AssociationStatusRow, BaselineSettings, CommandInvocationRow,
    ExecutionTargetRow, InstancePatchRow,
};
use crate::model::{FailureReason, InstanceRow, ItemRow, Operation, PatchRow, SummaryRow};

/// Everything that is known of one instance.
///
/// It comes from live calls, or, with less in it, from what the last refresh has read.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Where the instance is.
    pub target: TargetName,
    /// The id that was asked about.
    pub resource_id: String,
    /// The listing as a managed instance (`DescribeInstanceInformation`). `None` if AWS does not
    /// list it: it is stopped, terminated or was never managed.
    pub listing: Read<Option<InstanceRow>>,
    /// The summary of each compliance type (`ListResourceComplianceSummaries`).
    pub summaries: Read<Vec<SummaryRow>>,
    /// The non-compliant items of all types (`ListComplianceItems`).
    pub items: Read<Vec<ItemRow>>,
    /// The patch state (`DescribeInstancePatchStates`). `None` if AWS has none: the instance was
    /// never scanned.
    pub patch_state: Read<Option<PatchRow>>,
    /// The patches in bad states (`DescribeInstancePatches`).
    pub patches: Read<Vec<InstancePatchRow>>,
    /// The associations of the instance (`DescribeInstanceAssociationsStatus`).
    pub associations: Read<Vec<AssociationStatusRow>>,
    /// The history of each association that failed.
    pub histories: Vec<AssociationHistory>,
    /// The baseline that the last patch operation used (`GetPatchBaseline`).
    pub baseline: Read<BaselineSettings>,
    /// The baseline that applies to the instance now (`GetPatchBaselineForPatchGroup`).
    pub assigned_baseline: Read<String>,
    /// The command that reported the patches (`ListCommandInvocations`). `None` if AWS does not
    /// know it any more, or if no command did.
    pub patch_command: Read<Option<CommandInvocationRow>>,
    /// The role of the account's default host management configuration (`GetServiceSetting`), or
    /// `$None`.
    pub default_host_management: Read<String>,
}

/// The history of one association that failed on the instance.
#[derive(Clone, Debug, Default)]
pub struct AssociationHistory {
    /// The association's id.
    pub association_id: String,
    /// Its executions, the newest one first (`DescribeAssociationExecutions`).
    pub executions: Read<Vec<AssociationExecutionRow>>,
    /// The instance in the newest of them (`DescribeAssociationExecutionTargets`).
    pub run: Read<Option<ExecutionTargetRow>>,
    /// The command of that run (`ListCommandInvocations`).
    pub command: Read<Option<CommandInvocationRow>>,
}

/// The target that an instance belongs to: one account in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetName {
    /// The account's id, of 12 digits.
    pub account_id: String,
    /// The name that the configuration gives the account, if it gives one.
    pub account_name: Option<String>,
    /// The region.
    pub region: String,
}

/// The outcome of asking AWS for one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Read<T> {
    /// It was not asked for, because it would explain nothing, or cannot be asked for here.
    #[default]
    Unasked,
    /// AWS was asked, and did not tell.
    Failed(ReadFailure),
    /// AWS told this.
    Done(T),
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFailure {
    /// The operation that failed. Its IAM action is `ssm:` and this name.
    pub operation: Operation,
    /// The reason.
    pub reason: FailureReason,
    /// One line with AWS's code and message. It never holds a secret.
    pub detail: String,
}

/// Names the IAM action, the reason, and what AWS said, in one line.
impl fmt::Display for ReadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation.as_str();
        let reason = self.reason.as_str();
        write!(f, "ssm:{operation}: {reason}: {}", self.detail)
    }
}

// === impl Read ===

impl<T> Read<T> {
    /// Returns what AWS told, if it did.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Unasked | Self::Failed(_) => None,
        }
    }

    /// Returns why it could not be read, if AWS was asked in vain.
    pub fn failure(&self) -> Option<&ReadFailure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Unasked | Self::Done(_) => None,
        }
    }
}
