//! Prints without letting a reader that does not read keep the program from ending.

use std::io::{self, ErrorKind, Write};

use tokio::task::spawn_blocking;

/// Writes the output to stdout, on a thread that may block.
///
/// # Errors
/// If stdout cannot be written. That its reader has seen enough is no error.
pub(super) async fn print_output(text: String) -> io::Result<()> {
    let written = spawn_blocking(move || write(&mut io::stdout().lock(), &text)).await;
    match written.map_err(io::Error::other)? {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes one line for each note to stderr.
pub(super) async fn print_notes(notes: Vec<String>) {
    if notes.is_empty() {
        return;
    }
    let text = notes.join("\n") + "\n";
    let written = spawn_blocking(move || write(&mut io::stderr().lock(), &text)).await;
    // There is nobody left to tell.
    let _ = written;
}

fn write(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}
