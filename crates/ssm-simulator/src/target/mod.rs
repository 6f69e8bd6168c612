//! One simulated target (an account and a region): its resources, and what can be asked of them.
//!
//! Nothing here knows of the protocol or of faults.

mod aggregates;
mod aggregation;
mod baselines;
mod drift;
mod executions;
mod invocations;
mod listing_slot;
mod rows;
mod simulated_target;
mod summaries;
mod truth;

pub(crate) use baselines::is_of_aws;
pub(crate) use executions::AssociationExecution;
pub(crate) use listing_slot::ListingSlot;
pub(crate) use simulated_target::SimulatedTarget;
pub(crate) use truth::TruthDepth;
