//! Patches of one node: which there are, and the rows, items and counts that follow.

mod approval;
mod baselines;
mod draft;
mod items;
mod listing;
mod patch_state;
mod states;

pub(crate) use approval::patch_baselines;
pub(crate) use baselines::baseline_rows;
pub(crate) use draft::compliance_severity;
