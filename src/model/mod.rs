//! What compliance is: rows, states, reasons, ages.
//!
//! Pure. It knows neither AWS's SDK, nor Prometheus, nor a clock: `now` is an argument.
//!
//! [`rows`](self) come from a source and become [`Collected`]; a [`Target`] takes them in, keeps them in
//! [`Chunks`] of [`Instance`]s, and drops them when they are too old; [`noncompliance_reasons`] says why an
//! instance is non-compliant.

mod chunks;
mod collected;
mod collector;
mod details;
mod evidence;
mod instance;
mod loss;
mod noncompliance;
mod reconciliation;
mod rows;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod time;

pub use chunks::{Chunks, MAX_CHUNK_INSTANCES};
pub use collected::{Association, Baseline, Collected, Listings, PartialRead, Summaries, Totals};
pub use collector::{Collector, FailureReason};
pub use details::{DetailMark, Signature};
pub use instance::{
    Instance, Interner, ItemDetail, Listing, NoncompliantAssociation, PatchCounts, PatchDetail,
    PatchOperation, SharedListing, Status, StatusCounts, Summary, SummaryCounts, Symbol,
};
pub use loss::SuddenLoss;
pub use noncompliance::{ASSOCIATION, NoncomplianceReason, PATCH, noncompliance_reasons};
pub use rows::{
    AssociationRow, BaselineRow, InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, Severity,
    SummaryRow, TotalsRow,
};
pub use target::{AgeLimits, Attempt, CollectorState, Outcome, Target};
pub use text::{Count, free_text};
pub use time::{Now, Timestamp};
