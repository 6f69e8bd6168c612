//! Run Command: what the steps of a document print on an instance, and the rows that follow.
//!
//! Nothing here knows which commands were sent. That is for `target`.

mod documents;
mod failure;
mod invocation;
mod patch_output;

pub(crate) use documents::{PATCH_ASSOCIATION_DOCUMENT, PATCH_DOCUMENT};
pub(crate) use failure::association_outcome;
pub(crate) use invocation::{Outcome, Run};
pub(crate) use patch_output::{PatchRun, patch_outcome};
