//! One simulated target (an account and a region): its resources, and what can be asked of them.
//!
//! Nothing here knows of the protocol or of faults.

mod aggregates;
mod aggregation;
mod association_runs;
mod baselines;
mod command_log;
mod created_associations;
mod drift;
mod execution_history;
mod executions;
mod handwork;
mod invocations;
mod listing_slot;
mod orders;
mod patching;
mod put_items;
mod rows;
mod send_command;
mod simulated_target;
mod summaries;
mod tagging;
mod truth;

pub(crate) use baselines::is_of_aws;
pub(crate) use command_log::{DELIVERY_SECONDS, SentCommand};
pub(crate) use execution_history::AssociationExecution;
pub(crate) use listing_slot::ListingSlot;
pub(crate) use orders::{AssociationOrder, PatchOrder};
pub(crate) use send_command::{CommandEffect, CommandOrder};
pub(crate) use simulated_target::SimulatedTarget;
pub(crate) use truth::TruthDepth;
