//! The operations of SSM.
//!
//! `table` joins each operation with what it answers, `call` asks it, `page` makes a page of the
//! rows of a list, and the other files make the rows and the single answers.

mod association_rows;
mod baselines;
mod call;
mod chain;
mod command_invocation;
mod command_invocations;
mod compliance_items;
mod compliance_summaries;
mod create_association;
mod deregister;
mod executions;
mod filters;
mod input;
mod instances;
mod listing;
mod maintenance_windows;
mod page;
mod patch_baseline;
mod patches;
mod put_items;
mod row_damage;
mod send_command;
mod service_setting;
mod start_associations;
mod table;
mod token;
mod totals;
mod update_baseline;

pub(crate) use call::{CallRequest, answer};
pub(crate) use input::Input;
pub(crate) use table::{Operation, find};
