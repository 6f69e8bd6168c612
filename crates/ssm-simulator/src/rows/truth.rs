//! The rows of one resource and of one target together, as the simulator hands them to tests.

use super::association::{Association, InstanceAssociation};
use super::baseline::PatchBaseline;
use super::compliance::{Item, Summary, Total};
use super::instance::Instance;
use super::patch::{Baseline, Patch, PatchState};
use super::tags::ResourceTags;

/// Everything that one target (an account and a region) answers with at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetTruth {
    /// The rows of `DescribeInstanceInformation`, in listing order.
    pub instances: Vec<Instance>,
    /// The rows of `ListResourceComplianceSummaries`, in listing order. They include resources that
    /// are not listed as managed instances.
    pub summaries: Vec<Summary>,
    /// The rows of `ListComplianceSummaries`, which count resources.
    pub totals: Vec<Total>,
    /// The rows of `DescribeInstancePatchStates`. They include resources that are not listed as
    /// managed instances.
    pub patch_states: Vec<PatchState>,
    /// The rows of `DescribePatchBaselines`.
    pub baselines: Vec<Baseline>,
    /// The answers of `GetPatchBaseline`, in the order of the rows above.
    pub patch_baselines: Vec<PatchBaseline>,
    /// The rows of `ListAssociations`.
    pub associations: Vec<Association>,
    /// The rows of `ListComplianceItems` for every resource, whether compliant or not.
    pub items: Vec<Item>,
    /// The rows of `DescribeInstancePatches` for every resource.
    pub patches: Vec<Patch>,
    /// The rows of `DescribeInstanceAssociationsStatus` for every listed instance.
    pub instance_associations: Vec<InstanceAssociation>,
    /// The rows of `GetResources`. They include resources that are not listed as managed instances,
    /// and leave out those that never had a tag.
    pub tags: Vec<ResourceTags>,
}

/// Everything that a target answers about one resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceTruth {
    /// The instance, unless it is stopped or terminated.
    pub instance: Option<Instance>,
    /// One summary for each compliance type that the resource reports.
    pub summaries: Vec<Summary>,
    /// The patch state, unless `AWS-RunPatchBaseline` never ran.
    pub patch_state: Option<PatchState>,
    /// The items of all compliance types.
    pub items: Vec<Item>,
    /// The patches as `DescribeInstancePatches` lists them.
    pub patches: Vec<Patch>,
    /// The associations as `DescribeInstanceAssociationsStatus` lists them.
    pub instance_associations: Vec<InstanceAssociation>,
    /// The tags, unless the resource never had any.
    pub tags: Option<ResourceTags>,
}
