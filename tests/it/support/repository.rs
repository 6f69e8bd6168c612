//! The files of the repository, by their paths within it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names within a folder, in alphabetical order.
pub(crate) fn entries(folder: &str) -> Vec<String> {
    let found = fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = found
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// The text of a file.
pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Every Rust source below a folder, with its text.
pub(crate) fn rust_sources(folder: &str) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for name in entries(folder) {
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            sources.extend(rust_sources(&path));
        } else if Path::new(&path).extension() == Some("rs".as_ref()) {
            let source = text(&path);
            sources.insert(path, source);
        }
    }
    sources
}
