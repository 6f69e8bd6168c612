//! The fleet: which resources a target has, and the rows that follow from each of them.
//!
//! Nothing here knows of the protocol, of requests or of faults.

mod allotment;
mod associations;
mod catalogue;
mod condition;
mod custom;
mod instance;
mod node;
mod patches;
mod quirk;
mod snapshot;
mod tags;
mod tally;

pub(crate) use allotment::{FleetShape, nodes};
pub(crate) use associations::{
    AssociationRuns, association_id, association_overview, association_rows, error_code,
    execution_summary,
};
pub(crate) use catalogue::{DOCUMENTS, LATEST_AGENT_VERSION, operating_system};
pub(crate) use condition::Condition;
pub(crate) use custom::{ANTIVIRUS, BENCHMARK};
pub(crate) use instance::PING_PERIOD_SECONDS;
pub(crate) use node::Node;
pub(crate) use patches::{baseline_rows, compliance_severity, patch_baselines};
pub(crate) use snapshot::{NodeSnapshot, TargetNames};
pub(crate) use tally::{COMPLIANT, NON_COMPLIANT, Tally};
