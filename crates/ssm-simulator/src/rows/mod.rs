//! The rows of a simulated account as plain data, with AWS's member names in snake case.
//!
//! The server writes these types to the wire, and tests receive the same types as the truth that
//! they compare a client's results with. All times are seconds since 1970.

mod association;
mod baseline;
mod command;
mod compliance;
mod instance;
mod organization;
mod patch;
mod tags;
mod truth;

pub use association::{Association, AssociationTarget, InstanceAssociation, Overview};
pub use baseline::{PatchBaseline, PatchFilter, PatchFilterGroup, PatchRule, PatchRuleGroup};
pub use command::{CommandInvocation, CommandPlugin};
pub use compliance::{
    CompliantSummary, ExecutionSummary, Item, NonCompliantSummary, SeveritySummary, Summary, Total,
};
pub use instance::{AssociationOverview, Instance};
pub use organization::{
    OrganizationAccount, OrganizationRoot, OrganizationalUnit, RegionOptStatus,
};
pub use patch::{Baseline, Patch, PatchState};
pub use tags::{ResourceTags, Tag};
pub use truth::{ResourceTruth, TargetTruth};
