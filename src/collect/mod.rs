//! Which calls a refresh needs, in what order, how often.
//!
//! Knows the model and tokio. Leaves the SDK, the request ceiling and retries to whoever implements
//! [`Source`], and what is shown to `metrics`.

mod clock;
mod counted_types;
mod details;
mod estimate;
mod pagination;
mod plan;
mod progress;
mod refresh;
mod refresher;
mod resources;
mod source;
mod supervisor;
#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use estimate::{Calls, Estimate};
pub use plan::Plan;
pub use refresher::{Identification, RefreshObserver, Refresher};
pub use source::{
    FailureScope, MAX_PAGE_ROWS, Operation, Page, PageRequest, Source, SourceError, SourceResult,
    TypeFilter,
};
