//! Tests of refreshes and of their schedule over a scripted AWS. They use tokio's paused time, in
//! which hours pass in milliseconds.
//!
//! Only what is above [`Source`] runs here. Sockets and the SDK are tested where they are used:
//! paused time jumps ahead while a socket is awaited, and every timeout would fire at once.

mod bench;
mod chains;
mod details;
mod due;
mod given_up;
mod log;
mod odd_answers;
mod patch_details;
mod plan;
mod reconfiguration;
mod round_trip;
mod schedule;
mod script;
mod scripted_target;
mod staleness;
mod supervision;
mod tags;

use super::*;
use crate::model::Operation;

const PATCH: &str = "Patch";
const ASSOCIATION: &str = "Association";
