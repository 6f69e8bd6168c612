//! The declaration tables that the fleet is made from.

mod baselines;
mod checks;
mod documents;
mod patches;
mod platforms;
mod tags;

pub(crate) use baselines::{AWS_BASELINES, CataloguedBaseline, OWN_BASELINE_GROUP, OWN_BASELINES};
pub(crate) use checks::CIS_CHECKS;
pub(crate) use documents::{
    AGENT_UPDATE, DOCUMENTS, Document, INVENTORY, NodeScope, PACKAGE, PATCH_ASSOCIATION, SHARED,
};
pub(crate) use patches::{PACKAGES, UPDATES, VendorPatch};
pub(crate) use platforms::{
    AGENT_VERSIONS, AMAZON_LINUX, BOTTLEROCKET, COMPUTER_ROLES, LATEST_AGENT_VERSION,
    NO_PATCH_GROUP, PATCH_GROUPS, PLATFORMS, Platform, WINDOWS, operating_system,
};
pub(crate) use tags::{COST_CENTERS, ENVIRONMENTS, TEAMS, UNUSUAL_TEAMS};
