//! Which calls a refresh needs, in what order, how often.
//!
//! Knows the model and tokio. Leaves the SDK, the request ceiling and retries to whoever implements [`Source`], and what
//! is shown to `metrics`.

mod chain;
mod details;
mod estimate;
mod plan;
mod refresh;
mod resources;
mod schedule;
mod source;
#[cfg(test)]
mod tests;

pub use estimate::{Calls, Estimate};
pub use plan::Plan;
pub use schedule::{Board, Clock, Next, Refresher};
pub use source::{Answer, Operation, PAGE, Page, PageRequest, Scope, Source, SourceError, Types};
