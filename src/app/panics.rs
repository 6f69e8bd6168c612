//! A panic is a fault of the exporter or of a library. It is one line of the log, and costs the
//! task that it happened in.

use std::any::Any;
use std::panic::{PanicHookInfo, set_hook};
use std::thread;

use tracing::error;

/// The most characters of a panic's message that are logged.
const MAX_MESSAGE_CHARS: usize = 200;

/// From now on panics are logged where they happen. Whoever supervises the task counts them.
///
/// The standard library would write to stderr by itself, and stand still where nobody reads it.
pub fn log_panics() {
    set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let thread = thread::current();
    error!(
        location,
        thread = thread.name().unwrap_or_default(),
        panic = message(panic.payload()),
        "panic: a fault of the exporter, please report it"
    );
}

/// One line without control characters.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_MESSAGE_CHARS)
        .collect()
}
