//! What `--verbose` says of each call.

use std::io::{self, Write};
use std::time::Duration;

use super::scope::display_name;
use crate::aws::Meter;
use crate::inspect::{CallObserver, EndedCall};
use crate::model::{FailureReason, Operation};

/// Tells of each call on stderr.
#[derive(Debug)]
pub(super) struct Told;

impl CallObserver for Told {
    fn ended(&self, call: &EndedCall<'_>) {
        // Nothing is lost but the line if stderr is closed.
        let _ = writeln!(io::stderr().lock(), "{}", line(call));
    }
}

fn line(call: &EndedCall<'_>) -> String {
    let target = display_name(call.target);
    let operation = call.operation.as_str();
    let milliseconds = call.took.as_millis();
    let result = match call.failure {
        Some(error) => error.to_string(),
        None => "ok".to_owned(),
    };
    format!(
        "{target}  {operation}  {}  {milliseconds} ms  {result}",
        call.purpose
    )
}

/// Tells of no call.
#[derive(Debug)]
pub(super) struct Silent;

impl CallObserver for Silent {
    fn ended(&self, _: &EndedCall<'_>) {}
}

/// Counts nothing, because nobody scrapes a command.
#[derive(Debug)]
pub(super) struct Uncounted;

impl Meter for Uncounted {
    fn attempted(&self, _: Operation, _: Duration) {}

    fn failed(&self, _: Operation, _: FailureReason) {}

    fn waited(&self, _: Duration) {}

    fn limit(&self, _: Operation, _: f64) {}
}
