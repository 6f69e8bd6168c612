//! Makes the git revision and the compiler known to the program, for its version and build info.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SOURCE_REVISION");
    for path in [".git/HEAD", ".git/refs/heads"] {
        // Cargo would run this at every build for a file that is not there.
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    // Only the version says less if one of these cannot be found out, so that is not an error.
    let revision = revision().unwrap_or_else(unknown);
    println!("cargo::rustc-env=BUILD_REVISION={revision}");
    let compiler = compiler().unwrap_or_else(unknown);
    println!("cargo::rustc-env=BUILD_RUSTC={compiler}");
}

/// Stands for what the build cannot find out, such as the revision of an archive without git.
fn unknown() -> String {
    "unknown".to_owned()
}

/// The git revision. The build of a container has no repository and is given the revision instead.
fn revision() -> Option<String> {
    match env::var("SOURCE_REVISION") {
        Ok(revision) => Some(revision),
        Err(_) => output("git", &["rev-parse", "--short=12", "HEAD"]),
    }
}

fn compiler() -> Option<String> {
    let rustc = env::var("RUSTC").ok()?;
    output(&rustc, &["--version"])
}

/// What a program prints, unless it fails or prints nothing.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    if text.is_empty() {
        None
    } else {
        Some(text.to_owned())
    }
}
