//! The inputs that were found to be faults, and examples in files: `tests/fuzz/corpus/<target>/<name>`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// An input with the name of its file.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) input: Vec<u8>,
}

fn folder(target: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("tests/fuzz/corpus").join(target)
}

/// The inputs of a target, by name. A target need not have any.
pub(crate) fn read(target: &str) -> Vec<Named> {
    let entries = fs::read_dir(folder(target)).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    let mut inputs: Vec<Named> = paths.filter_map(named).collect();
    inputs.sort_by(|one, other| one.name.cmp(&other.name));
    inputs
}

fn named(path: PathBuf) -> Option<Named> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let input = fs::read(path).ok()?;
    Some(Named { name, input })
}

/// Keeps an input that was found to be a fault, and returns where.
pub(crate) fn keep(target: &str, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let folder = folder(target);
    let path = folder.join(format!("found-{:08x}", hasher.finish() >> 32));
    // Where nothing can be written, the message has the input all the same.
    let _ = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input));
    path
}
