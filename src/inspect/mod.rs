//! Reads live what explains one instance, with as few calls as answer it.
//!
//! It decides which calls are made and in what order, and gathers what comes as
//! [`Evidence`](crate::explain::Evidence). What that means is for `explain`.
//!
//! # Calls for one instance
//!
//! | when | operations |
//! |---|---|
//! | at once | `DescribeInstanceInformation`, `ListResourceComplianceSummaries` |
//! | then, for each instance that is there | `DescribeInstancePatchStates`; `ListComplianceItems` if anything is non-compliant |
//! | if Patch is non-compliant | `DescribeInstancePatches`, `ListCommandInvocations`; `GetPatchBaseline`, and then `GetPatchBaselineForPatchGroup` or `GetDefaultPatchBaseline` |
//! | if Association is non-compliant | `DescribeInstanceAssociationsStatus`; for each association that failed `DescribeAssociationExecutions`, `DescribeAssociationExecutionTargets`, `ListCommandInvocations` |
//! | if Patch has no summary | `DescribeInstanceAssociationsStatus` |
//! | if all is compliant | the baselines, which may have changed since |
//! | if the instance is not listed | `GetServiceSetting` |
//!
//! # Calls for a fleet
//!
//! The non-compliant summaries of all instances are read first, then the summaries of those that have
//! one, 20 with a call, and their patch states, 50 with a call. Meanwhile the instances are listed,
//! and each that is listed is read as above. What many have in common is read once: baselines, the
//! executions of an association, and the instances that failed in one.
//!
//! A call that fails costs what it would have told, and nothing else.

mod associations;
mod calls;
mod fleet;
mod holders;
mod inspector;
mod listing;
mod names;
mod once;
mod patching;
mod purpose;
mod readers;
mod shared;
mod sighting;
mod source;

pub use calls::{CallObserver, EndedCall};
pub use fleet::FleetInspection;
pub use holders::{Holding, PatchQuery, PatchSearch};
pub use inspector::Inspector;
pub use names::{Named, is_instance_id, match_names};
pub use sighting::{Presence, Sighting, Unasked};
pub use source::{ExecutionOf, InspectionSource, OnInstance, TargetsOf};
