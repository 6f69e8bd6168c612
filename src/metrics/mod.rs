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
mod family;
mod own;
mod page;
#[cfg(test)]
mod tests;
mod view;

pub use body::{Body, Encoding, Frame};
pub use catalogue::{SECTIONS, families};
pub use document::document;
pub use family::{Family, Format, Kind, Per, Stability};
pub use own::{Build, Own, TargetMeter, Task};
pub use page::{Page, Publisher, TargetPage};
pub use view::{Identity, Policy, Show, View};
