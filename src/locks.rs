//! Access to locks whose data is consistent whenever nobody holds them.
//!
//! A panic costs one task of the exporter, and the others go on. They could not if each lock that the
//! task held stayed poisoned for them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`, also if a task has panicked while it held the lock.
///
/// This is for data of which every single change leaves it consistent. Where a panic could leave half
/// a change behind, the caller must ask first whether the lock is poisoned.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the data out of `mutex`, also if a task has panicked while it held the lock.
pub(crate) fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
