//! Errors as lines of the log.

use tracing::error;

/// How our errors begin the line with the way out.
const HINT: &str = "  hint: ";

/// Logs an error of ours: each of its sentences is a line, with the way out beside it.
// Elsewhere it is printed as text, one problem per line and each followed by its hint. In the log a
// problem is one event, so that whoever collects it finds all that belongs together.
pub fn log_error(text: &str) {
    let mut lines = text.lines().peekable();
    while let Some(problem) = lines.next() {
        let hint = lines.next_if(|line| line.starts_with(HINT));
        error!(
            hint = hint.and_then(|line| line.strip_prefix(HINT)),
            "{problem}"
        );
    }
}
