//! What the exporter knows about compliance: its rows, states, reasons and ages.
//!
//! The model is pure. It uses neither AWS's SDK nor Prometheus nor a clock: the time is an
//! argument.
//!
//! Rows, such as a [`SummaryRow`], come from a source and become [`Collected`]. A [`Target`] takes
//! that in, keeps it in [`Chunks`] of [`Instance`]s, and drops it when it is too old.
//! [`noncompliance_reasons`] says why an instance is non-compliant.
//!
//! # Glossary
//!
//! | term | meaning |
//! |---|---|
//! | account | one entry of the configuration |
//! | target | one account in one region: a [`Target`] |
//! | refresh | one reading of a target by its collectors |
//! | collector | the reading of one AWS view: a [`Collector`] |
//! | instance | what `DescribeInstanceInformation` lists: a managed instance, EC2 or hybrid |
//! | resource | anything that has compliance data, listed or not: an [`Instance`] |
//! | unlisted resource | one that only the compliance views still know: stopped, terminated or never managed |
//! | compliance type | `Patch`, `Association`, `Custom:...`: a [`ComplianceType`] |
//! | summary | what AWS says of one resource for one compliance type: a [`Summary`] |
//! | detail | what explains an instance's summary, read instance by instance: a [`Detail`] of a [`DetailKind`] |
//! | unreported | a listed instance without a summary that it should have |
//! | reason | why a collector failed ([`FailureReason`]), or why an instance is non-compliant ([`NoncomplianceReason`]) |
//! | tag | a key and a value that people have attached to an instance, read if the configuration asks for the key: [`InstanceTags`] |
//! | symbol | a text that repeats over a fleet, stored once: a [`Symbol`] |

mod association;
mod chunks;
mod collected;
mod collector;
mod compliance_type;
mod detail_read;
mod details;
mod evidence;
mod failure;
mod from_rows;
mod in_place;
mod instance;
mod intern;
mod interner;
mod listing;
mod loss;
mod noncompliance;
mod noncompliant_patch;
mod operation;
mod outcome;
mod patch_severity;
mod patch_state;
mod reconciliation;
mod rows;
mod selection;
mod settings;
mod signature;
mod status;
mod summary;
mod tags;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod time;

pub use association::NoncompliantAssociation;
pub use chunks::{Chunks, MAX_CHUNK_INSTANCES};
pub use collected::{Collected, Listings, Summaries};
pub use collector::Collector;
pub use compliance_type::ComplianceType;
pub use detail_read::{Circumstances, DetailRead, PartialRead};
pub use details::{Coverage, Detail, DetailKind, DetailMark};
pub use failure::FailureReason;
pub use instance::{DetailContent, Instance};
pub use intern::Symbol;
pub use interner::Interner;
pub use listing::{Listing, SharedListing, StatusCounts};
pub use loss::SuddenLoss;
pub(crate) use loss::{LossGuard, sudden_loss};
pub use noncompliance::{NoncomplianceReason, noncompliance_reasons};
pub use noncompliant_patch::{NoncompliantPatch, NoncompliantPatches};
pub use operation::Operation;
pub use outcome::{Attempt, CollectorState, Outcome};
pub use patch_severity::SeverityOrder;
pub use patch_state::{PatchCounts, PatchOperation};
pub use rows::{
    AssociationRow, BaselineRow, InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, Severity,
    SummaryRow, TagRow, TotalsRow,
};
pub use selection::Selection;
pub use settings::{Association, Baseline, Totals};
pub use signature::Signature;
pub use status::Status;
pub use summary::{Summary, SummaryCounts};
pub use tags::{InstanceTags, TagKeys, TagValues};
pub use target::{AgeLimits, Expiry, Target};
pub use text::{Count, free_text, last_segment};
pub use time::{Now, Timestamp};
