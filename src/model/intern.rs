//! Values that repeat over a fleet, each stored once per target.
//!
//! A hundred thousand instances have a handful of platforms, agents and outcomes between them.
//! Storing each of those once makes an instance a few pointers, which is what lets a large fleet
//! fit into memory.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A text that repeats over a fleet. Equal symbols of one target are one object.
///
/// It holds a thin pointer, half the size of an `Arc<str>`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(Arc<Box<str>>);

/// Values of one type, each stored once.
#[derive(Debug)]
pub(super) struct InternPool<T>(Mutex<HashSet<Arc<T>>>);

// === impl Symbol ===

impl Symbol {
    pub(super) fn new(text: Arc<Box<str>>) -> Self {
        Self(text)
    }
}

impl Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Symbol {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

// === impl InternPool ===

impl<T> Default for InternPool<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Eq + Hash> InternPool<T> {
    /// The one copy of `value`.
    pub(super) fn get(&self, value: T) -> Arc<T> {
        let mut values = self.values();
        if let Some(known) = values.get(&value) {
            return Arc::clone(known);
        }
        let value = Arc::new(value);
        values.insert(Arc::clone(&value));
        value
    }

    /// Forgets the values that nothing holds any more.
    pub(super) fn sweep(&self) {
        self.values().retain(|value| Arc::strong_count(value) > 1);
    }

    /// A panic while the lock is held leaves a whole set behind, so a poisoned lock is as good as
    /// any.
    fn values(&self) -> MutexGuard<'_, HashSet<Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_holds_is_swept_away() {
        let pool = InternPool::default();
        let kept = pool.get("kept".to_owned());
        drop(pool.get("dropped".to_owned()));
        pool.sweep();
        assert_eq!(pool.values().len(), 1);
        assert!(Arc::ptr_eq(&kept, &pool.get("kept".to_owned())));
    }

    #[test]
    fn a_symbol_is_as_large_as_a_pointer() {
        assert_eq!(size_of::<Symbol>(), size_of::<usize>());
    }
}
