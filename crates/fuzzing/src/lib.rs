//! Fuzzing on stable Rust, within ordinary tests: no other compiler, no instrumentation, no second
//! build of the AWS SDK.
//!
//! A target gives [`Fuzz`] the words of its format, some examples, and a function that tries one input
//! and panics if that shows a fault. Inputs are made of words and of changed examples
//! (`material`). What the function returns says what the input has led to: an input that leads to
//! something new becomes an example, so that others are made of it. This takes the place of the
//! coverage that other fuzzers have the compiler measure.
//!
//! An input that takes too long is a fault, too. That is measured on the processor's clock of the
//! thread, so a target must do its work there.
//!
//! Faults are files in `tests/fuzz/corpus/<target>/`, which every run tries first. What a target is,
//! and what must hold for its inputs, is left to the tests of the exporter.

mod budget;
mod corpus;
mod cost;
mod fuzz;
mod material;
mod minimize;
mod search;
#[cfg(test)]
mod tests;
mod trial;

pub use fuzz::Fuzz;
