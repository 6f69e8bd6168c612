//! A file that others read while it is written anew: they find its old content or its new one.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// What anybody may do with a new file, before the umask takes its share.
// Node exporter, which reads the file, is mostly another user.
const NEW_FILE_MODE: u32 = 0o666;

/// A file whose content is replaced as a whole.
#[derive(Debug)]
pub struct OutputFile {
    /// The file itself, and no link to it, in a folder.
    path: PathBuf,
    folder: PathBuf,
}

/// Why a file cannot be replaced. Then it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// There is something else than a file, for example a folder or a device.
    #[error(
        "cannot write {0}: it is not a regular file\n  hint: without --output.file the metrics go to stdout"
    )]
    NotAFile(PathBuf),
    /// The system does not let us write.
    #[error(
        "cannot write {0}: {1}\n  hint: the file is written beside its place and renamed, so this user must be allowed to write to its folder, which must exist"
    )]
    Io(PathBuf, io::Error),
}

impl OutputFile {
    /// The file at `path`, which need not exist yet. A link is followed.
    ///
    /// # Errors
    /// If it is no regular file, or if nothing can be written to its folder.
    pub fn new(path: &Path) -> Result<Self, OutputError> {
        let file = Self::at(path).map_err(|error| OutputError::Io(path.to_owned(), error))?;
        if file.path.exists() && !file.path.is_file() {
            return Err(OutputError::NotAFile(path.to_owned()));
        }
        // It is tried out now, and gone again: nothing is to be left behind if the program is killed
        // during a refresh.
        let tried = file.temporary();
        tried.map_err(|error| file.error(error))?;
        Ok(file)
    }

    fn at(path: &Path) -> io::Result<Self> {
        let path = match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            found => found?,
        };
        let folder = match path.parent() {
            // The parent of a bare name is empty.
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self { path, folder })
    }

    /// Makes what `write` writes the content of the file.
    ///
    /// # Errors
    /// If the folder or the file system does not take it, or `write` fails.
    pub fn replace(
        &self,
        write: impl FnOnce(&mut BufWriter<NamedTempFile>) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let replaced = self.write_and_rename(write);
        replaced.map_err(|error| self.error(error))
    }

    fn write_and_rename(
        &self,
        write: impl FnOnce(&mut BufWriter<NamedTempFile>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut out = BufWriter::new(self.temporary()?);
        write(&mut out)?;
        out.flush()?;
        // Nothing is in the buffer any more. A file that is dropped before it has its name is removed.
        let (file, _) = out.into_parts();
        file.persist(&self.path)?;
        Ok(())
    }

    /// A new file beside this one, which is on the same file system and so can be renamed.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        // The textfile collector reads all that ends in ".prom".
        Builder::new()
            .prefix(&self.prefix())
            .suffix(".tmp")
            .permissions(Permissions::from_mode(NEW_FILE_MODE))
            .tempfile_in(&self.folder)
    }

    /// The name of the file as that of a hidden one, so that one can tell where a file is from that a
    /// killed program has left.
    fn prefix(&self) -> OsString {
        let mut prefix = OsString::from(".");
        prefix.push(self.path.file_name().unwrap_or(OsStr::new("output")));
        prefix.push(".");
        prefix
    }

    fn error(&self, error: io::Error) -> OutputError {
        OutputError::Io(self.path.clone(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn what_cannot_be_written_to_the_end_leaves_the_old_file_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("page.prom");
        fs::write(&path, "old").unwrap();
        let file = OutputFile::new(&path).unwrap();
        let failed = file.replace(|out| {
            // More than the buffer holds, so that some of it is in the temporary file.
            out.write_all(&vec![b'x'; 100_000])?;
            Err(io::Error::other("the disk is full"))
        });
        let error = failed.unwrap_err().to_string();
        assert!(
            error.contains("page.prom: the disk is full\n  hint: "),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(&folder), ["page.prom"]);
    }

    #[test]
    fn the_new_content_has_the_place_of_the_old_one_also_behind_a_link() {
        let folder = TempDir::new().unwrap();
        let (path, link) = (folder.path().join("page"), folder.path().join("link"));
        fs::write(&path, "a longer old content").unwrap();
        std::os::unix::fs::symlink("page", &link).unwrap();
        let file = OutputFile::new(&link).unwrap();
        file.replace(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(&folder).len(), 2);
    }

    #[test]
    fn only_regular_files_are_replaced() {
        let folder = TempDir::new().unwrap();
        for path in [folder.path(), Path::new("/dev/null")] {
            let error = OutputFile::new(path).unwrap_err();
            assert!(matches!(error, OutputError::NotAFile(_)), "{error:?}");
        }
    }
}
