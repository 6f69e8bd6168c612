//! The error that ends the program, on stderr.

use std::sync::mpsc;
use std::time::Duration;
use std::{io, thread};

/// How long the program waits for its last words to be written, where nobody reads stderr.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// Writes to stderr on a thread of its own: stderr may be a pipe that is full and that nobody
/// reads, and the program is to end all the same.
pub(super) fn print_last_words(text: &str) {
    match start_printing(text.to_owned()) {
        Ok(printed) => drop(printed.recv_timeout(LAST_WORDS_TIMEOUT)),
        // A program that gets no thread has only just started: its stderr is still empty.
        Err(_) => print_error(text),
    }
}

/// Prints the error on a thread of its own, which says when it has done so.
fn start_printing(text: String) -> io::Result<mpsc::Receiver<()>> {
    let (sender, printed) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        print_error(&text);
        // Nobody waits any more if it took too long.
        let _ = sender.send(());
    })?;
    Ok(printed)
}

#[expect(clippy::print_stderr, reason = "where a program's errors go")]
fn print_error(text: &str) {
    eprintln!("{text}");
}
