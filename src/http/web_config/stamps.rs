//! Tells whether files have changed, without reading them.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;

/// What files looked like before they were read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// What changes with a file's content; nothing is known of one that is not there.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The file behind the name, and when it was last changed in any way. Secrets of Kubernetes
    /// change by a link that leads to another folder.
    #[cfg(unix)]
    identity: (u64, u64, i64, i64),
}

impl Stamps {
    /// Takes the stamp of a file, which is to be read only then: a change while it is read must
    /// not go unnoticed.
    pub(super) fn note(&mut self, file: &Path) {
        self.0.push((file.to_owned(), Stamp::of(file)));
    }

    /// What the same files look like now.
    pub(super) fn taken_again(&self) -> Self {
        let mut again = Self::default();
        for (file, _) in &self.0 {
            again.note(file);
        }
        again
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            identity: identity(&metadata),
        })
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64, i64, i64) {
    (
        metadata.dev(),
        metadata.ino(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}
