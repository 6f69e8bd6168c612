//! The operations of Systems Manager that a refresh calls, one file each.
//!
//! Each file says how to ask for a page, and how the answer becomes rows of our own. The words of
//! AWS are kept as they come, including those that were unknown when this was written.
//!
//! A further operation needs a file here, its name in [`Operation`](crate::model::Operation), and
//! a method of one line in [`Source`](crate::collect::Source).

mod associations;
mod baselines;
mod execution;
mod filters;
mod instances;
mod items;
mod patch_states;
mod ssm_operation;
mod summaries;
mod totals;
mod values;

pub(super) use associations::ListAssociations;
pub(super) use baselines::DescribePatchBaselines;
pub(super) use instances::DescribeInstanceInformation;
pub(super) use items::ListComplianceItems;
pub(super) use patch_states::DescribeInstancePatchStates;
pub(super) use ssm_operation::{PendingAnswer, SsmOperation};
pub(super) use summaries::ListResourceComplianceSummaries;
pub(super) use totals::ListComplianceSummaries;
