//! What a process takes of the system.

use std::fs;

use super::Program;

/// What a process holds at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) kilobytes: u64,
    pub(crate) files: usize,
    pub(crate) threads: u64,
    pub(crate) children: usize,
}

pub(crate) fn held(program: &Program) -> Held {
    let process = format!("/proc/{}", program.pid());
    let tasks = fs::read_dir(format!("{process}/task")).unwrap();
    let children =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    Held {
        kilobytes: program.status("VmRSS"),
        files: fs::read_dir(format!("{process}/fd")).unwrap().count(),
        threads: program.status("Threads"),
        children: children.map(|list| list.split_whitespace().count()).sum(),
    }
}
