//! Values that repeat over a fleet, each stored once per target.
//!
//! A hundred thousand instances have only a handful of platforms, agent versions and results
//! between them. Storing each of those once reduces an instance to a few pointers, and so a large
//! fleet fits into memory.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A text that repeats over a fleet. Equal symbols of one target are one object.
// An `Arc<str>` would be a wide pointer of twice the size, and an instance holds several symbols.
// Reading the text takes one more step in exchange.
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
    /// Returns the one copy of `value`.
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
        // The pool holds one reference itself. Weak references would not need a sweep, but they
        // would keep the memory of every value that was ever known.
        self.values().retain(|value| Arc::strong_count(value) > 1);
    }

    /// Locks the values. A panic cannot leave the set half changed, so a poisoned lock is used like
    /// any other.
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
