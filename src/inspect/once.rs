//! What many instances have in common is read once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::locks::locked;

/// Values that are read when they are first asked for. Whoever asks meanwhile waits for the same
/// answer.
pub(super) struct ReadOnce<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for ReadOnce<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> ReadOnce<K, V> {
    /// Returns the value of this key; `read` reads it if nobody has done so.
    pub(super) async fn get(&self, key: K, read: impl Future<Output = V>) -> V {
        let cell = self.cell(key);
        cell.get_or_init(|| read).await.clone()
    }

    fn cell(&self, key: K) -> Arc<OnceCell<V>> {
        Arc::clone(locked(&self.0).entry(key).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_value_is_read_once_however_many_ask() {
        let reads = Cell::new(0);
        let once = ReadOnce::default();
        let read = async || {
            reads.set(reads.get() + 1);
            tokio::task::yield_now().await;
            7
        };
        let (first, second) = tokio::join!(once.get("a", read()), once.get("a", read()));
        assert_eq!((first, second, reads.get()), (7, 7, 1));
        once.get("b", read()).await;
        assert_eq!(reads.get(), 2);
    }
}
