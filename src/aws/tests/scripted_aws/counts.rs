//! What a target counts.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use crate::aws::Meter;
use crate::model::{FailureReason, Operation};

/// A meter that remembers everything.
#[derive(Default)]
pub(in crate::aws) struct Counts {
    pub(in crate::aws) attempts: Mutex<Vec<(Operation, Duration)>>,
    pub(in crate::aws) failures: Mutex<Vec<(Operation, FailureReason)>>,
    pub(in crate::aws) waits: Mutex<Vec<Duration>>,
    pub(in crate::aws) limits: Mutex<Vec<(Operation, f64)>>,
}

impl Counts {
    pub(in crate::aws) fn attempts(&self) -> usize {
        locked(&self.attempts).len()
    }

    pub(in crate::aws) fn failures(&self) -> Vec<FailureReason> {
        let failures = locked(&self.failures);
        failures.iter().map(|(_, reason)| *reason).collect()
    }
}

impl Meter for Counts {
    fn attempted(&self, operation: Operation, took: Duration) {
        locked(&self.attempts).push((operation, took));
    }

    fn failed(&self, operation: Operation, reason: FailureReason) {
        locked(&self.failures).push((operation, reason));
    }

    fn waited(&self, took: Duration) {
        locked(&self.waits).push(took);
    }

    fn limit(&self, operation: Operation, per_second: f64) {
        locked(&self.limits).push((operation, per_second));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panics with it")
}
