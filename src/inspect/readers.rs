//! Reads many instances of one target, many at a time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::locks::locked;

/// How many instances are read at a time. That is more than the calls of a hundred milliseconds at
/// the highest rates that AWS grants, so that the request ceiling is what bounds the reading.
const READERS: usize = 64;

/// Reads each of `subjects`, and sends what comes to `found`. It ends when all have been read, or when
/// nobody receives any more.
pub(super) async fn read_each<T, R, F>(
    subjects: Vec<T>,
    found: mpsc::Sender<R>,
    read: impl Fn(T) -> F + Clone + Send + Sync + 'static,
) where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send,
{
    let readers = READERS.min(subjects.len());
    let queue = Arc::new(Mutex::new(VecDeque::from(subjects)));
    let mut tasks = JoinSet::new();
    for _ in 0..readers {
        let (queue, found, read) = (Arc::clone(&queue), found.clone(), read.clone());
        tasks.spawn(async move {
            while let Some(subject) = next(&queue) {
                // Nobody waits for the rest.
                if found.send(read(subject).await).await.is_err() {
                    break;
                }
            }
        });
    }
    // A reader that panics costs the instance that it was reading.
    while tasks.join_next().await.is_some() {}
}

fn next<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    locked(queue).pop_front()
}
