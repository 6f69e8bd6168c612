//! Explains why one instance is non-compliant, and what to do about it.
//!
//! It follows AWS's troubleshooting article "Why does my instance appear as non-compliant in the
//! Systems Manager Compliance dashboard?" (AWS re:Post), and adds what the article leaves out.
//!
//! This folder is pure: [`Evidence`] in, an [`Explanation`] out, and text of that. It neither calls
//! AWS nor reads a clock. Which calls gather the evidence is for `inspect`.
//!
//! # The verdict
//!
//! The first line that fits decides.
//!
//! | what was read | verdict | why |
//! |---|---|---|
//! | a summary is `NON_COMPLIANT`; or summaries were not read, and items or patch counts are bad | non-compliant | it is proven, whatever else is missing |
//! | listing, summaries, items, patch state or associations could not be read | unknown | what is missing could say otherwise |
//! | AWS does not list the instance | unknown | what is left is of another time |
//! | no summary at all, or one with another status | unknown | nothing says so |
//! | never scanned for patches, on a platform that can be | unknown | half of the answer is missing |
//! | the last scan is more than 30 days old | unknown | AWS itself deletes results of that age |
//! | all summaries are `COMPLIANT` | compliant | doubts (an old scan, a silent agent, a changed baseline) are findings beside it |

mod case;
mod cause;
mod commands;
mod evidence;
mod explainer;
mod explanation;
mod findings;
mod judge;
mod moment;
mod patch_holder;
mod patches;
mod paths;
mod platform;
mod rank;
mod recorded;
mod render;
mod rows;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

pub use cause::Cause;
pub use evidence::{AssociationHistory, Evidence, Read, ReadFailure, TargetName};
pub use explainer::{Context, explain, explain_command};
pub use explanation::{Effect, Explanation, Fact, FactValue, Finding, Since, Step};
pub use patch_holder::PatchHolder;
pub use rank::Rank;
pub use recorded::recorded_evidence;
pub use render::{
    PatchList, Report, TextStyle, render_csv, render_json, render_markdown, render_text,
};
pub use rows::{
    ApprovalRule, AssociationExecutionRow, AssociationStatusRow, BaselineSettings,
    CommandInvocationRow, CommandStepRow, ExecutionTargetRow, InstancePatchRow,
};
pub use verdict::Verdict;
pub(crate) use words::line as visible_line;
