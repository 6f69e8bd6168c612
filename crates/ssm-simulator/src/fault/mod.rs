//! Faults on command: what goes wrong, in which calls, and how the command line says so.

mod active_faults;
mod injection;
mod kind;
mod parse;

pub(crate) use active_faults::ActiveFaults;
pub use injection::Fault;
pub use kind::FaultKind;
pub(crate) use kind::{Effect, Replacement};
pub use parse::FaultError;
