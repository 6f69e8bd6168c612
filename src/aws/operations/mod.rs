//! The operations that are called, one file each. All are of Systems Manager, except for
//! [`GetResources`].
//!
//! Each file says how to ask, and how the answer becomes rows of our own. The words of AWS are kept
//! as they come, including those that were unknown when this was written.
//!
//! A further operation needs a file here, its name in [`Operation`](crate::model::Operation), and
//! a method of one line in [`Source`](crate::collect::Source), or in
//! [`InspectionSource`](crate::inspect::InspectionSource) if it only explains.

mod assigned_baseline;
mod association_executions;
mod association_statuses;
mod associations;
mod baselines;
mod command_invocations;
mod execution;
mod execution_targets;
mod filters;
mod instance_patches;
mod instances;
mod items;
mod patch_baseline;
mod patch_states;
mod resources;
mod service_setting;
mod ssm_operation;
mod summaries;
mod totals;
mod values;

pub(super) use assigned_baseline::{GetDefaultPatchBaseline, GetPatchBaselineForPatchGroup};
pub(super) use association_executions::DescribeAssociationExecutions;
pub(super) use association_statuses::DescribeInstanceAssociationsStatus;
pub(super) use associations::ListAssociations;
pub(super) use baselines::DescribePatchBaselines;
pub(super) use command_invocations::ListCommandInvocations;
pub(super) use execution_targets::DescribeAssociationExecutionTargets;
pub(super) use instance_patches::DescribeInstancePatches;
pub(super) use instances::{DescribeInstanceInformation, DescribeInstanceInformationOf};
pub(super) use items::ListComplianceItems;
pub(super) use patch_baseline::GetPatchBaseline;
pub(super) use patch_states::DescribeInstancePatchStates;
pub(super) use resources::GetResources;
pub(super) use service_setting::GetServiceSetting;
pub(super) use ssm_operation::{ListOperation, PageOf, PendingAnswer, SsmOperation, page_of};
pub(super) use summaries::{ListResourceComplianceSummaries, SummariesOf};
pub(super) use totals::ListComplianceSummaries;
pub(super) use values::non_empty;
