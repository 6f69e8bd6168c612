//! The sources of this workspace.

use super::modules::{Crate, Sources};
use crate::support::{entries, rust_sources};

/// Root files of all crates of the workspace.
pub(super) fn crate_roots(sources: &Sources) -> Vec<&str> {
    let files = sources.keys().map(String::as_str);
    files.filter(|file| is_crate_root(file)).collect()
}

fn is_crate_root(file: &str) -> bool {
    file.ends_with("src/lib.rs") || file.ends_with("src/main.rs")
}

/// Every source below a `src` folder of the workspace.
pub(super) fn sources() -> Sources {
    let mut sources = rust_sources("src");
    sources.extend(rust_sources("xtask/src"));
    for member in entries("crates") {
        sources.extend(rust_sources(&format!("crates/{member}/src")));
    }
    sources
}

/// The library of the exporter.
pub(super) fn exporter(sources: &Sources) -> Crate {
    Crate::read(sources, "src/lib.rs")
}

/// Whether the file belongs to the tests of its crate, by its name or its folder.
pub(super) fn is_test_file(file: &str) -> bool {
    let mut parts = file.split('/');
    parts.any(|part| matches!(part, "tests" | "tests.rs" | "testing" | "testing.rs"))
}
