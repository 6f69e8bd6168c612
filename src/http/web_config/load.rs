//! Reads a [`WebConfig`] from its file, together with the certificates and keys that it names.

use std::path::Path;

use super::WebConfig;
use super::raw::File;
use super::resolve::Resolver;
use super::stamps::Stamps;
use crate::config::document::{self, ConfigError, Problems};

/// What reading a web configuration has led to.
pub(super) struct LoadedFile {
    pub(super) result: Result<WebConfig, ConfigError>,
    /// Those of the file and of all that it names.
    pub(super) stamps: Stamps,
}

impl WebConfig {
    /// Reads a file, and the certificates and keys that it names.
    ///
    /// # Errors
    /// The file cannot be read, or holds problems, all of which the error has. None shows a key, a
    /// hash or a password.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path).result
    }
}

pub(super) fn load(path: &Path) -> LoadedFile {
    let mut stamps = Stamps::default();
    stamps.note(path);
    let result = read(path, &mut stamps);
    LoadedFile { result, stamps }
}

fn read(path: &Path, stamps: &mut Stamps) -> Result<WebConfig, ConfigError> {
    let name = path.display().to_string();
    let text = document::read_text(path, &name)?;
    let problems = Problems::default();
    let file = document::read_document(&text, &problems, File::read).unwrap_or_default();
    // Even a file with problems is resolved to its end, so that all of them are found.
    let config = Resolver::new(path, &problems, stamps).resolve(&file);
    match config {
        Some(mut config) if problems.count() == 0 => {
            config.stamps = stamps.clone();
            Ok(config)
        }
        _ => Err(ConfigError::of(&name, problems, None)),
    }
}
