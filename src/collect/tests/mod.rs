//! The pipeline and the schedule over a scripted AWS, in tokio's paused time: hours pass in
//! milliseconds.
//!
//! Only what is above [`Source`] runs here; sockets and the SDK are tested where they are used.

mod bench;
mod chains;
mod details;
mod due;
mod given_up;
mod odd_answers;
mod plan;
mod round_trip;
mod schedule;
mod script;
mod staleness;
mod supervision;
mod world;

use super::*;

const PATCH: &str = "Patch";
const ASSOCIATION: &str = "Association";
