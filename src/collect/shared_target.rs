//! The state of a target, between the refreshes that change it and whoever shows it.

use std::sync::{Mutex, MutexGuard};

use crate::locks::locked;
use crate::model::Target;

/// The state of a target. Refreshes change it; everybody else gets snapshots of it.
#[derive(Debug)]
pub struct SharedTarget(Mutex<Target>);

impl SharedTarget {
    /// Shares a target.
    pub fn new(target: Target) -> Self {
        Self(Mutex::new(target))
    }

    /// Returns the state as it is now.
    pub fn snapshot(&self) -> Target {
        self.lock().clone()
    }

    /// Lets the caller change the state.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Target> {
        locked(&self.0)
    }

    /// Forgets the state if a panic has left it half changed.
    pub(super) fn forget_half_changed(&self) {
        if self.0.is_poisoned() {
            self.lock().forget();
            self.0.clear_poison();
        }
    }
}
