//! Writes every generated file of this repository, or checks that all of them are current.
//!
//! `make generate` and `make check-generated` run it. What the files say is decided where it is
//! known: the metrics and the configuration format in the exporter, the dashboards in their crate.

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = repository();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate"] => generated::write_all(root),
        ["check"] => generated::check_all(root),
        _ => bail!(USAGE),
    }
}

/// The root of the repository, one folder above this crate.
fn repository() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap_or(folder)
}

#[expect(clippy::print_stderr, reason = "this is a command for the terminal")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
