//! What `--verbose` says of each call.

use std::io::{self, Write};
use std::sync::Mutex;
use std::time::Duration;

use super::scope::display_name;
use crate::aws::Meter;
use crate::collect::FailureScope;
use crate::inspect::{CallObserver, EndedCall};
use crate::locks::locked;
use crate::model::{FailureReason, Operation};

/// The calls that were made, if they are asked for.
#[derive(Debug)]
pub(super) struct CallLog {
    is_asked_for: bool,
    lines: Mutex<Vec<String>>,
}

impl CallLog {
    pub(super) fn new(is_asked_for: bool) -> Self {
        Self {
            is_asked_for,
            lines: Mutex::default(),
        }
    }

    /// The calls so far, one a line.
    pub(super) fn lines(&self) -> Vec<String> {
        locked(&self.lines).clone()
    }
}

impl CallObserver for CallLog {
    fn ended(&self, call: &EndedCall<'_>) {
        if !self.is_asked_for {
            return;
        }
        let line = line(call);
        // A person who waits sees at once what for. Nothing is lost but the line if stderr is closed.
        let _ = writeln!(io::stderr().lock(), "{line}");
        locked(&self.lines).push(line);
    }
}

fn line(call: &EndedCall<'_>) -> String {
    let target = display_name(call.target);
    let operation = call.operation.as_str();
    let milliseconds = call.took.as_millis();
    let result = match call.failure {
        None => "ok".to_owned(),
        Some(error) if error.scope == FailureScope::Gone => "AWS does not know it".to_owned(),
        Some(error) => error.to_string(),
    };
    format!(
        "{target}  {operation}  {}  {milliseconds} ms  {result}",
        call.purpose
    )
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
