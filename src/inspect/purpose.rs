//! What each call is made for, in the words of `--verbose`.

use crate::model::Operation;

/// A call, and what it is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    pub(super) operation: Operation,
    pub(super) text: &'static str,
}

const fn purpose(operation: Operation, text: &'static str) -> Purpose {
    Purpose { operation, text }
}

// What is asked about one instance.

pub(super) const LISTING: Purpose = purpose(
    Operation::DescribeInstanceInformation,
    "is it managed, and does its agent answer",
);
pub(super) const SUMMARIES: Purpose = purpose(
    Operation::ListResourceComplianceSummaries,
    "which compliance types are non-compliant",
);
pub(super) const ITEMS: Purpose =
    purpose(Operation::ListComplianceItems, "the non-compliant items");
pub(super) const PATCH_STATE: Purpose = purpose(
    Operation::DescribeInstancePatchStates,
    "the last patch operation, and its counts",
);
pub(super) const PATCHES: Purpose = purpose(
    Operation::DescribeInstancePatches,
    "which patches are in a bad state",
);
pub(super) const PATCH_COMMAND: Purpose = purpose(
    Operation::ListCommandInvocations,
    "what the last patch operation wrote",
);
pub(super) const BASELINE: Purpose = purpose(
    Operation::GetPatchBaseline,
    "what the baseline approves and rejects",
);
pub(super) const BASELINE_OF_GROUP: Purpose = purpose(
    Operation::GetPatchBaselineForPatchGroup,
    "which baseline the patch group has now",
);
pub(super) const DEFAULT_BASELINE: Purpose = purpose(
    Operation::GetDefaultPatchBaseline,
    "which baseline applies without a patch group now",
);
pub(super) const STATUSES: Purpose = purpose(
    Operation::DescribeInstanceAssociationsStatus,
    "how its associations fare",
);
pub(super) const EXECUTIONS: Purpose = purpose(
    Operation::DescribeAssociationExecutions,
    "the history of a failed association",
);
pub(super) const EXECUTION_TARGETS: Purpose = purpose(
    Operation::DescribeAssociationExecutionTargets,
    "how it fared in an execution",
);
pub(super) const RUN_COMMAND: Purpose = purpose(
    Operation::ListCommandInvocations,
    "what the failed association wrote",
);
pub(super) const HOST_MANAGEMENT: Purpose = purpose(
    Operation::GetServiceSetting,
    "is default host management configured",
);

// What is asked about a whole target.

pub(super) const ALL_LISTINGS: Purpose = purpose(
    Operation::DescribeInstanceInformation,
    "all managed instances",
);
pub(super) const ALL_SUMMARIES: Purpose = purpose(
    Operation::ListResourceComplianceSummaries,
    "which instances are non-compliant",
);
pub(super) const FAILED_TARGETS: Purpose = purpose(
    Operation::DescribeAssociationExecutionTargets,
    "which instances failed in an execution",
);
