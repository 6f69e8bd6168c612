//! Files that hold a token. The SDK reads them on the thread of its caller, so it only gets to read
//! one that was readable just now.

use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use super::super::files;
use super::super::problems::Problems;

/// How long the program's start waits for a token file. It is read again before each refresh that
/// needs it.
const TOKEN_FILE_PATIENCE: Duration = Duration::from_secs(2);

/// Reports what is wrong with a token file. `place` is the setting that names it.
pub(super) async fn check(path: &str, place: &str, problems: &Problems) {
    // A file that hangs is not wrong for good: its mount may come back, and until then the target
    // says what hangs.
    let checked = timeout(TOKEN_FILE_PATIENCE, fault_of(PathBuf::from(path))).await;
    if let Ok(Some(fault)) = checked {
        let hint = "name the file that holds the token; it must be readable";
        problems.add(place, format!("{path} {fault}"), hint);
    }
}

async fn fault_of(path: PathBuf) -> Option<String> {
    let file_type = match file_type_of(path.clone()).await {
        Ok(Ok(file_type)) => file_type,
        Ok(Err(error)) => return Some(unreadable(&error)),
        Err(_hangs) => return None,
    };
    if file_type.is_dir() {
        return Some("is a directory".to_owned());
    }
    // Opening a pipe may take as long as nobody writes to it.
    if file_type.is_fifo() {
        return None;
    }
    fault_of_content(&path).await
}

async fn fault_of_content(path: &Path) -> Option<String> {
    match files::read_text(path).await {
        Ok(token) if token.trim().is_empty() => Some("is empty".to_owned()),
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => None,
        Err(error) => Some(unreadable(&error)),
    }
}

/// The outer error is that of a file that hangs.
async fn file_type_of(path: PathBuf) -> io::Result<io::Result<FileType>> {
    files::in_time(move || Ok(std::fs::metadata(path)?.file_type())).await
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}
