//! The sources of this workspace.

use std::fs;
use std::path::Path;

use super::modules::{Crate, Sources};

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
    let mut sources = Sources::new();
    read_folder("src", &mut sources);
    read_folder("xtask/src", &mut sources);
    for member in entries("crates") {
        read_folder(&format!("crates/{member}/src"), &mut sources);
    }
    sources
}

/// The library of the exporter.
pub(super) fn exporter(sources: &Sources) -> Crate {
    Crate::read(sources, "src/lib.rs")
}

/// The names within a folder of the repository, in alphabetical order.
pub(super) fn entries(folder: &str) -> Vec<String> {
    let found = fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = found
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// A text file of the repository.
pub(super) fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Whether the file belongs to the tests of its crate, by its name or its folder.
pub(super) fn is_test_file(file: &str) -> bool {
    let mut parts = file.split('/');
    parts.any(|part| matches!(part, "tests" | "tests.rs" | "testing" | "testing.rs"))
}

fn read_folder(folder: &str, sources: &mut Sources) {
    for name in entries(folder) {
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            read_folder(&path, sources);
        } else if Path::new(&path).extension() == Some("rs".as_ref()) {
            let source = text(&path);
            sources.insert(path, source);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
