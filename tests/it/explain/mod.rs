//! What is read of one instance, with how few calls, and what the command `explain` says of it.
//!
//! - [`truth`]: the evidence of every non-compliant instance is what the simulated AWS has of it.
//! - [`calls`]: each cause costs few calls, and one instance little time.
//! - [`failures`]: a call that fails costs what it would have told, and nothing else.
//! - [`lookup`]: an instance is found by its id or its name, in whichever target it is.
//! - [`program`]: the command as its users meet it: exit codes, formats, signals.
//! - [`patches`]: which instances lack a patch.
//! - [`policy`]: the IAM policy allows what is called.

mod calls;
mod failures;
mod lookup;
mod patches;
mod policy;
mod program;
mod reading;
mod truth;
