//! What is exposed: the catalogue of the fleet's families, and the page that is made of them.
//!
//! The module knows the model only. It leaves sockets and the negotiation of formats to `http`, and
//! the decision when to render to `app`. It has no state but the published page and the exporter's
//! own counters.
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
//! A [`Family`] is an entry of the catalogue: a name, a type, a help text, labels, and a function
//! from a [`TargetView`] to samples. [`TargetPage::render`] renders one target when its refresh ends.
//! The samples of a family for some chunks are a fragment: text that was compressed by itself and
//! ends with a full flush, so that fragments join to one deflate stream in any order. The
//! [`Publisher`] joins the sections of all targets, family by family, and reuses those that have not
//! changed. A scrape takes the page as it is: [`Body`] sends the fragments unchanged, or inflates
//! them on the way out for a client that takes no gzip.

mod body;
mod by_status;
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
mod patch_counts;
mod patch_quota;
mod publisher;
mod tag_counts;
mod target_page;
mod target_view;
#[cfg(test)]
mod tests;

pub use body::{Body, Encoding};
pub use catalogue::{SECTIONS, families};
pub use document::document;
pub use exporter::{Build, DiscoveryReport, ExporterMetrics, TargetMeter, Task};
pub use family::{Family, Format, Kind, Labels, SampleSource, Stability};
pub use frame::Frame;
pub use handlers::{HANDLERS, OTHER_HANDLER};
pub use page::Page;
pub use publisher::Publisher;
pub use target_page::TargetPage;
pub use target_view::{Identity, Policy, ShownInstances, TagLabel, TargetView};
