//! IAM policies: what they say, and whether they allow a call. Which calls are asked about, and how
//! a denial is answered, is for `http`.

mod document;
mod pattern;
mod resources;

pub(crate) use document::Verdict;
pub use document::{Policy, PolicyError};
pub(crate) use resources::{EVERYTHING, resources_of};
