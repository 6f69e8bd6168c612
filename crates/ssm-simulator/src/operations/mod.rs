//! The operations of SSM that answer with lists.
//!
//! `table` joins each operation with its rows, `page` makes a page of them, and the other files
//! make the rows.

mod association_rows;
mod baselines;
mod chain;
mod compliance_items;
mod compliance_summaries;
mod executions;
mod filters;
mod input;
mod instances;
mod listing;
mod page;
mod patches;
mod row_damage;
mod table;
mod token;
mod totals;

pub(crate) use input::Input;
pub(crate) use page::{PageRequest, answer};
pub(crate) use table::{Operation, find};
