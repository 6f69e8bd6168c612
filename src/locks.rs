//! Locks whose data is whole whenever nobody holds them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The data behind `mutex`, also after a panic of somebody who held it.
///
/// This is for data that is changed in steps which leave it whole. Where a panic could leave half a
/// change behind, the lock must be asked whether it is poisoned first.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the data out of `mutex`, also after a panic of somebody who held it.
pub(crate) fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
