//! The group of a process and all its children, which is killed as a whole.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

use crate::locks::locked;

/// The process groups that run now, for all targets.
// Numbers instead of `Pid`, which has no order: a static needs a set that is made without hashing.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Kills every `credential_process` that runs, with its children, at the end of the program.
///
/// A process ends with its attempt anyway, but at the end of the program nobody may be left to end
/// the attempt.
pub fn end_credential_processes() {
    let running = running();
    let groups = running.iter().filter_map(|group| Pid::from_raw(*group));
    for group in groups {
        kill(group);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    locked(&RUNNING)
}

fn kill(group: Pid) {
    // This fails if the group has ended by itself, as most have.
    let _ = kill_process_group(group, Signal::KILL);
}

/// A running process with all its children; killed when dropped.
pub(super) struct ProcessGroup(Option<Pid>);

impl ProcessGroup {
    /// The group that a child leads.
    pub(super) fn of(child: &Child) -> Self {
        let group = child.id().and_then(pid);
        running().extend(group.map(raw));
        Self(group)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It is forgotten only when it was killed, so that the end of the program misses none.
            kill(group);
            running().remove(&raw(group));
        }
    }
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

fn raw(group: Pid) -> i32 {
    group.as_raw_nonzero().get()
}
