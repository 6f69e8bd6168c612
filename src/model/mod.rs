//! What compliance is: rows, states, reasons, ages.
//!
//! Pure. It knows neither AWS's SDK, nor Prometheus, nor a clock: `now` is an argument.
//!
//! [`rows`](self) come from a source and become [`Data`]; a [`Target`] takes them in, keeps them in
//! [`Chunks`] of [`Instance`]s, and drops them when they are too old; [`causes`] says why an
//! instance is non-compliant.

mod chunks;
mod collector;
mod details;
mod evidence;
mod instance;
mod loss;
mod reasons;
mod rows;
mod stage;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod views;

pub use chunks::{CHUNK, Chunks};
pub use collector::{Collector, Reason};
pub use details::{DetailMark, Signature};
pub use instance::{
    Instance, ItemDetail, Listing, NoncompliantAssociation, PatchCounts, PatchDetail,
    PatchOperation, Status, StatusCounts, Summary, Traits, Verdict, Word, Words,
};
pub use loss::SuddenLoss;
pub use reasons::{ASSOCIATION, Cause, PATCH, causes};
pub use rows::{
    AssociationRow, BaselineRow, InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, Severity,
    SummaryRow, TotalsRow,
};
pub use stage::{Association, Baseline, Data, Listings, Read, Summaries, Totals};
pub use target::{Ages, Attempt, CollectorState, Outcome, Target};
pub use text::{Count, free_text};
pub use time::{Now, Timestamp};
