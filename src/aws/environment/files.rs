//! Reading files that may lie on a dead mount.
//!
//! Opening such a file never returns and cannot be interrupted, and tokio waits for its blocking
//! threads when it ends. So each reading has a thread of its own that nobody waits for, and there
//! is a bound on how many may hang.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::timeout;

/// How long a file may take.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest file that is read. Profiles, tokens and bundles of certificates have a hundredth of
/// it.
const MAX_FILE_BYTES: u64 = 16 << 20;
/// How many threads may hang at the same time, over the life of the process.
const MAX_HANGING_THREADS: usize = 8;

// One bound for all files, because those that hang often lie on the same mount.
static THREADS: Semaphore = Semaphore::const_new(MAX_HANGING_THREADS);

/// The bytes of a file.
pub(super) async fn read(path: &Path) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    in_time(move || read_bounded(&path)).await?
}

/// The text of a file.
pub(super) async fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read(path).await?;
    String::from_utf8(bytes).map_err(|_| invalid_data("it is not UTF-8 text"))
}

/// The error of a file that holds what it should not.
pub(super) fn invalid_data(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// Does blocking work, but gives it up after a while.
pub(super) async fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    in_time_of(&THREADS, READ_TIMEOUT, work).await
}

async fn in_time_of<T: Send + 'static>(
    threads: &'static Semaphore,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let permit = permit_of(threads)?;
    let done = on_thread(move || {
        // Held until the thread has really ended, however late.
        let _permit = permit;
        work()
    })?;
    match timeout(limit, done).await {
        Ok(Ok(done)) => Ok(done),
        // The work has panicked.
        Ok(Err(_)) => Err(io::Error::other("reading it failed")),
        Err(_) => Err(hangs(limit)),
    }
}

fn permit_of(threads: &'static Semaphore) -> io::Result<SemaphorePermit<'static>> {
    // Without a bound each refresh could leave another thread behind.
    threads
        .try_acquire()
        .map_err(|_| io::Error::other("earlier readings of files still hang"))
}

/// Does work on a thread that nobody waits for.
fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new().name("file-reader".to_owned());
    thread.spawn(move || {
        // Nobody receives it if the work was given up.
        let _ = sender.send(work());
    })?;
    Ok(receiver)
}

fn hangs(limit: Duration) -> io::Error {
    let seconds = limit.as_secs();
    let what = format!("it could not be read within {seconds} s; is its mount alive?");
    io::Error::new(io::ErrorKind::TimedOut, what)
}

/// The bytes of a file that is not too large. The bound is on what is read, because a device or a
/// pipe has no size to ask for.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    // One byte more than is allowed tells that there is too much.
    let bytes = read_head(path, MAX_FILE_BYTES + 1)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let what = format!("it is larger than {MAX_FILE_BYTES} bytes");
        return Err(invalid_data(what));
    }
    Ok(bytes)
}

/// The first bytes of a file.
fn read_head(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut head = File::open(path)?.take(max_bytes);
    head.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads of the test's own, because other tests read files meanwhile.
    static OWN_THREADS: Semaphore = Semaphore::const_new(2);

    #[tokio::test]
    async fn a_file_without_an_end_is_given_up() {
        let error = read(Path::new("/dev/zero")).await.expect_err("no end");
        assert!(error.to_string().contains("larger than"), "{error}");
    }

    #[tokio::test]
    async fn work_that_hangs_is_given_up_and_at_most_a_few_threads_hang() {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Arc::new(std::sync::Mutex::new(held));
        let limit = Duration::from_millis(20);
        let mut errors = Vec::new();
        for _ in 0..3 {
            let held = std::sync::Arc::clone(&held);
            let hang = move || drop(held.lock().map(|held| held.recv()));
            errors.push(
                in_time_of(&OWN_THREADS, limit, hang)
                    .await
                    .expect_err("it hangs")
                    .to_string(),
            );
        }
        drop(release);
        assert!(
            errors[..2]
                .iter()
                .all(|error| error.contains("could not be read within")),
            "{errors:?}"
        );
        assert!(errors[2].contains("still hang"), "{errors:?}");
        // The threads have ended, so others may begin.
        let mut done = Err(io::Error::other("not yet"));
        for _ in 0..100 {
            tokio::time::sleep(limit).await;
            done = done.or(in_time_of(&OWN_THREADS, limit * 100, || ()).await);
        }
        assert!(done.is_ok(), "threads were lost");
    }
}
