//! Patches of one node: which there are, and the rows, items and counts that follow.

mod baselines;
mod draft;
mod items;
mod listing;
mod patch_state;
mod states;

pub(crate) use baselines::baseline_rows;
