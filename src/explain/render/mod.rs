//! Writes explanations: as text for a terminal, JSON, Markdown for a ticket, CSV for an auditor.
//!
//! All of it is pure, and none of AWS's texts can break a format: each format has its own escaping.
//! What an explanation says is for the parent; where the output goes, and how wide a terminal is,
//! for the caller.

mod colours;
mod csv;
mod json;
mod markdown;
mod patch_list;
mod report;
mod text;
mod text_table;
mod wrap;

pub use csv::render_csv;
pub use json::render_json;
pub use markdown::render_markdown;
pub use patch_list::PatchList;
pub use report::Report;
pub use text::{TextStyle, render_text};
