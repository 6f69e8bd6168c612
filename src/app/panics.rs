//! Panics, which are faults of the exporter or of a library. A panic is logged as one line, and ends
//! only the task in which it happened.

use std::any::Any;
use std::panic::{PanicHookInfo, set_hook};
use std::thread;

use tracing::error;

/// The most characters of a panic's message that are logged.
// A message may quote what it failed on, which may be a whole answer of AWS.
const MAX_MESSAGE_CHARS: usize = 200;

/// Logs every panic from now on. Whatever supervises the task that panicked also counts it.
// The standard library's hook writes to stderr directly. It would block the thread if stderr is a
// pipe that nobody reads, and its lines would be neither logfmt nor JSON.
pub fn log_panics() {
    set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    error!(
        location = location(panic),
        thread = thread.name().unwrap_or_default(),
        panic = message(panic.payload()),
        "panic: a fault of the exporter, please report it"
    );
}

fn location(panic: &PanicHookInfo<'_>) -> String {
    let location = panic.location();
    location.map(ToString::to_string).unwrap_or_default()
}

/// The message of a panic as one line without control characters.
fn message(payload: &(dyn Any + Send)) -> String {
    text(payload)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_MESSAGE_CHARS)
        .collect()
}

// `panic!` with a literal has a `&str` as its payload, and with arguments a `String`.
fn text(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return text;
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text,
        None => "no message",
    }
}
