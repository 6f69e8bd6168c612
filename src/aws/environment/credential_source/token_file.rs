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
use super::super::variables::Setting;

/// How long the program's start waits for a token file. It is read again before each refresh that
/// needs it.
const TOKEN_FILE_PATIENCE: Duration = Duration::from_secs(2);

/// Reports what is wrong with a token file.
pub(super) async fn check(file: &Setting<String>, problems: &Problems) {
    let path = &file.value;
    if let Some(fault) = fault_in_time(path).await {
        let hint = "name the file that holds the token; it must be readable";
        problems.add(&file.place, format!("{path} {fault}"), hint);
    }
}

async fn fault_in_time(path: &str) -> Option<String> {
    let checked = timeout(TOKEN_FILE_PATIENCE, fault_of(PathBuf::from(path))).await;
    // A file that hangs is not wrong for good: its mount may come back, and until then the target
    // says what hangs.
    checked.unwrap_or(None)
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
        Ok(token) => fault_of_token(&token),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => None,
        Err(error) => Some(unreadable(&error)),
    }
}

fn fault_of_token(token: &str) -> Option<String> {
    let is_blank = token.trim().is_empty();
    is_blank.then(|| "is empty".to_owned())
}

/// The outer error is that of a file that hangs.
async fn file_type_of(path: PathBuf) -> io::Result<io::Result<FileType>> {
    files::in_time(move || type_of(&path)).await
}

/// Blocks while the file system is asked.
fn type_of(path: &Path) -> io::Result<FileType> {
    Ok(std::fs::metadata(path)?.file_type())
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}
