//! The operations of SSM, and the lists of the services beside it.
//!
//! `table` joins each operation with what it answers, `call` asks it, `page` makes a page of the
//! rows of a list, and the other files make the rows and the single answers.

mod account;
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
mod list_source;
mod listing;
mod maintenance_windows;
mod organizations;
mod page;
mod patch_baseline;
mod patches;
mod put_items;
mod row_damage;
mod send_command;
mod service_setting;
mod start_associations;
mod table;
mod tagging;
mod token;
mod totals;
mod update_baseline;

pub(crate) use account::{LIST_REGIONS, asked_regions};
pub(crate) use call::{CallRequest, answer};
pub(crate) use input::Input;
pub(crate) use list_source::ListSource;
pub(crate) use organizations::{check_reader, find_of_organizations};
pub(crate) use page::{PageRequest, answer as answer_page};
pub(crate) use table::{ListAnswer, Operation, find};
pub(crate) use tagging::find_of_tagging;
