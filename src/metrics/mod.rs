//! What is exposed: the catalogue of the fleet's families, and the page made of them.
//!
//! It is pure but for the exporter's own counters. It knows the model, and leaves sockets and
//! negotiation to `http`, and when to render to `app`.
//!
//! # Anatomy of a page
//!
//! ```text
//! Page ─┬─ gzip header
//!       ├─ FamilyPage ─┬─ header of the family, as a Fragment of each Format
//!       │              ├─ Section of the first target ─┬─ Fragment of 8 chunks of instances
//!       │              │                               └─ Fragment ...
//!       │              └─ Section of the next target ...
//!       ├─ FamilyPage ...
//! Body ─┴─ last fragment: the exporter's own metrics, made at the scrape; checksum, length
//! ```
//!
//! A [`Family`] is an entry of the catalogue: name, type, help, labels, and a function from a
//! [`TargetView`] to samples. [`TargetPage::render`] renders one target when its refresh ends. The
//! samples of a family for some chunks are a fragment: text that was compressed by itself and ended
//! by a full flush, so that fragments join to one deflate stream in any order. The [`Publisher`]
//! puts the sections of all targets together, family by family, and reuses those that have not
//! changed. A scrape takes the page as it is: [`Body`] hands out its fragments as they are, or
//! inflates them on the way out for a reader that takes no gzip.

mod body;
mod catalogue;
mod counts;
mod deflate;
mod document;
mod emit;
mod exporter;
mod family;
mod frame;
mod handlers;
mod page;
mod publisher;
mod target_page;
mod target_view;
#[cfg(test)]
mod tests;

pub use body::{Body, Encoding};
pub use catalogue::{SECTIONS, families};
pub use document::document;
pub use exporter::{Build, ExporterMetrics, TargetMeter, Task};
pub use family::{Family, Format, Kind, Labels, SampleSource, Stability};
pub use frame::Frame;
pub use handlers::{HANDLERS, OTHER_HANDLER};
pub use page::Page;
pub use publisher::Publisher;
pub use target_page::TargetPage;
pub use target_view::{Identity, Policy, ShownInstances, TargetView};
