//! What is exposed: the catalogue of the fleet's families, and the page made of them.
//!
//! Pure but for the exporter's own counters. Knows the model; leaves sockets and negotiation to
//! `http`, and when to render to `app`.

mod body;
mod catalogue;
mod counts;
mod deflate;
mod document;
mod emit;
mod exporter;
mod family;
mod handlers;
mod page;
mod target_view;
#[cfg(test)]
mod tests;

pub use body::{Body, Encoding, Frame};
pub use catalogue::{SECTIONS, families};
pub use document::document;
pub use exporter::{Build, ExporterMetrics, TargetMeter, Task};
pub use family::{Family, Format, Kind, Per, Stability};
pub use handlers::{HANDLERS, OTHER_HANDLER};
pub use page::{Page, Publisher, TargetPage};
pub use target_view::{Identity, Policy, ShownInstances, TargetView};
