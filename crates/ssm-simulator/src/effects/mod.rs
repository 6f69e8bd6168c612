//! What commands do to the rows of one resource: patch operations, runs of associations, scripts,
//! and items that somebody puts.
//!
//! Everything here edits plain rows, so that it works on rows that follow from the seed and on rows
//! that a test has written. Which resource is meant, and when, is for `target`.

mod association_run;
mod handwork;
mod patch_operation;
mod put_items;
mod script;
mod tallies;

pub(crate) use association_run::{AssociationRun, status_after_run};
pub(crate) use handwork::Handwork;
pub(crate) use patch_operation::{PatchAction, PatchOperation, RebootOption};
pub(crate) use put_items::{ItemUpload, report_custom_items};
pub(crate) use script::ScriptEffect;
