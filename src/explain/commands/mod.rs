//! The commands of the AWS CLI that explanations print.
//!
//! Each is one line for a POSIX shell, complete with region and ids, so that it can be run as it is
//! printed. Whatever comes from AWS is quoted. What to do when, and what it breaks, is for the
//! findings.

mod associations;
mod aws;
mod machine;
mod patching;
mod quote;
mod reading;

pub(super) use associations::{
    association_executions, association_status, association_targets, start_association,
};
pub(super) use aws::Place;
pub(super) use machine::{reboot, remove_packages, remove_updates};
pub(super) use patching::{approve_patches, install, read_baseline, scan};
pub(super) use quote::quoted;
pub(super) use reading::{
    activations, command_output, default_host_management, ec2_state, items_of_type, patch_state,
    ping_status, summaries,
};
