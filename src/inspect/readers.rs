//! Reads many instances of one target, many at a time.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// How many instances are read at a time. With calls of a hundred milliseconds that is more than any
/// rate that AWS grants, so that the request ceiling is what bounds the reading.
const READERS: usize = 64;

/// A place where readers find what to read next.
pub(super) type Queue<T> = mpsc::Receiver<T>;

/// A queue that hardly runs ahead of its readers.
pub(super) fn queue<T>() -> (mpsc::Sender<T>, Queue<T>) {
    mpsc::channel(READERS)
}

/// Reads each of `subjects`, and sends what comes to `found`. It ends when all have been read, or when
/// nobody receives any more.
pub(super) async fn read_each<T, R, F>(
    subjects: Queue<T>,
    found: mpsc::Sender<R>,
    read: impl Fn(T) -> F + Clone + Send + Sync + 'static,
) where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send,
{
    let subjects = Arc::new(Mutex::new(subjects));
    let mut tasks = JoinSet::new();
    for _ in 0..READERS {
        let (subjects, found, read) = (Arc::clone(&subjects), found.clone(), read.clone());
        tasks.spawn(async move {
            while let Some(subject) = next(&subjects).await {
                // Nobody waits for the rest.
                if found.send(read(subject).await).await.is_err() {
                    break;
                }
            }
        });
    }
    // Whoever fills the queue learns from its end that all readers have gone.
    drop(subjects);
    // A reader that panics costs the instance that it was reading.
    while tasks.join_next().await.is_some() {}
}

async fn next<T>(subjects: &Mutex<Queue<T>>) -> Option<T> {
    subjects.lock().await.recv().await
}
