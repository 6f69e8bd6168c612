//! Writes every generated file of this repository, or checks that all of them are current.
//!
//! `make generate` and `make check-generated` run it. What the files say is decided elsewhere: that
//! of the metrics and the configuration format in the exporter, that of the dashboards in their
//! crate.

mod generated;

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "usage: xtask generate | check";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    // A second argument is a slip that would otherwise go unnoticed.
    if arguments.next().is_some() {
        bail!(USAGE);
    }
    match command.as_deref() {
        Some("generate") => generated::write_all(repository()),
        Some("check") => generated::check_all(repository()),
        _ => bail!(USAGE),
    }
}

/// The root of the repository, one folder above this crate.
fn repository() -> &'static Path {
    // This is fixed when the program is built, so it can be run from any folder.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap_or(folder)
}

#[expect(clippy::print_stderr, reason = "this is a command for the terminal")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
