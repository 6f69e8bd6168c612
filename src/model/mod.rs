//! What compliance is: rows, states, reasons, ages.
//!
//! Pure. It knows neither AWS's SDK, nor Prometheus, nor a clock: `now` is an argument.

mod collector;
mod rows;
mod time;

pub use collector::{Collector, Reason};
pub use rows::{
    AssociationRow, BaselineRow, InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, Severity, SummaryRow,
    TotalsRow,
};
pub use time::{Now, Timestamp};
