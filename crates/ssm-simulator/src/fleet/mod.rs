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
mod tally;

pub(crate) use allotment::{FleetShape, nodes};
pub(crate) use associations::{association_id, association_rows};
pub(crate) use catalogue::DOCUMENTS;
pub(crate) use condition::Condition;
pub(crate) use custom::{ANTIVIRUS, BENCHMARK};
pub(crate) use node::Node;
pub(crate) use patches::{baseline_rows, patch_baselines};
pub(crate) use snapshot::{NodeSnapshot, TargetNames};
pub(crate) use tally::{COMPLIANT, NON_COMPLIANT, Tally};
