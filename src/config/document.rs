//! What else is written in YAML is read with: the web configuration has a format of its own, but the
//! same bounds, the same strictness, and messages of the same form.

use std::path::Path;

use super::load;
use super::named_node::NamedNode;
use super::node::Kind;
use super::yaml;

pub(crate) use super::error::ConfigError;
pub(crate) use super::fields::Fields;
pub(crate) use super::forms::parse_duration;
pub(crate) use super::named_node::Value;
pub(crate) use super::problem::{Fault, Problems, shown};

/// Reads a file of at most 1 MiB, or gives up when that takes too long.
///
/// # Errors
/// Why it cannot be read, as the end of a sentence that begins with the file.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    match load::read_bytes(path) {
        Ok(bytes) if load::is_too_large(&bytes) => Err("is larger than 1 MiB".to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}

/// Reads the text of a file that messages call `name`.
///
/// # Errors
/// The file cannot be read, is too large, or is no text.
pub(crate) fn read_text(path: &Path, name: &str) -> Result<String, ConfigError> {
    let bytes = read_file(path).map_err(|why| unreadable(name, &why))?;
    String::from_utf8(bytes).map_err(|_| unreadable(name, "is not UTF-8 text"))
}

fn unreadable(name: &str, why: &str) -> ConfigError {
    let hint = "check its name, its mount, and that the user who runs the exporter may read it";
    ConfigError::new(name, None, format!("the file {why}"), hint)
}

/// Reads a whole document key by key. One without content has no keys. Nothing is returned if it is
/// not known what the text says (then there is a problem).
pub(crate) fn read_document<T>(
    text: &str,
    problems: &Problems,
    read: fn(&mut Fields<'_>) -> T,
) -> Option<T> {
    let node = match yaml::read(text, problems) {
        Some(node) => node,
        None if problems.count() == 0 => yaml::empty_mapping(),
        None => return None,
    };
    // A file of comments only has a single node without a value.
    let node = match node.kind {
        Kind::Null => yaml::empty_mapping(),
        _ => node,
    };
    let path = String::new();
    let fields = Fields::open_in(|_| None, NamedNode { path, node }, problems)?;
    Some(fields.read(read))
}
