//! Rules that hold for every metric and for the document that lists them, and the samples of a
//! family.

mod document;
mod exporter;
mod fleet;
mod samples;
mod single_patches;
mod tags;
