//! Explains why one instance is non-compliant, and what to do about it.
//!
//! It follows AWS's troubleshooting article "Why does my instance appear as non-compliant in the
//! Systems Manager Compliance dashboard?" (AWS re:Post), and adds what the article leaves out.
//!
//! This folder is pure: [`Evidence`] in, an [`Explanation`] out. It neither calls AWS nor reads a
//! clock. Which calls gather the evidence is for `inspect`.

mod cause;
mod evidence;
mod explanation;
mod rows;

pub use cause::Cause;
pub use evidence::{AssociationHistory, Evidence, Read, ReadFailure, TargetName};
pub use explanation::{Effect, Explanation, Fact, FactValue, Finding, Since, Step, Verdict};
pub use rows::{
    ApprovalRule, AssociationExecutionRow, AssociationStatusRow, BaselineSettings,
    CommandInvocationRow, CommandStepRow, ExecutionTargetRow, InstancePatchRow,
};
